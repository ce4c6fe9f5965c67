"""The key of a CA's generation, for what it signs besides certificates of subjects: CRLs and responders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.ca.signing import Signer
from server.pki.certificate import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class CAKey:
    """A CA's key and the certificate that it signs as."""

    signer: Signer = field(repr=False)
    certificate: Certificate
    key_id: bytes
    """The subject key identifier."""
    not_before: datetime
    not_after: datetime
