"""Lifetimes in words, as ``90d``: the shorthand that a request may use."""

from __future__ import annotations

from typing import Any

_UNITS = (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_SHORTEST, _USUAL = 60, 90 * 86_400


def shorthand(seconds: int) -> str:
    """The duration in the greatest unit that divides it: ``1y``, ``90d``, ``36h``."""
    unit, size = next((u, s) for u, s in _UNITS if seconds % s == 0)
    return f"{seconds // size}{unit}"


def default_lifetime(rule: Any, defaults: Any) -> str:
    """What a request gets that says nothing: of the profile, else of the policy."""
    chosen = defaults.WhichOneof("validity")
    if chosen == "ttl":
        return str(defaults.ttl)
    if chosen == "lifetime":
        return shorthand(defaults.lifetime.seconds)
    if rule.HasField("default_lifetime"):
        return shorthand(rule.default_lifetime.seconds)
    usual = max(_USUAL, _least(rule))
    return shorthand(min(usual, rule.max_lifetime.seconds) if rule.HasField("max_lifetime") else usual)


def lifetime_bounds(rule: Any) -> str:
    """The bounds, for people."""
    if rule.HasField("max_lifetime"):
        return f"from {shorthand(_least(rule))} to {shorthand(rule.max_lifetime.seconds)}"
    return f"at least {shorthand(_least(rule))}, at most the CA's own"


def _least(rule: Any) -> int:
    return int(rule.min_lifetime.seconds) if rule.HasField("min_lifetime") else _SHORTEST
