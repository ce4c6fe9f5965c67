"""An issuer: a CA that can sign now, with all that its certificates have in common prepared once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from server.ca.places import NOWHERE, Places, crl_for
from server.ca.signing import Signer
from server.errors import Reason, Refused, Violation
from server.pki.algorithms import KeyAlgorithm
from server.pki.certificate import Certificate, Name
from server.pki.restrictions import Restrictions, names_of
from server.pki.template import BasicConstraints, Template
from server.pki.validity import Validity
from server.store.records import CRLRecord


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
    """How many CAs may stand below it, by its own certificate and those above it; None: any number."""
    restrictions: tuple[Restrictions, ...] = ()
    """The name constraints of its own certificate and of those above it, as far as they are known."""
    purposes: frozenset[str] | None = None
    """The extended key usages, dotted OIDs, that its own certificate and those above it leave; None: any."""
    chain_length: int
    """How many certificates its chain has, its own among them."""
    validity: Validity
    """When all certificates of its chain are valid: nothing outlasts the first of them to end."""
    generation: int = 1
    key_generation: int = 1
    crls: tuple[CRLRecord, ...] = field(default=(), repr=False)
    """Of its key, by shard."""
    places: Places = NOWHERE
    certificate_pem: str = field(repr=False)
    chain_pem: str = field(repr=False)
    """From the issuer's certificate to its root."""
    chain_without_root_pem: str = field(repr=False)

    @property
    def not_before(self) -> datetime:
        """The first second that its whole chain is valid in."""
        return self.validity.not_before

    @property
    def not_after(self) -> datetime:
        """The last second that its whole chain is valid in."""
        return self.validity.not_after

    @property
    def key_algorithm(self) -> KeyAlgorithm:
        """The algorithm of its key, which decides what it can sign with."""
        return self.signer.algorithm

    def crl_of(self, serial: int) -> str | None:
        """The id of the CRL that a certificate of this serial number would be on."""
        crl = crl_for(self.crls, serial)
        return crl.id if crl else None

    def crl_urls(self, serial: int) -> tuple[str, ...]:
        """The distribution point that a certificate of this serial number names."""
        crl = crl_for(self.crls, serial)
        url = crl and (crl.url or self.places.crl(crl.id))
        return (url,) if url else ()

    @property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where its certificates say that their status is told."""
        return (self.places.ocsp,) if self.places.base else ()

    @property
    def issuer_urls(self) -> tuple[str, ...]:
        """Where its certificates say that its own certificate is."""
        return (self.places.issuer(self.id, self.generation),) if self.places.base else ()

    def ensure_active(self, now: datetime) -> None:
        """Raises Refused with CA_NOT_ACTIVE unless it can sign certificates now."""
        state = self.state_at(now)
        if state != "ACTIVE":
            raise not_active(self.id, state)

    def state_at(self, now: datetime) -> str:
        """The state as clients know it: the stored one, or EXPIRED."""
        return "EXPIRED" if now > self.not_after else self.state

    def faults(self, template: Template) -> tuple[Violation, ...]:
        """Why this CA, by what its chain says, cannot sign a template (RFC 5280, 6.1.3 and 6.1.4)."""
        names = tuple(names_of(template)) if self.restrictions else ()
        return (
            *self._path_faults(template.basic_constraints),
            *self._purpose_faults(template.extended_key_usages),
            *(fault for restrictions in self.restrictions for fault in restrictions.faults(names)),
        )

    def _path_faults(self, below: BasicConstraints) -> Iterator[Violation]:
        if not below.is_ca or self.path_length is None:
            return
        length = below.path_length
        if self.path_length > 0 and length is not None and length < self.path_length:
            return
        allowed = tuple(str(length) for length in range(self.path_length))
        message = "the CA may not have CAs of this path length below it"
        value = "unlimited" if length is None else str(length)
        yield Violation("basic_constraints.path_length", "PATH_LENGTH_EXCEEDS_CA", message, value, allowed)

    def _purpose_faults(self, usages: Iterable[str]) -> Iterator[Violation]:
        if self.purposes is None:
            return
        allowed = tuple(sorted(self.purposes))
        for oid in usages:
            if oid not in self.purposes:
                message = "the extended key usages of the CA, or of one above it, do not hold this one"
                yield Violation("extended_key_usages", "EXTENDED_KEY_USAGE_NOT_OF_CA", message, oid, allowed)


def not_active(ca_id: str, state: str) -> Refused:
    """The one answer of a CA that cannot sign."""
    message = f"the certificate authority '{ca_id}' is {state}"
    return Refused(message, reason=Reason.CA_NOT_ACTIVE, ca_id=ca_id, ca_state=state)
