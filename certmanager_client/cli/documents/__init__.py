"""Policies and profiles as YAML or JSON documents: read, written, compared, edited."""
