"""A CA as it stands at one instant: its record, its certificate, and what its operator should know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.certificate import load_certificate
from server.pki.chain import path_length_of
from server.pki.describe import Description, describe
from server.pki.pem import certificate_pem, chain_pem, stored_certificates
from server.pki.request import requested
from server.pki.subtrees import name_constraints
from server.pki.template import NameConstraints
from server.pki.validity import Validity
from server.ra.setup.horizon import near_end
from server.store.records import AuthorityRecord
from server.store.unit import Expect


@dataclass(frozen=True, slots=True)
class Standing:
    """A CA at one instant. While it awaits its certificate, its CSR speaks for it."""

    record: AuthorityRecord
    description: Description | None
    """What its certificate says; None while it awaits one."""
    path_length: int | None
    """How many CAs may stand below it, by its whole chain; None: any number."""
    name_constraints: NameConstraints | None
    at: datetime
    longest: timedelta | None = None
    """The greatest lifetime that a profile lets it sign for, if any does."""
    rotates: bool = False
    """Whether its next generation awaits the certificate of an outside CA."""

    @property
    def state(self) -> str:
        """The stored state, or EXPIRED, which time alone tells and nobody stores."""
        return state_of(self.record, at=self.at)

    @property
    def common_name(self) -> str:
        """What people call it if nobody names it: the common name, else the whole subject."""
        return (self.description.common_name if self.description else "") or self.record.subject

    @property
    def certificate_pem(self) -> str:
        """Its certificate; empty while it awaits one."""
        return certificate_pem(self.record.certificate) if self.record.certificate else ""

    @property
    def issuers_pem(self) -> str:
        """The chain from its issuer to the root; empty for a root."""
        return chain_pem(stored_certificates(self.record.chain)[1:]) if self.record.chain else ""

    @property
    def signature_algorithms(self) -> tuple[SignatureAlgorithm, ...]:
        """What its key can sign with, the usual one first."""
        return signatures_of(KeyAlgorithm[self.record.key_algorithm])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its operator should know, one sentence each."""
        begin, end = self.record.not_before, self.record.not_after
        if begin is None or end is None:
            return ("it awaits the certificate of an outside CA, and cannot sign",)
        warning = near_end(Validity(begin, end), longest=self.longest, now=self.at)
        waiting = "its next generation awaits the certificate of an outside CA; the present one signs"
        return (*((warning,) if warning else ()), *((waiting,) if self.rotates else ()))


def state_of(record: AuthorityRecord, *, at: datetime) -> str:
    """The state of a CA at an instant."""
    return "EXPIRED" if record.not_after is not None and at > record.not_after else record.state


def still_active(ca_id: str, *, generation: int) -> Expect:
    """What must hold of a CA at the commit of anything that its generation has signed."""
    return Expect(AuthorityRecord, {"id": ca_id, "state": "ACTIVE", "generation": generation}, 1)


def standing(record: AuthorityRecord, *, at: datetime, longest: timedelta | None = None) -> Standing:
    """How the CA of a record stands."""
    if record.certificate is None:
        asked = requested(record.csr) if record.csr else None
        length = asked.path_length if asked else None
        return Standing(record, None, length, asked.name_constraints if asked else None, at, longest)
    certificate = load_certificate(record.certificate)
    return Standing(
        record,
        describe(certificate),
        path_length_of(stored_certificates(record.chain)),
        name_constraints(certificate.extensions),
        at,
        longest,
    )
