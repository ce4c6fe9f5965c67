"""The contract's comments, by full name of what they stand at."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def comment(full_name: str) -> str:
    """What the contract says of a service, method, message, field, enum or value; empty if nothing."""
    return _comments().get(full_name, "")


@cache
def _comments() -> dict[str, str]:
    found: dict[str, str] = json.loads((files("certmanager.v1") / "comments.json").read_text("utf-8"))
    return found
