"""Why a certificate is revoked, with the numbers of RFC 5280, 5.3.1."""

from __future__ import annotations

from enum import Enum
from typing import Final


class RevocationReason(Enum):
    """A CRLReason; the names are those of the contract, the value is what the extension holds.

    removeFromCRL (8) is none: it stands on delta CRLs only, which we do not make.
    """

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


COMPROMISES: Final = frozenset({RevocationReason.KEY_COMPROMISE, RevocationReason.CA_COMPROMISE})
"""The reasons that say that somebody else may have the key."""
