"""Searches: which index finds what a list asks for, and how its pages are cut."""
