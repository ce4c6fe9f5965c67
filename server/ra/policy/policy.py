"""The policy itself: one question, and the choices that it leaves to requests that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from server.errors import Violation
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.names import AltName, Subject, SubjectAttribute
from server.pki.template import Template
from server.pki.usages import KeyUsage, possible_usages
from server.ra.policy.algorithms import (
    KeyAlgorithmRules,
    SignatureAlgorithmRules,
    chosen_key,
    chosen_signature,
    signature_rules,
)
from server.ra.policy.common_name import CommonNameMode, common_name_violations, dns_name_in
from server.ra.policy.extensions import CustomExtensionRules
from server.ra.policy.limits import CARule, LifetimeRule, ca_violations
from server.ra.policy.names import AltNameRules
from server.ra.policy.rules import ANY, NONE, Blanket, violations
from server.ra.policy.subjects import SubjectRules
from server.ra.policy.usages import ExtendedKeyUsageRules, KeyUsageRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One revision of a certificate policy, compiled.

    Each section is ANY, NONE or its rules. Signature algorithms differ in one
    point: there NONE leaves the one that the CA's key has by default.
    """

    id: str
    project_id: str
    slug: str
    revision: int
    common_name_mode: CommonNameMode = CommonNameMode.COPY
    subject: SubjectRules | Blanket = NONE
    alt_names: AltNameRules | Blanket = NONE
    key_usages: KeyUsageRules | Blanket = NONE
    extended_key_usages: ExtendedKeyUsageRules | Blanket = NONE
    key_algorithms: KeyAlgorithmRules | Blanket = NONE
    signature_algorithms: SignatureAlgorithmRules | Blanket = NONE
    custom_extensions: CustomExtensionRules | Blanket = NONE
    lifetime: LifetimeRule = field(default_factory=LifetimeRule)
    ca: CARule | None = None
    allow_key_reuse: bool = False
    """Whether a renewal may certify the key of its predecessor again."""

    def admit(
        self, template: Template, *, issuer_signatures: tuple[SignatureAlgorithm, ...] = ()
    ) -> tuple[Violation, ...]:
        """All that the template breaks, in the order of its fields; nothing if it may be signed.

        ``issuer_signatures`` is what the CA's key can make, its default first
        (``signatures_of``): only with it is NONE for signatures judged exactly.
        """
        return (
            *self._on_names(template),
            *self._on_keys(template, issuer_signatures),
            *self._on_rest(template),
        )

    def _on_names(self, template: Template) -> Iterator[Violation]:
        yield from violations(self.subject, template, none=SubjectRules())
        yield from common_name_violations(self.common_name_mode, template)
        yield from violations(self.alt_names, template, none=AltNameRules())

    def _on_keys(
        self, template: Template, issuer_signatures: tuple[SignatureAlgorithm, ...]
    ) -> Iterator[Violation]:
        signatures = signature_rules(self.signature_algorithms, issuer_signatures)
        yield from violations(self.key_usages, template, none=KeyUsageRules())
        yield from violations(self.extended_key_usages, template, none=ExtendedKeyUsageRules())
        yield from violations(self.key_algorithms, template, none=KeyAlgorithmRules())
        yield from violations(signatures, template, none=SignatureAlgorithmRules())

    def _on_rest(self, template: Template) -> Iterator[Violation]:
        yield from self.lifetime.violations(template)
        yield from ca_violations(self.ca, template)
        yield from violations(self.custom_extensions, template, none=CustomExtensionRules())

    def subject_allows(self, attribute: SubjectAttribute, value: str) -> bool:
        """Whether a subject may hold that value; a CSR's attributes that may not be held are dropped."""
        if isinstance(self.subject, Blanket):
            return self.subject is ANY
        return self.subject.allows(attribute, value)

    def implied_alt_name(self, subject: Subject) -> AltName | None:
        """The name that COPY adds to the alternative names: the common name, if it is DNS-shaped."""
        return dns_name_in(subject) if self.common_name_mode is CommonNameMode.COPY else None

    def default_key_usages(self, key_algorithm: KeyAlgorithm) -> frozenset[KeyUsage]:
        """What a leaf gets whose request names no usages, less what its key cannot do at all.

        digitalSignature, and keyEncipherment for RSA, as far as they are
        allowed, and what is required.
        """
        wanted = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT})
        match self.key_usages:
            case Blanket.NONE:
                wanted = frozenset()
            case KeyUsageRules() as rules:
                wanted = (wanted & rules.possible) | rules.required
        return wanted & possible_usages(key_algorithm)

    def default_extended_key_usages(self) -> tuple[str, ...]:
        """The OIDs that a request which names none gets: those required, and no other."""
        if isinstance(self.extended_key_usages, Blanket):
            return ()
        return tuple(dict.fromkeys(self.extended_key_usages.required))

    def choose_key_algorithm(self) -> KeyAlgorithm:
        """P-256, RSA-2048 or the first that is allowed; P-256 where none is, for ``admit`` to refuse."""
        return chosen_key(self.key_algorithms)

    def choose_signature_algorithm(self, possible: tuple[SignatureAlgorithm, ...]) -> SignatureAlgorithm:
        """The CA's default where it is allowed, else the first allowed that the CA can make.

        ``possible`` is what the CA's key can make, its default first. Where
        nothing fits it is that default, for ``admit`` to refuse.
        """
        return chosen_signature(self.signature_algorithms, possible)
