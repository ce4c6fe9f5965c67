"""An issuer: a CA that can sign now, with all that its certificates have in common prepared once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.ca.signing import Signer
from server.errors import Reason, Refused, Violation
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import Certificate, Name
from server.pki.template import Template
from server.pki.validity import Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A CA with its key. ``state`` is the stored one; what time alone decides is derived."""

    id: str
    project_id: str
    state: str
    certificate: Certificate
    signer: Signer
    subject: Name
    key_id: bytes
    """The subject key identifier, which every certificate names as its authority's."""
    path_length: int | None
    validity: Validity
    certificate_pem: str = field(repr=False)
    chain_pem: str = field(repr=False)
    """From the issuer's certificate to its root."""
    chain_without_root_pem: str = field(repr=False)

    @property
    def not_before(self) -> datetime:
        """The first second of its certificate."""
        return self.validity.not_before

    @property
    def not_after(self) -> datetime:
        """The last second of its certificate."""
        return self.validity.not_after

    @property
    def key_algorithm(self) -> KeyAlgorithm:
        """The algorithm of its key, which decides what it can sign with."""
        return self.signer.algorithm

    def ensure_active(self, now: datetime) -> None:
        """Raises Refused with CA_NOT_ACTIVE unless it can sign certificates now."""
        state = self.state_at(now)
        if state != "ACTIVE":
            raise not_active(self.id, state)

    def state_at(self, now: datetime) -> str:
        """The state as clients know it: the stored one, or EXPIRED."""
        return "EXPIRED" if now > self.not_after else self.state

    def faults(self, template: Template) -> tuple[Violation, ...]:
        """Why this CA, by what its own certificate says, cannot sign a template (RFC 5280, 6.1.4)."""
        if not template.basic_constraints.is_ca or self.path_length is None:
            return ()
        below = template.basic_constraints.path_length
        if self.path_length > 0 and below is not None and below < self.path_length:
            return ()
        allowed = tuple(str(length) for length in range(self.path_length))
        message = "the CA may not have CAs of this path length below it"
        value = "unlimited" if below is None else str(below)
        return (
            Violation("basic_constraints.path_length", "PATH_LENGTH_EXCEEDS_CA", message, value, allowed),
        )


def not_active(ca_id: str, state: str) -> Refused:
    """The one answer of a CA that cannot sign."""
    message = f"the certificate authority '{ca_id}' is {state}"
    return Refused(message, reason=Reason.CA_NOT_ACTIVE, ca_id=ca_id, ca_state=state)
