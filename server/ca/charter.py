"""What a new CA is to be, and the template that says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.ca.issuer import Issuer
from server.errors import Nature, Violation
from server.pki import lint
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.keys import PublicKey
from server.pki.pem import MAX_CHAIN
from server.pki.serial import new_serial
from server.pki.subjects import Subject, subject_name
from server.pki.template import BasicConstraints, NameConstraints, Template
from server.pki.usages import KeyUsage
from server.pki.validity import Validity, window, window_between, window_from, window_until

BACKDATE: Final = timedelta(minutes=1)
CRL_VALIDITY: Final = timedelta(days=7)
USAGES: Final = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN, KeyUsage.DIGITAL_SIGNATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What a new CA is to be. Without a parent it is a root, or is signed by an outside CA."""

    project_id: str
    name: str
    subject: Subject
    key_algorithm: KeyAlgorithm
    lifetime: timedelta
    not_before: datetime | None = None
    not_after: datetime | None = None
    """Takes the place of the lifetime."""
    signature_algorithm: SignatureAlgorithm | None = None
    """What its certificate, or its CSR, is signed with; None: as usual for the signer's key."""
    key_usages: frozenset[KeyUsage] = USAGES
    path_length: int | None = None
    name_constraints: NameConstraints | None = None
    crl_shards: int = 1
    crl_validity: timedelta = CRL_VALIDITY
    parent: Issuer | None = None

    @property
    def signer_algorithm(self) -> KeyAlgorithm:
        """The algorithm of the key that signs."""
        return self.parent.key_algorithm if self.parent else self.key_algorithm

    def validity(self, now: datetime) -> Validity:
        """When the CA is valid; raises TimeFault for a window that no certificate can name."""
        begin = self.parent.not_before if self.parent else now - BACKDATE
        if self.not_before is not None and self.not_after is not None:
            return window_between(self.not_before, self.not_after)
        if self.not_before is not None:
            return window_from(self.not_before, lifetime=self.lifetime)
        if self.not_after is not None:
            return window_until(self.not_after, now=now, backdate=BACKDATE, issuer_not_before=begin)
        return window(now=now, lifetime=self.lifetime, backdate=BACKDATE, issuer_not_before=begin)

    def template(self, now: datetime, *, public_key: PublicKey | None = None) -> Template:
        """The template of the CA's certificate; without a key it can only be judged."""
        parent, serial = self.parent, new_serial()
        return Template(
            serial=serial,
            issuer=parent.subject if parent else subject_name(self.subject),
            authority_key_id=parent.key_id if parent else None,
            subject=self.subject,
            public_key=public_key,
            key_algorithm=self.key_algorithm,
            signature_algorithm=self.signature_algorithm or signatures_of(self.signer_algorithm)[0],
            validity=self.validity(now),
            key_usages=self.key_usages,
            basic_constraints=BasicConstraints(is_ca=True, path_length=self.path_length),
            name_constraints=self.name_constraints,
            crl_urls=parent.crl_urls(serial) if parent else (),
            ocsp_urls=parent.ocsp_urls if parent else (),
            issuer_urls=parent.issuer_urls if parent else (),
        )

    def faults(self, now: datetime) -> tuple[Violation, ...]:
        """Everything about the CA that must not be signed; fields are those of a template.

        Raises Refused if the parent cannot sign now, TimeFault as ``validity`` does.
        """
        if self.parent is not None:
            self.parent.ensure_active(now)
        template = self.template(now)
        return (
            *self._lint_faults(template),
            *(self.parent.faults(template) if self.parent else ()),
            *self._signature_faults(),
            *self._depth_faults(),
            *_time_faults(template.validity, now),
        )

    def _lint_faults(self, template: Template) -> Iterator[Violation]:
        """Those of the linter; a root's issuer is its subject, of which all is told already."""
        validity = self.parent.validity if self.parent else None
        found = lint.faults(template, issuer_validity=validity)
        return (violation for violation in found if self.parent or violation.field != "issuer")

    def _depth_faults(self) -> Iterator[Violation]:
        if self.parent is not None and self.parent.chain_length >= MAX_CHAIN:
            message, most = "the chain of the CA would be too long", str(MAX_CHAIN)
            yield Violation(
                "parent_ca_id", "CHAIN_TOO_LONG", message, str(self.parent.chain_length + 1), (most,)
            )

    def _signature_faults(self) -> Iterator[Violation]:
        asked, possible = self.signature_algorithm, signatures_of(self.signer_algorithm)
        if asked is not None and asked not in possible:
            message = f"a key of {self.signer_algorithm.name} cannot make this signature"
            allowed = tuple(each.name for each in possible)
            yield Violation(
                "signature_algorithm", "SIGNATURE_ALGORITHM_IMPOSSIBLE", message, asked.name, allowed
            )


def _time_faults(validity: Validity, now: datetime) -> Iterator[Violation]:
    """A certificate that claims to be older than it is would be a lie, one that is over no use."""
    earliest = (now - BACKDATE).replace(microsecond=0)
    if validity.not_before < earliest:
        message = "the CA may not be valid from before it exists"
        value = validity.not_before.isoformat()
        yield Violation("not_before", "NOT_BEFORE_TOO_EARLY", message, value, (earliest.isoformat(),))
    if validity.not_before <= validity.not_after <= now:
        message = "the certificate would be over already"
        yield Violation("validity", "EXPIRED", message, validity.not_after.isoformat(), nature=Nature.POLICY)
