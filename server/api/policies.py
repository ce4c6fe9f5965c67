"""Policies as people write them: from the contract's message to the domain, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import policy_pb2
from server.api.enums import (
    ALT_NAME_TYPE,
    COMMON_NAME_MODE,
    EXTENDED_KEY_USAGE,
    KEY_ALGORITHM,
    KEY_USAGE,
    SIGNATURE_ALGORITHM,
    SUBJECT_ATTRIBUTE,
)
from server.errors import Nature, Violation
from server.ra.patterns import name_pattern
from server.ra.policy import (
    ANY,
    NONE,
    AltNameRule,
    AltNameRules,
    Blanket,
    CARule,
    CommonNameMode,
    CustomExtensionRule,
    CustomExtensionRules,
    ExtendedKeyUsageRules,
    KeyAlgorithmRules,
    KeyUsageRules,
    LifetimeRule,
    Policy,
    PolicyFault,
    SignatureAlgorithmRules,
    SubjectRule,
    SubjectRules,
    subject_pattern,
)

T = TypeVar("T")

_LIFETIMES = {"minimum": "min_lifetime", "default": "default_lifetime", "maximum": "max_lifetime"}


@dataclass(slots=True)
class PolicyReader:
    """Reads one policy section by section; what contradicts itself is left out and reported."""

    message: policy_pb2.CertificatePolicy
    violations: list[Violation] = field(default_factory=list)
    """Fields are paths in the policy, as ``alt_name_rules.rules[0].allowed[2]``."""

    def read(self, *, revision: int = 0) -> Policy:
        """The policy; to be used only if it left no violations."""
        message = self.message
        return Policy(
            id=message.id,
            project_id=message.project_id,
            slug=message.slug,
            revision=revision,
            common_name_mode=COMMON_NAME_MODE.member(message.common_name_mode) or CommonNameMode.COPY,
            subject=self._blanket("subject") or self._subject(),
            alt_names=self._blanket("alt_names") or self._alt_names(),
            key_usages=self._blanket("key_usages") or self._key_usages(),
            extended_key_usages=self._blanket("extended_key_usages") or self._extended_key_usages(),
            key_algorithms=self._blanket("key_algorithms") or self._key_algorithms(),
            signature_algorithms=self._blanket("signature_algorithms") or self._signature_algorithms(),
            custom_extensions=self._blanket("custom_extensions") or self._custom_extensions(),
            lifetime=self.lifetime(),
            ca=self._ca() if message.HasField("ca") else None,
            allow_key_reuse=message.allow_key_reuse,
        )

    def _blanket(self, section: str) -> Blanket | None:
        """What a section says without rules; None if it holds some."""
        match self.message.WhichOneof(section):
            case None:
                return NONE
            case name if name.startswith("any_"):
                return ANY
            case _:
                return None

    def _subject(self) -> SubjectRules | Blanket:
        def rule(path: str, said: policy_pb2.SubjectRule) -> SubjectRule | None:
            attribute = SUBJECT_ATTRIBUTE.member(said.type)
            if attribute is None:
                return None
            pattern = partial(subject_pattern, attribute)
            return SubjectRule(
                attribute=attribute,
                allowed=self._each(f"{path}.allowed", said.allowed, pattern),
                denied=self._each(f"{path}.denied", said.denied, pattern),
                required=said.required,
            )

        rules = self._rules("subject_rules", self.message.subject_rules.rules, rule)
        return self._made("subject_rules", lambda: SubjectRules(rules)) or NONE

    def _alt_names(self) -> AltNameRules | Blanket:
        def rule(path: str, said: policy_pb2.AltNameRule) -> AltNameRule | None:
            kind = ALT_NAME_TYPE.member(said.type)
            if kind is None:
                return None
            pattern = partial(name_pattern, kind)
            return AltNameRule(
                type=kind,
                allowed=self._each(f"{path}.allowed", said.allowed, pattern),
                denied=self._each(f"{path}.denied", said.denied, pattern),
                required=self._each(f"{path}.required", said.required, pattern),
                allow_wildcard_names=said.allow_wildcard_names,
            )

        rules = self._rules("alt_name_rules", self.message.alt_name_rules.rules, rule)
        return self._made("alt_name_rules", lambda: AltNameRules(rules)) or NONE

    def _key_usages(self) -> KeyUsageRules:
        said = self.message.key_usage_rules
        return KeyUsageRules(
            allowed=frozenset(KEY_USAGE.members(said.allowed)),
            required=frozenset(KEY_USAGE.members(said.required)),
        )

    def _extended_key_usages(self) -> ExtendedKeyUsageRules | Blanket:
        said = self.message.extended_key_usage_rules
        allowed = (usage.value for usage in EXTENDED_KEY_USAGE.members(said.allowed))
        required = (usage.value for usage in EXTENDED_KEY_USAGE.members(said.required))
        rules = self._made(
            "extended_key_usage_rules",
            lambda: ExtendedKeyUsageRules(
                allowed=(*allowed, *said.allowed_oids), required=(*required, *said.required_oids)
            ),
        )
        return rules or NONE

    def _key_algorithms(self) -> KeyAlgorithmRules:
        return KeyAlgorithmRules(KEY_ALGORITHM.members(self.message.key_algorithm_rules.allowed))

    def _signature_algorithms(self) -> SignatureAlgorithmRules:
        said = self.message.signature_algorithm_rules
        return SignatureAlgorithmRules(SIGNATURE_ALGORITHM.members(said.allowed))

    def _custom_extensions(self) -> CustomExtensionRules | Blanket:
        def rule(_: str, said: policy_pb2.CustomExtensionRule) -> CustomExtensionRule:
            return CustomExtensionRule(
                oid=said.oid, allow_critical=said.allow_critical, required=said.required
            )

        rules = self._rules("custom_extension_rules", self.message.custom_extension_rules.rules, rule)
        return self._made("custom_extension_rules", lambda: CustomExtensionRules(rules)) or NONE

    def lifetime(self) -> LifetimeRule:
        """What it says of lifetimes."""
        return self._lifetime() or LifetimeRule()

    def _lifetime(self) -> LifetimeRule | None:
        said, usual = self.message.validity, LifetimeRule()

        def rule() -> LifetimeRule:
            backdate = _exactly(said.backdate) if said.HasField("backdate") else usual.backdate
            return LifetimeRule(
                minimum=_exactly(said.min_lifetime) or usual.minimum,
                default=_exactly(said.default_lifetime) or None,
                maximum=_exactly(said.max_lifetime) or None,
                backdate=backdate,
            )

        return self._made("validity", rule, names=_LIFETIMES)

    def _ca(self) -> CARule | None:
        said = self.message.ca
        length = said.max_path_length if said.HasField("max_path_length") else None
        return self._made("ca", lambda: CARule(required=said.required, max_path_length=length))

    def _rules(
        self, section: str, said: Iterable[Any], make: Callable[[str, Any], T | None]
    ) -> tuple[T, ...]:
        paths = ((f"{section}.rules[{place}]", rule) for place, rule in enumerate(said))
        made = (self._made(path, partial(make, path, rule)) for path, rule in paths)
        return tuple(rule for rule in made if rule is not None)

    def _each(self, path: str, texts: Iterable[str], compile_: Callable[[str], T]) -> tuple[T, ...]:
        made = (
            self._made(f"{path}[{place}]", partial(compile_, text), value=text)
            for place, text in enumerate(texts)
        )
        return tuple(pattern for pattern in made if pattern is not None)

    def _made(
        self, path: str, make: Callable[[], T], *, value: str = "", names: dict[str, str] | None = None
    ) -> T | None:
        """What ``make`` makes; a fault is reported at the path, in the contract's ``names`` of its fields."""
        try:
            return make()
        except PolicyFault as fault:
            part = (names or {}).get(fault.field, fault.field)
            at = ".".join(filter(None, (path, part)))
            self.violations.append(Violation(at, fault.rule, fault.message, value[:256], nature=Nature.FORM))
            return None


def _exactly(duration: Duration) -> timedelta:
    """The duration with its fraction, which no rule may have: it would be cut in silence otherwise.

    One too long to be counted is as good as none: the contract's own rules refuse it.
    """
    try:
        return timedelta(seconds=duration.seconds, microseconds=-(-duration.nanos // 1000))
    except OverflowError:
        return timedelta()
