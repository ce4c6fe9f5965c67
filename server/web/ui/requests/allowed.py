"""What a profile's policy lets a request ask for, as the form of a request needs to know it.

Pure functions from the contract's documents to a description of the form.
The form only leaves out what could never be granted: what is granted, the
RPC decides, with every rule of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from certmanager.v1 import x509_pb2 as x509
from certmanager.v1.policy_pb2 import CaRule, CertificatePolicy, SubjectAttributeType, SubjectRule
from certmanager.v1.profile_pb2 import CertificateProfile, PrivateKeyDelivery
from server.web.ui.requests import choices
from server.web.ui.requests.choices import Pick
from server.web.ui.requests.lifetimes import default_lifetime, lifetime_bounds

_SUBJECT = {
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME: ("common_name", "Common name (CN)"),
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION: ("organization", "Organization (O)"),
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_ORGANIZATIONAL_UNIT: (
        "organizational_unit",
        "Organizational unit (OU)",
    ),
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_COUNTRY: ("country", "Country (C), two letters"),
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_STATE: ("state", "State or province (ST)"),
    SubjectAttributeType.SUBJECT_ATTRIBUTE_TYPE_LOCALITY: ("locality", "Locality (L)"),
}
SUBJECT_NAMES = tuple(name for name, _ in _SUBJECT.values())

_SHOWN_PATTERNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A subject attribute that may be asked for."""

    name: str
    label: str
    hint: str = ""
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of alternative name that may be asked for."""

    number: int
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The form of a request against one profile."""

    subject: tuple[Text, ...]
    alt_names: tuple[Kind, ...]
    key_usages: Pick
    extended_key_usages: Pick
    oids: Pick
    extensions: Pick
    key_algorithms: Pick
    signatures: Pick
    lifetime: str
    """What a request gets that says nothing, as ``90d``."""
    bounds: str
    ca: CaRule | None
    generated: bool
    """Whether the server makes keys that a browser can be handed."""


def offer(
    policy: CertificatePolicy, profile: CertificateProfile, *, signed_with: Iterable[int] = ()
) -> Offer:
    """What may be asked for; ``signed_with`` is what the CA's key can sign with, if it is known."""
    defaults = profile.defaults
    ca = policy.ca if policy.HasField("ca") else None
    delivery = profile.private_key_delivery
    algorithms = choices.key_algorithms(policy, defaults.key_algorithm)
    return Offer(
        subject=tuple(_subject(policy, defaults)),
        alt_names=tuple(_alt_names(policy)),
        key_usages=choices.usages(policy, defaults),
        extended_key_usages=choices.extended_usages(policy, defaults),
        oids=choices.extended_oids(policy, defaults),
        extensions=choices.extensions(policy),
        key_algorithms=algorithms,
        signatures=choices.signatures(policy, defaults.signature_algorithm, frozenset(signed_with)),
        lifetime=default_lifetime(policy.validity, defaults),
        bounds=lifetime_bounds(policy.validity),
        ca=ca,
        generated=bool(algorithms.offered) and delivery in _OPEN,
    )


_OPEN = (
    PrivateKeyDelivery.PRIVATE_KEY_DELIVERY_UNSPECIFIED,
    PrivateKeyDelivery.PRIVATE_KEY_DELIVERY_DELIVER_ONCE,
)


def anything() -> CertificatePolicy:
    """A policy that allows all, for a caller who may not read the true one."""
    policy = CertificatePolicy()
    for name in policy.DESCRIPTOR.fields_by_name:
        if name.startswith("any_"):
            getattr(policy, name).SetInParent()
    return policy


def _subject(policy: CertificatePolicy, defaults: Any) -> Iterable[Text]:
    section = policy.WhichOneof("subject")
    rules = {rule.type: rule for rule in policy.subject_rules.rules}
    for type_, (name, label) in _SUBJECT.items():
        rule = rules.get(type_)
        if section is None or (section == "subject_rules" and (rule is None or not rule.allowed)):
            continue
        default = getattr(defaults, name)
        yield Text(
            name=name,
            label=label,
            default=default,
            required=rule is not None and rule.required and not default,
            hint=_patterns(rule),
        )


def _alt_names(policy: CertificatePolicy) -> Iterable[Kind]:
    section = policy.WhichOneof("alt_names")
    rules = {int(rule.type): rule for rule in policy.alt_name_rules.rules}
    for number in choices.numbers(x509.AltNameType.DESCRIPTOR):
        rule = rules.get(number)
        if section == "any_alt_names" or (rule is not None and (rule.allowed or rule.required)):
            yield Kind(number=number, hint=_patterns(rule))


def _patterns(rule: Any) -> str:
    """The first of the patterns, for people."""
    if rule is None:
        return ""
    required = () if isinstance(rule, SubjectRule) else rule.required
    known = [*rule.allowed, *required]
    shown = [each for each in known if each not in ("*", "**")][:_SHOWN_PATTERNS]
    more = ", …" if len(known) > _SHOWN_PATTERNS else ""
    told = [f"allowed: {', '.join(shown)}{more}"] if shown else []
    if rule.denied:
        told.append(f"never: {', '.join(rule.denied[:_SHOWN_PATTERNS])}")
    return "; ".join(told)
