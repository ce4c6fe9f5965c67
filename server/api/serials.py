"""Serial numbers and fingerprints as people write them."""

from __future__ import annotations

from server.errors import Invalid, Nature, Violation
from server.ra.terms import parse_serial, serial_hex


def canonical_serial(text: str, *, field: str) -> str:
    """The serial number as it is stored: any spelling names the same number. Raises Invalid."""
    try:
        return serial_hex(parse_serial(text))
    except ValueError as fault:
        rule, message = "SERIAL_NUMBER_MALFORMED", "a serial number is hex of at most 20 octets"
        violation = Violation(field, rule, message, text, nature=Nature.FORM)
        raise Invalid("the request is malformed", violations=(violation,)) from fault


def canonical_fingerprint(text: str) -> str:
    """The fingerprint as it is stored: lower-case hex without colons."""
    return text.replace(":", "").lower()
