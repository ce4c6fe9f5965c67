"""JSON text taken apart, strictly: what two readers could understand in two ways is refused (RFC 7493)."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from server.web.rest.faults import Malformed

DEPTH: Final = 64
"""How deep a document may nest; the contract's messages need a tenth of it."""
_DIGITS: Final = 40
# A string that is not closed reaches to the end, so that no octet is looked at twice.
_NESTING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class Document(dict[str, Any]):
    """An object, and the names that stand in it more than once."""

    __slots__ = ("twice",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: tuple[str, ...] = ()
        if len(self) < len(pairs):
            seen: set[str] = set()
            self.twice = tuple(dict.fromkeys(n for n, _ in pairs if n in seen or seen.add(n)))  # type: ignore[func-returns-value]


def document(body: bytes) -> Any:
    """The value that a body spells. Raises Malformed if it is no JSON, or nests too deep."""
    _prove_shallow(body)
    try:
        return json.loads(
            body.decode(), object_pairs_hook=Document, parse_int=_integer, parse_constant=_refuse
        )
    except UnicodeDecodeError:
        raise Malformed.by("JSON_MALFORMED", "the body is not in UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed.by("JSON_MALFORMED", f"the body is no JSON: see {where}") from None
    except _NotANumberError:
        raise Malformed.by("JSON_MALFORMED", "JSON has no NaN and no Infinity") from None


class _NotANumberError(Exception):
    pass


def _refuse(_: str) -> Any:
    raise _NotANumberError


def _integer(text: str) -> int | float:
    """No contract's number has that many digits, and to read a million of them takes minutes."""
    return int(text) if len(text) <= _DIGITS else float("inf")


def _prove_shallow(body: bytes) -> None:
    """Before the parser nests calls as deep as the text nests brackets."""
    depth = 0
    for found in _NESTING.finditer(body):
        mark = found.group()[:1]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > DEPTH:
            raise Malformed.by("JSON_TOO_DEEP", f"the body nests deeper than {DEPTH} levels")
