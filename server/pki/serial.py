"""Serial numbers: 20 octets, almost all of them random."""

from __future__ import annotations

import re
import secrets
from typing import Final

_OCTETS: Final = 20
_TEXT: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,40}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){0,19})", re.ASCII)


def new_serial() -> int:
    """A serial number of exactly 20 octets with 158 random bits.

    The top bit is clear, so that the INTEGER is positive without a 21st octet
    (RFC 5280, 4.1.2.2), and the next one is set, so that the first octet is
    never zero and every serial has the same length.
    """
    return secrets.randbits(8 * _OCTETS - 2) | 1 << (8 * _OCTETS - 2)


def serial_hex(serial: int) -> str:
    """The serial number as lower-case hex, two digits an octet."""
    digits = f"{serial:x}"
    return digits if len(digits) % 2 == 0 else f"0{digits}"


def parse_serial(text: str) -> int:
    """Reads hex in either case, plain, with ``0x``, or with colons; raises ValueError."""
    match = _TEXT.fullmatch(text.strip(" "))
    serial = int(match[1].replace(":", ""), 16) if match else 0
    if not 0 < serial < 1 << (8 * _OCTETS - 1):
        raise ValueError("a serial number is a positive number of at most 20 octets, in hex")
    return serial
