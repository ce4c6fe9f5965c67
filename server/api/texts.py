"""Texts that a request brings and a database keeps."""

from __future__ import annotations

from server.errors import Invalid, Nature, Violation

_NUL = "\0"


def plain(field: str, text: str) -> str:
    """The text; raises Invalid for the one character that PostgreSQL has no place for."""
    if _NUL not in text:
        return text
    broken = Violation(field, "NUL_CHARACTER", "a text cannot hold the character NUL", nature=Nature.FORM)
    raise Invalid("the request breaks rules of form", violations=(broken,))
