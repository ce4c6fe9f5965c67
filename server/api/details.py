"""The details of a status, in the messages of ``google/rpc/error_details.proto``."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    PreconditionFailure,
    QuotaFailure,
    RequestInfo,
    ResourceInfo,
    RetryInfo,
)

from server.errors import Exhausted, Invalid, Nature, Reason, Refused

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from server.errors import CAError, Resource, Violation

DOMAIN = "certmanager.v1"
_LONGEST_TEXT = 256
_LONGEST_NOTE = 512
_MOST_NOTES = 8
_OF_FORM = frozenset({Nature.FORM, Nature.CSR})
_ELLIPSIS = "…"

# Reasons that are about one known field even when nobody spelled it out.
_FIELDS = {
    Reason.CSR_INVALID: "csr",
    Reason.PAGE_TOKEN_INVALID: "page_token",
    Reason.RESUME_TOKEN_INVALID: "resume_token",
    Reason.REQUEST_ID_REUSED: "request_id",
}
# Seconds after which it is worth trying again, where the error does not say.
_PATIENCE = {
    Reason.REQUEST_IN_PROGRESS: 1.0,
    Reason.BACKEND_UNAVAILABLE: 1.0,
    Reason.QUOTA_EXCEEDED: 1.0,
    Reason.WATCHER_TOO_SLOW: 1.0,
}
# Whole crowds are sent away at once: spread them over two seconds.
_SPREAD = {Reason.SERVER_DRAINING: 2.0, Reason.STREAM_AGED: 2.0}


def details(error: CAError, shown: Sequence[Violation], *, quote: int, trace_id: str) -> Iterator[Message]:
    """All details of the error; ``shown`` are its violations that fit, their quotes cut to ``quote``."""
    of_form = [each for each in shown if each.nature in _OF_FORM]
    of_policy = [each for each in shown if each.nature not in _OF_FORM]
    yield _error_info(error, [*of_form, *of_policy], quote)
    if trace_id:
        yield RequestInfo(request_id=trace_id)
    yield from _bad_request(error, of_form)
    yield from _precondition_failure(error, of_policy)
    yield from _resource_info(error.resource)
    yield from _quota_failure(error)
    yield from _retry_info(error)


def text(value: str, octets: int = _LONGEST_TEXT) -> str:
    """The value as valid UTF-8 of at most ``octets``, marked where it was cut."""
    encoded = value.encode("utf-8", "replace")
    if len(encoded) <= octets:
        return encoded.decode()
    return encoded[: octets - len(_ELLIPSIS.encode())].decode("utf-8", "ignore") + _ELLIPSIS


def _error_info(error: CAError, shown: Sequence[Violation], quote: int) -> ErrorInfo:
    notes = list(error.metadata.items())[:_MOST_NOTES]
    metadata = {_lower_camel(key): text(value, _LONGEST_NOTE) for key, value in notes}
    if error.violations:
        metadata["violationCount"] = str(len(error.violations))
    for index, violation in enumerate(shown):
        metadata.update(_notes(f"violation{index}", violation, quote))
    return ErrorInfo(domain=DOMAIN, reason=error.reason.value, metadata=metadata)


def _notes(key: str, violation: Violation, quote: int) -> Iterable[tuple[str, str]]:
    """What the standard details have no place for; ``N`` counts those of form first."""
    if quote == 0:
        return
    yield f"{key}Rule", text(violation.rule, 64)
    if violation.value:
        yield f"{key}Value", text(violation.value, quote)
    if violation.allowed:
        yield f"{key}Allowed", text(", ".join(violation.allowed), quote)


def _bad_request(error: CAError, shown: Sequence[Violation]) -> Iterator[BadRequest]:
    broken = [
        BadRequest.FieldViolation(
            field=text(each.field), description=text(each.message), reason=text(each.rule, 64)
        )
        for each in shown
    ]
    field = _field_at_fault(error)
    if field and not error.violations:
        broken.append(
            BadRequest.FieldViolation(
                field=text(field), description=text(error.message), reason=error.reason.value
            )
        )
    if broken:
        yield BadRequest(field_violations=broken)


def _field_at_fault(error: CAError) -> str:
    if error.resource and error.resource.field:
        return error.resource.field
    return _FIELDS.get(error.reason, "") if isinstance(error, Invalid) else ""


def _precondition_failure(error: CAError, shown: Sequence[Violation]) -> Iterator[PreconditionFailure]:
    broken = [
        PreconditionFailure.Violation(
            type=_type(error, each),
            subject=text(each.field),
            description=text(f"{each.rule}: {each.message}"),
        )
        for each in shown
    ]
    if isinstance(error, Refused) and not error.violations:
        subject = error.resource.id if error.resource else ""
        broken.append(
            PreconditionFailure.Violation(
                type=error.reason.value, subject=text(subject), description=text(error.message)
            )
        )
    if broken:
        yield PreconditionFailure(violations=broken)


def _type(error: CAError, violation: Violation) -> str:
    """POLICY or CA_LIFETIME; where something else than a policy forbids it, the reason itself."""
    in_use = error.reason is Reason.RESOURCE_IN_USE
    return error.reason.value if in_use else violation.nature.value


def _resource_info(resource: Resource | None) -> Iterator[ResourceInfo]:
    if resource:
        yield ResourceInfo(resource_type=f"{DOMAIN}.{resource.type}", resource_name=text(resource.id))


def _quota_failure(error: CAError) -> Iterator[QuotaFailure]:
    if isinstance(error, Exhausted) and error.reason is Reason.QUOTA_EXCEEDED:
        subject = error.metadata.get("subject", "")
        broken = QuotaFailure.Violation(subject=text(subject), description=text(error.message))
        yield QuotaFailure(violations=[broken])


def _retry_info(error: CAError) -> Iterator[RetryInfo]:
    seconds = error.retry_after
    if seconds is None and error.reason in _SPREAD:
        seconds = random.uniform(0, _SPREAD[error.reason])  # noqa: S311 - spreads load, guards nothing
    if seconds is None:
        seconds = _PATIENCE.get(error.reason)
    if seconds is not None:
        delay = Duration()
        delay.FromNanoseconds(int(seconds * 1e9))
        yield RetryInfo(retry_delay=delay)


def _lower_camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)
