"""A writer of DER (X.690), for what the library would make only from an object for each value."""

from __future__ import annotations

from functools import lru_cache
from time import gmtime
from typing import Final

SEQUENCE: Final = 0x30
OCTET_STRING: Final = 0x04

_INTEGER: Final = 0x02
_BIT_STRING: Final = 0x03
_OBJECT_IDENTIFIER: Final = 0x06
_UTC_TIME: Final = 0x17
_GENERALIZED_TIME: Final = 0x18
_SHORT: Final = 0x80
_DAY_SECONDS: Final = 86_400
_UTC_TIME_YEARS: Final = range(1950, 2050)


def value(tag: int, *content: bytes) -> bytes:
    """A value with its tag of one octet and its length."""
    return b"".join((head(tag, sum(map(len, content))), *content))


def head(tag: int, length: int) -> bytes:
    """What stands before a content of so many octets."""
    if length < _SHORT:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, _SHORT | len(octets))) + octets


def sequence(*content: bytes) -> bytes:
    """A SEQUENCE, or a SEQUENCE OF, of values."""
    return value(SEQUENCE, *content)


def integer(number: int) -> bytes:
    """A number that is not negative."""
    return value(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def bit_string(octets: bytes) -> bytes:
    """Whole octets as a BIT STRING."""
    return value(_BIT_STRING, b"\0", octets)


@lru_cache(maxsize=64)
def object_identifier(dotted: str) -> bytes:
    """An OID of its dotted text."""
    first, second, *others = map(int, dotted.split("."))
    return value(_OBJECT_IDENTIFIER, *map(_arc, (40 * first + second, *others)))


def time(seconds: int) -> bytes:
    """An instant, in seconds since 1970, as RFC 5280, 4.1.2.5 wants it: UTCTime through 2049."""
    year = gmtime(seconds).tm_year
    if year not in _UTC_TIME_YEARS:
        return generalized_time(seconds)
    return value(_UTC_TIME, _day(seconds // _DAY_SECONDS)[2:], _clock(seconds))


def generalized_time(seconds: int) -> bytes:
    """An instant, in seconds since 1970, as a GeneralizedTime without a fraction."""
    return value(_GENERALIZED_TIME, _day(seconds // _DAY_SECONDS), _clock(seconds))


def _arc(number: int) -> bytes:
    """Seven bits an octet, and all but the last with the bit that says that it goes on."""
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


@lru_cache(maxsize=4096)  # thousands of revocations of one day
def _day(days: int) -> bytes:
    at = gmtime(days * _DAY_SECONDS)
    return b"%04d%02d%02d" % (at.tm_year, at.tm_mon, at.tm_mday)


def _clock(seconds: int) -> bytes:
    minutes, second = divmod(seconds % _DAY_SECONDS, 60)
    return b"%02d%02d%02dZ" % (*divmod(minutes, 60), second)
