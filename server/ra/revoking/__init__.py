"""Revocation: what takes a certificate out of force, and a compromised key out of use."""
