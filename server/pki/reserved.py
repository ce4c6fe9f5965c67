"""Extensions that nobody may ask for by OID: the server makes them, or they give power that no field shows.

Otherwise names, usages or CA:TRUE could be had as DER, past every rule on them.
"""

from __future__ import annotations

from typing import Final

_STANDARD: Final = "2.5.29."
_POLICIES: Final = "2.5.29.32"
"""Certificate policies, the one extension of RFC 5280 that templates have no field for."""

_POWERFUL: Final = frozenset(
    {
        "1.3.6.1.5.5.7.1.1",  # authority information access
        "1.3.6.1.5.5.7.1.11",  # subject information access
        "1.3.6.1.5.5.7.1.14",  # proxy certificate: would let a leaf issue (RFC 3820)
        "1.3.6.1.4.1.11129.2.4.2",  # SCT list (RFC 6962)
        "1.3.6.1.4.1.11129.2.4.3",  # CT poison (RFC 6962)
        "2.16.840.1.113730.1.1",  # Netscape certificate type: some readers still take it for CA:TRUE
    }
)


def is_reserved(oid: str) -> bool:
    """Whether no request and no policy may name the extension."""
    return oid in _POWERFUL or (oid.startswith(_STANDARD) and oid != _POLICIES)
