"""Policies and profiles as documents: stored as the messages that their authors wrote, compiled on load."""

from __future__ import annotations

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import policy_pb2, profile_pb2
from server.api.attributes import read_defaults, span
from server.api.enums import (
    ALT_NAME_TYPE,
    COMMON_NAME_MODE,
    EXTENDED_KEY_USAGE,
    KEY_ALGORITHM,
    KEY_DELIVERY,
    KEY_USAGE,
    SIGNATURE_ALGORITHM,
    SUBJECT_ATTRIBUTE,
)
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
    SignatureAlgorithmRules,
    SubjectRule,
    SubjectRules,
)
from server.ra.profile import KeyDelivery, ProfileRules, RenewalRule
from server.ra.terms import PolicyRecord, ProfileRecord

_Message = policy_pb2.CertificatePolicy


class Compiler:
    """Compiles the documents of stored records. Raises PolicyFault for a policy that contradicts itself."""

    def policy(self, record: PolicyRecord) -> Policy:
        """The policy that a record's document states."""
        message = policy_pb2.CertificatePolicy.FromString(record.document)
        return Policy(
            id=record.id,
            project_id=record.project_id,
            slug=record.slug,
            revision=record.revision,
            common_name_mode=COMMON_NAME_MODE.member(message.common_name_mode) or CommonNameMode.COPY,
            subject=_subject(message),
            alt_names=_alt_names(message),
            key_usages=_key_usages(message),
            extended_key_usages=_extended_key_usages(message),
            key_algorithms=_key_algorithms(message),
            signature_algorithms=_signature_algorithms(message),
            custom_extensions=_custom_extensions(message),
            lifetime=_lifetime(message.validity),
            ca=_ca(message.ca) if message.HasField("ca") else None,
            allow_key_reuse=message.allow_key_reuse,
        )

    def profile(self, record: ProfileRecord) -> ProfileRules:
        """The rules that a record's document states."""
        message = profile_pb2.CertificateProfile.FromString(record.document)
        return ProfileRules(
            defaults=read_defaults(message.defaults),
            key_delivery=KEY_DELIVERY.member(message.private_key_delivery) or KeyDelivery.DELIVER_ONCE,
            renewal=_renewal(message.api_config),
            strict_csr=message.strict_csr,
            truncate_to_ca=message.truncate_to_ca,
            omit_root=message.omit_root,
            needs_approval=bool(message.approval_config.steps),
        )


def _section(message: _Message, section: str) -> Blanket | None:
    """What a section says without rules; None if it holds some."""
    match message.WhichOneof(section):
        case None:
            return NONE
        case name if name.startswith("any_"):
            return ANY
        case _:
            return None


def _subject(message: _Message) -> SubjectRules | Blanket:
    return _section(message, "subject") or SubjectRules(
        tuple(
            SubjectRule.of(attribute, allowed=rule.allowed, denied=rule.denied, required=rule.required)
            for rule in message.subject_rules.rules
            if (attribute := SUBJECT_ATTRIBUTE.member(rule.type))
        )
    )


def _alt_names(message: _Message) -> AltNameRules | Blanket:
    return _section(message, "alt_names") or AltNameRules(
        tuple(
            AltNameRule.of(
                kind,
                allowed=rule.allowed,
                denied=rule.denied,
                required=rule.required,
                allow_wildcard_names=rule.allow_wildcard_names,
            )
            for rule in message.alt_name_rules.rules
            if (kind := ALT_NAME_TYPE.member(rule.type))
        )
    )


def _key_usages(message: _Message) -> KeyUsageRules | Blanket:
    rules = message.key_usage_rules
    return _section(message, "key_usages") or KeyUsageRules(
        allowed=frozenset(KEY_USAGE.members(rules.allowed)),
        required=frozenset(KEY_USAGE.members(rules.required)),
    )


def _extended_key_usages(message: _Message) -> ExtendedKeyUsageRules | Blanket:
    rules = message.extended_key_usage_rules
    allowed = (usage.value for usage in EXTENDED_KEY_USAGE.members(rules.allowed))
    required = (usage.value for usage in EXTENDED_KEY_USAGE.members(rules.required))
    return _section(message, "extended_key_usages") or ExtendedKeyUsageRules(
        allowed=(*allowed, *rules.allowed_oids), required=(*required, *rules.required_oids)
    )


def _key_algorithms(message: _Message) -> KeyAlgorithmRules | Blanket:
    allowed = KEY_ALGORITHM.members(message.key_algorithm_rules.allowed)
    return _section(message, "key_algorithms") or KeyAlgorithmRules(allowed)


def _signature_algorithms(message: _Message) -> SignatureAlgorithmRules | Blanket:
    allowed = SIGNATURE_ALGORITHM.members(message.signature_algorithm_rules.allowed)
    return _section(message, "signature_algorithms") or SignatureAlgorithmRules(allowed)


def _custom_extensions(message: _Message) -> CustomExtensionRules | Blanket:
    return _section(message, "custom_extensions") or CustomExtensionRules(
        tuple(
            CustomExtensionRule(oid=rule.oid, allow_critical=rule.allow_critical, required=rule.required)
            for rule in message.custom_extension_rules.rules
        )
    )


def _lifetime(rule: policy_pb2.ValidityRule) -> LifetimeRule:
    def said(name: str, message: Duration) -> timedelta | None:
        return span(message) if rule.HasField(name) else None

    usual = LifetimeRule()
    backdate = said("backdate", rule.backdate)
    return LifetimeRule(
        minimum=said("min_lifetime", rule.min_lifetime) or usual.minimum,
        default=said("default_lifetime", rule.default_lifetime),
        maximum=said("max_lifetime", rule.max_lifetime),
        backdate=usual.backdate if backdate is None else backdate,
    )


def _ca(rule: policy_pb2.CaRule) -> CARule:
    length = rule.max_path_length if rule.HasField("max_path_length") else None
    return CARule(required=rule.required, max_path_length=length)


def _renewal(config: profile_pb2.ApiEnrollmentConfig) -> RenewalRule:
    before: timedelta | None = None
    match config.WhichOneof("renew_threshold"):
        case "renew_before_days":
            before = timedelta(days=config.renew_before_days)
        case "renew_before":
            before = span(config.renew_before)
    return RenewalRule(
        automatic=config.auto_renew,
        before=before,
        percent=config.renew_before_percent or None,
        same_key=config.renew_with_same_key,
    )
