"""A strict reader of DER, for what the library parses too leniently or does not show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

OBJECT_IDENTIFIER: Final = 0x06
BOOLEAN: Final = 0x01

_INTEGER: Final = 0x02
_NULL: Final = 0x05
_CONSTRUCTED: Final = 0x20
_LONG: Final = 0x80
"""The bit that says: a length of several octets, an arc that goes on, a negative number."""
_LONG_TAG: Final = 0x1F
_SHORTEST: Final = 2
_UNIVERSAL_CONSTRUCTED: Final = frozenset({0x30, 0x31})
_MAX_DEPTH: Final = 32
_MAX_LENGTH_OCTETS: Final = 4
# Far above every OID in use: decimal text costs the square of a number's length, and Python refuses it.
_MAX_OID_OCTETS: Final = 63
_MAX_ARC_BITS: Final = 128


class DERFault(ValueError):
    """The octets are not DER."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value with its tag; ``encoded`` is the whole of it, ``content`` what the length covers."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self) -> tuple[Element, ...]:
        """The values inside a constructed one."""
        return elements(self.content)


def element(encoded: bytes) -> Element:
    """The one value that the octets hold, and nothing after it; raises DERFault."""
    first, end = _read(encoded, 0)
    if end != len(encoded):
        raise DERFault("octets after the value")
    return first


def elements(content: bytes) -> tuple[Element, ...]:
    """The values that stand one after the other; raises DERFault."""
    found: list[Element] = []
    at = 0
    while at < len(content):
        value, at = _read(content, at)
        found.append(value)
    return tuple(found)


def is_der(encoded: bytes) -> bool:
    """Whether the octets are exactly one value that is DER all the way down (X.690, 8 and 10)."""
    try:
        _check(element(encoded), 0)
    except DERFault:
        return False
    return True


def dotted(value: Element) -> str:
    """The OBJECT IDENTIFIER in dotted text; raises DERFault."""
    if value.tag != OBJECT_IDENTIFIER or not value.content or value.content[-1] & _LONG:
        raise DERFault("not an object identifier")
    if len(value.content) > _MAX_OID_OCTETS:
        raise DERFault("the object identifier is too long")
    return _dotted(value.content)


@lru_cache(maxsize=512)  # the same dozen stand in every certificate
def _dotted(content: bytes) -> str:
    arcs: list[int] = []
    arc = 0
    for octet in content:
        if octet == _LONG and not arc:  # X.690, 8.19.2: no leading zeros
            raise DERFault("an arc is not in its shortest form")
        arc = arc << 7 | octet & 0x7F
        if not octet & _LONG:
            arcs.append(_bounded(arc))
            arc = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def _bounded(arc: int) -> int:
    if arc.bit_length() > _MAX_ARC_BITS:
        raise DERFault("an arc of the object identifier is too great")
    return arc


def _read(octets: bytes, at: int) -> tuple[Element, int]:
    """The value that begins there, and where it ends. Tags of more than one octet are refused."""
    if len(octets) - at < _SHORTEST or octets[at] & _LONG_TAG == _LONG_TAG:
        raise DERFault("no tag of one octet with a length")
    length, begin = _length(octets, at + 1)
    end = begin + length
    if end > len(octets):
        raise DERFault("the length reaches past the end")
    return Element(octets[at], octets[begin:end], octets[at:end]), end


def _length(octets: bytes, at: int) -> tuple[int, int]:
    first = octets[at]
    if first < _LONG:
        return first, at + 1
    size = first & 0x7F
    length = int.from_bytes(octets[at + 1 : at + 1 + size])
    # DER: definite, and in as few octets as can be (X.690, 10.1).
    shortest = max((length.bit_length() + 7) // 8, 1)
    if not 0 < size <= _MAX_LENGTH_OCTETS or length < _LONG or size != shortest:
        raise DERFault("the length is not in its shortest form")
    return length, at + 1 + size


def _check(value: Element, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise DERFault("nested too deeply")
    _check_primitive(value)
    if value.tag & _CONSTRUCTED:
        for child in value.children():
            _check(child, depth + 1)


def _check_primitive(value: Element) -> None:
    universal = not value.tag & 0xC0
    if universal and bool(value.tag & _CONSTRUCTED) != (value.tag | _CONSTRUCTED in _UNIVERSAL_CONSTRUCTED):
        raise DERFault("a string is primitive, a sequence or set is constructed")
    if value.tag == BOOLEAN and value.content not in {b"\x00", b"\xff"}:
        raise DERFault("a boolean is 00 or FF")
    if value.tag == _NULL and value.content:
        raise DERFault("a null has no content")
    if value.tag == OBJECT_IDENTIFIER:
        dotted(value)
    if value.tag == _INTEGER:
        _check_integer(value.content)


def _check_integer(content: bytes) -> None:
    if not content:
        raise DERFault("an integer has content")
    if len(content) > 1 and content[0] in {0x00, 0xFF} and (content[0] ^ content[1]) < _LONG:
        raise DERFault("the integer is not in its shortest form")
