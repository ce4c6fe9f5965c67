"""A profile in plain sentences, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from google.protobuf.duration_pb2 import Duration
from markupsafe import Markup

from certmanager.v1.policy_pb2 import CertificatePolicy
from certmanager.v1.profile_pb2 import (
    ApiEnrollmentConfig,
    ApprovalStep,
    CertificateDefaults,
    CertificateProfile,
)
from server.web.ui.editing.sentences import Told, codes, listed, member, say
from server.web.ui.editing.spans import read_span, told_span

Sentences = Iterator[Markup]

_DAY: Final = 86_400
_TEXTS: Final = {
    "common_name": "Common name",
    "organization": "Organization",
    "organizational_unit": "Organizational unit",
    "country": "Country",
    "state": "State or province",
    "locality": "Locality",
}
_LISTS: Final = {"key_usages": "Key usages", "extended_key_usages": "Extended key usages"}
_DELIVERY: Final = {
    0: "Private keys that the server generates go to the requester once, open or sealed.",
    1: "Private keys that the server generates go to the requester once, open or sealed.",
    2: "Private keys that the server generates go to the requester sealed to their own key only.",
    3: "The server generates no private keys: requests bring a CSR.",
}


def told(
    profile: CertificateProfile, policy: CertificatePolicy | None, identities: Mapping[str, str]
) -> list[Told]:
    """All sections; the policy, if the reader may see it, says how long certificates usually live."""
    return [
        Told("Auto-renewal", list(_renewal(profile.api_config, lifetime(profile, policy)))),
        Told("Defaults", list(_defaults(profile.defaults))),
        Told("Approval", list(_approval(profile, identities))),
        Told("Keys and chains", list(_keys(profile))),
    ]


def lifetime(profile: CertificateProfile, policy: CertificatePolicy | None) -> int:
    """The seconds that a certificate usually lives."""
    if profile.defaults.HasField("lifetime"):
        return int(profile.defaults.lifetime.seconds)
    if profile.defaults.ttl:
        return int(read_span(profile.defaults.ttl).seconds)
    if policy is None:
        return 90 * _DAY
    rule = policy.validity
    usual = rule.default_lifetime.seconds or max(90 * _DAY, rule.min_lifetime.seconds)
    return int(min(usual, rule.max_lifetime.seconds or usual))


def _renewal(config: ApiEnrollmentConfig, seconds: int) -> Sentences:
    when = _threshold(config)
    if config.auto_renew:
        yield say("Certificates are renewed by the server {}, unless their request says otherwise.", when)
    else:
        yield say(
            "Certificates are not renewed by the server, unless their request asks for it; then {}.", when
        )
    before = _before(config, seconds)
    if 0 < before < seconds:
        yield say("{} are renewed {}.", _long(seconds), _moment(seconds - before))
    else:
        yield say("{} would be renewed at once: the threshold is not shorter than they live.", _long(seconds))
    if config.renew_with_same_key:
        yield say(
            "Those issued by CSR are renewed with the same CSR, if the policy allows the same key again."
        )
    else:
        yield say("Those issued by CSR are not renewed by the server.")


def _threshold(config: ApiEnrollmentConfig) -> str:
    match config.WhichOneof("renew_threshold"):
        case "renew_before_days":
            return f"{told_span(Duration(seconds=config.renew_before_days * _DAY))} before they end"
        case "renew_before":
            return f"{told_span(config.renew_before)} before they end"
        case "renew_before_percent":
            return f"when {config.renew_before_percent} % of their lifetime is left"
    return "when two thirds of their lifetime are over"


def _before(config: ApiEnrollmentConfig, seconds: int) -> int:
    match config.WhichOneof("renew_threshold"):
        case "renew_before_days":
            return config.renew_before_days * _DAY
        case "renew_before":
            return int(config.renew_before.seconds)
        case "renew_before_percent":
            return seconds * config.renew_before_percent // 100
    return seconds // 3


def _long(seconds: int) -> str:
    return f"Certificates that live {told_span(Duration(seconds=seconds))}"


def _moment(seconds: int) -> str:
    if seconds >= _DAY:
        return f"at day {seconds // _DAY}"
    return f"{told_span(Duration(seconds=seconds))} after they begin"


def _defaults(defaults: CertificateDefaults) -> Sentences:
    if not defaults.ListFields():
        yield say("None: what a request does not say, the policy says.")
    if defaults.ttl or defaults.HasField("lifetime"):
        span = defaults.lifetime if defaults.HasField("lifetime") else read_span(defaults.ttl)
        yield say("Lifetime: {}.", told_span(span))
    for name, label in _TEXTS.items():
        if getattr(defaults, name):
            yield say("{}: {}.", label, codes([getattr(defaults, name)]))
    for name, label in (("key_algorithm", "Key"), ("signature_algorithm", "Signature")):
        if getattr(defaults, name):
            yield say("{}: {}.", label, member(defaults, name))
    for name, label in _LISTS.items():
        if getattr(defaults, name):
            yield say("{}: {}.", label, listed(defaults, name))
    if defaults.extended_key_usage_oids:
        yield say("Other extended key usages: {}.", codes(defaults.extended_key_usage_oids))


def _approval(profile: CertificateProfile, identities: Mapping[str, str]) -> Sentences:
    config = profile.approval_config
    if not config.steps:
        yield say("None: what the policy allows is issued at once.")
        return
    for number, step in enumerate(config.steps, 1):
        yield say("Step {}{}: {}.", number, f" ({step.name})" if step.name else "", _step(step, identities))
    wait = told_span(config.max_wait) if config.HasField("max_wait") else "7 days"
    yield say("A request that nobody decides about expires after {}.", wait)
    if config.allow_self_approval:
        yield say("Requesters may approve their own requests.")
    if config.renewals_need_no_approval:
        yield say("Renewals need no approval.")
    if config.bypass_identity_ids:
        yield say("Requests of {} need no approval.", _named(config.bypass_identity_ids, identities))


def _step(step: ApprovalStep, identities: Mapping[str, str]) -> Markup:
    count = "one approval" if step.approvals_required == 1 else f"{step.approvals_required} approvals"
    sources = []
    if step.roles:
        sources.append(say("a holder of {}", listed(step, "roles")))
    if step.identity_ids:
        sources.append(_named(step.identity_ids, identities))
    return say("{} by {}", count, Markup(", or by ").join(sources))


def _named(ids: Iterable[str], identities: Mapping[str, str]) -> Markup:
    return codes(identities.get(id_, id_) for id_ in ids)


def _keys(profile: CertificateProfile) -> Sentences:
    yield say(_DELIVERY[profile.private_key_delivery])
    if profile.strict_csr:
        yield say("A CSR with attributes or extensions that would not be taken over is refused.")
    else:
        yield say("Attributes and extensions of a CSR that are not taken over are left out.")
    if profile.truncate_to_ca:
        yield say("A lifetime that reaches past the CA's end is cut to it.")
    else:
        yield say("A lifetime that reaches past the CA's end is refused.")
    yield say("Chains are returned {} the root.", "without" if profile.omit_root else "with")
