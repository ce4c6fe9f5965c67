"""Certificate attributes: from the contract's message to the domain, and what was settled back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, profile_pb2, x509_pb2
from server.api.enums import ALT_NAME_TYPE, EXTENDED_KEY_USAGE, KEY_ALGORITHM, KEY_USAGE, SIGNATURE_ALGORITHM
from server.ra.issuing.order import Attributes
from server.ra.terms import (
    BasicConstraints,
    CustomExtension,
    DurationOverflow,
    ExtendedKeyUsage,
    KeyUsage,
    SubjectAttribute,
    Template,
    TimeFault,
    parse_duration,
)

_OIDS = {usage.value: usage for usage in ExtendedKeyUsage}
_Said = certificate_pb2.CertificateAttributes | profile_pb2.CertificateDefaults


def read_attributes(message: certificate_pb2.CertificateAttributes) -> Attributes:
    """What a request asks for; what cannot be read counts as not said, for validation has reported it."""
    validity = message.WhichOneof("validity")
    constraints = message.basic_constraints
    return Attributes(
        subject=_subject(message),
        alt_names=tuple(
            (kind, name.value) for name in message.alt_names if (kind := ALT_NAME_TYPE.member(name.type))
        ),
        key_usages=_key_usages(message),
        extended_key_usages=_extended_key_usages(message),
        key_algorithm=KEY_ALGORITHM.member(message.key_algorithm),
        signature_algorithm=SIGNATURE_ALGORITHM.member(message.signature_algorithm),
        lifetime=_lifetime(message),
        lifetime_field=validity if validity in ("ttl", "lifetime") else "ttl",
        not_after=_instant(message, "not_after"),
        not_before=_instant(message, "not_before"),
        basic_constraints=BasicConstraints(
            constraints.is_ca, constraints.path_length if constraints.HasField("path_length") else None
        )
        if message.HasField("basic_constraints")
        else None,
        custom_extensions=tuple(
            CustomExtension(e.oid, e.critical, e.value) for e in message.custom_extensions
        ),
    )


def read_defaults(message: profile_pb2.CertificateDefaults) -> Attributes:
    """The defaults of a stored profile, which was validated before it was stored."""
    return Attributes(
        subject=_subject(message),
        key_usages=_key_usages(message),
        extended_key_usages=_extended_key_usages(message),
        key_algorithm=KEY_ALGORITHM.member(message.key_algorithm),
        signature_algorithm=SIGNATURE_ALGORITHM.member(message.signature_algorithm),
        lifetime=_lifetime(message),
        lifetime_field=message.WhichOneof("validity") or "ttl",
    )


def write_asked(asked: Attributes) -> certificate_pb2.CertificateAttributes:
    """What is asked for, as a request that ``read_attributes`` reads."""
    extended = asked.extended_key_usages or ()
    key, signature = asked.key_algorithm, asked.signature_algorithm
    message = certificate_pb2.CertificateAttributes(
        alt_names=[
            certificate_pb2.AltName(type=ALT_NAME_TYPE.number(kind), value=value)
            for kind, value in asked.alt_names
        ],
        key_usages=[KEY_USAGE.number(usage) for usage in KeyUsage if usage in (asked.key_usages or ())],
        extended_key_usages=named_usages(extended),
        extended_key_usage_oids=unnamed_usages(extended),
        key_algorithm=KEY_ALGORITHM.number(key) if key else None,
        signature_algorithm=SIGNATURE_ALGORITHM.number(signature) if signature else None,
        not_before=timestamp(asked.not_before),
        basic_constraints=write_constraints(asked.basic_constraints) if asked.basic_constraints else None,
        custom_extensions=[
            certificate_pb2.CustomExtension(oid=e.oid, critical=e.critical, value=e.value)
            for e in asked.custom_extensions
        ],
    )
    if asked.lifetime is not None:
        message.lifetime.FromTimedelta(asked.lifetime)
    elif asked.not_after is not None:
        message.not_after.FromDatetime(asked.not_after)
    for attribute, value in asked.subject.items():
        setattr(message, attribute.name.lower(), value)
    return message


def write_attributes(template: Template) -> certificate_pb2.CertificateAttributes:
    """What the certificate of a template would contain."""
    message = certificate_pb2.CertificateAttributes(
        alt_names=[
            certificate_pb2.AltName(type=ALT_NAME_TYPE.number(name.type), value=name.value)
            for name in template.alt_names
        ],
        key_usages=[KEY_USAGE.number(usage) for usage in KeyUsage if usage in template.key_usages],
        extended_key_usages=named_usages(template.extended_key_usages),
        extended_key_usage_oids=unnamed_usages(template.extended_key_usages),
        key_algorithm=KEY_ALGORITHM.number(template.key_algorithm),
        signature_algorithm=SIGNATURE_ALGORITHM.number(template.signature_algorithm),
        not_before=timestamp(template.validity.not_before),
        not_after=timestamp(template.validity.not_after),
        basic_constraints=write_constraints(template.basic_constraints),
        custom_extensions=[
            certificate_pb2.CustomExtension(oid=e.oid, critical=e.critical, value=e.value)
            for e in template.custom_extensions
        ],
    )
    for attribute, value in template.subject:
        setattr(message, attribute.name.lower(), value)
    return message


def write_constraints(constraints: BasicConstraints) -> certificate_pb2.BasicConstraints:
    """The basic constraints; an absent path length stays absent."""
    return certificate_pb2.BasicConstraints(is_ca=constraints.is_ca, path_length=constraints.path_length)


def named_usages(oids: tuple[str, ...]) -> list[x509_pb2.ExtendedKeyUsage]:
    """Those of the OIDs that the contract has a name for."""
    return [EXTENDED_KEY_USAGE.number(_OIDS[oid]) for oid in oids if oid in _OIDS]


def unnamed_usages(oids: tuple[str, ...]) -> list[str]:
    """Those of the OIDs that the contract has no name for."""
    return [oid for oid in oids if oid not in _OIDS]


def timestamp(instant: datetime | None) -> Timestamp | None:
    """The message of an instant."""
    if instant is None:
        return None
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def _subject(message: _Said) -> dict[SubjectAttribute, str]:
    fields = ((attribute, attribute.name.lower()) for attribute in SubjectAttribute)
    return {attribute: getattr(message, name) for attribute, name in fields if message.HasField(name)}


def _key_usages(message: _Said) -> frozenset[KeyUsage] | None:
    return frozenset(KEY_USAGE.members(message.key_usages)) or None


def _extended_key_usages(message: _Said) -> tuple[str, ...] | None:
    named = (usage.value for usage in EXTENDED_KEY_USAGE.members(message.extended_key_usages))
    return tuple(dict.fromkeys((*named, *message.extended_key_usage_oids))) or None


def _lifetime(message: _Said) -> timedelta | None:
    match message.WhichOneof("validity"):
        case "ttl":
            return _known(lambda: parse_duration(message.ttl))
        case "lifetime":
            return _known(lambda: span(message.lifetime))
        case _:
            return None


def _known(read: Callable[[], timedelta]) -> timedelta | None:
    """The duration, or None where validation has reported it already.

    One too long to be counted is the longest that can be: no window has room for it, and that is told.
    """
    try:
        duration = read()
    except DurationOverflow:
        return timedelta.max
    except (TimeFault, ValueError, OverflowError):
        return None
    return duration if duration > timedelta() else None


def span(message: Duration) -> timedelta:
    """The duration of a message in whole seconds, which is all that X.509 knows and validation lets pass."""
    return timedelta(seconds=message.seconds)


def _instant(message: certificate_pb2.CertificateAttributes, name: str) -> datetime | None:
    if not message.HasField(name):
        return None
    stamp: Timestamp = getattr(message, name)
    try:
        return datetime.fromtimestamp(stamp.seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
