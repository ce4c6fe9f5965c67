"""What a call failed with: the server's status and its details as one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from certmanager_client.connecting import connection_failure, is_lasting

M = TypeVar("M", bound=Message)

_TRAILER = "grpc-status-details-bin"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where, which (a stable name), and what it means.

    ``value`` and ``allowed`` are what was sent and what would be allowed, as
    far as the server tells them.
    """

    field: str
    rule: str
    description: str
    value: str = ""
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an error is about: its type, as ``Project``, and its id or name."""

    type: str
    name: str


@dataclass(eq=False)
class ApiError(Exception):
    """A call that failed.

    ``reason`` is the stable name to program against (docs/errors.md); it is
    empty if the failure is not the server's own, as when nobody listens.
    ``violation_count`` may be greater than the number of ``violations``: a
    status holds only the first. ``retry_after`` is in seconds.
    """

    code: grpc.StatusCode
    reason: str
    message: str
    violations: tuple[Violation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    resource: Resource | None = None
    retry_after: float | None = None
    trace_id: str = ""
    lasting: bool = False
    """Whether another attempt is pointless, as with a certificate that is not trusted."""

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"{one.field}: {one.description}" for one in self.violations)))

    @property
    def violation_count(self) -> int:
        """How many rules are broken, those included that the status has no room for."""
        told = self.metadata.get("violationCount", "")
        return max(len(self.violations), int(told) if told.isdigit() else 0)


def api_error(error: grpc.aio.AioRpcError, *, address: str) -> ApiError:
    """What gRPC raised, read; ``address`` is named if the server was not reached."""
    status = _status(error)
    if not _detail(status, error_details_pb2.ErrorInfo()).reason:
        return _unanswered(error, address)
    return told_error(status, code=error.code())


def told_error(status: status_pb2.Status, *, code: grpc.StatusCode) -> ApiError:
    """What a status with its details says: of a call, or of a request that failed later."""
    info = _detail(status, error_details_pb2.ErrorInfo())
    retry = _detail(status, error_details_pb2.RetryInfo())
    return ApiError(
        code=code,
        reason=info.reason,
        message=status.message,
        violations=tuple(_with_quotes(_violations(status), info.metadata)),
        metadata=MappingProxyType(dict(info.metadata)),
        resource=_resource(_detail(status, error_details_pb2.ResourceInfo())),
        retry_after=retry.retry_delay.ToNanoseconds() / 1e9 if retry.HasField("retry_delay") else None,
        trace_id=_detail(status, error_details_pb2.RequestInfo()).request_id,
    )


def _unanswered(error: grpc.aio.AioRpcError, address: str) -> ApiError:
    told, whole = error.details() or "", error.debug_error_string() or ""
    sentence = connection_failure(error.code(), told, address, whole=whole)
    return ApiError(error.code(), "", sentence, lasting=is_lasting(f"{told} {whole}"))


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    for key, value in error.trailing_metadata() or ():
        if key == _TRAILER and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:  # a proxy's, perhaps
                break
    return status_pb2.Status()


def _detail(status: status_pb2.Status, wanted: M) -> M:
    for packed in status.details:
        if packed.Unpack(wanted):
            break
    return wanted


def _violations(status: status_pb2.Status) -> Iterator[Violation]:
    """Those of form first, as the metadata counts them."""
    for broken in _detail(status, error_details_pb2.BadRequest()).field_violations:
        yield Violation(broken.field, broken.reason, broken.description)
    for refused in _detail(status, error_details_pb2.PreconditionFailure()).violations:
        rule, colon, sentence = refused.description.partition(": ")
        known = bool(colon) and rule.replace("_", "").isalnum() and rule.isupper()
        yield Violation(
            refused.subject, rule if known else refused.type, sentence if known else refused.description
        )


def _with_quotes(violations: Iterator[Violation], metadata: Mapping[str, str]) -> Iterator[Violation]:
    for index, violation in enumerate(violations):
        value = metadata.get(f"violation{index}Value", "")
        yield replace(violation, value=value, allowed=metadata.get(f"violation{index}Allowed", ""))


def _resource(told: error_details_pb2.ResourceInfo) -> Resource | None:
    if not told.resource_type:
        return None
    return Resource(told.resource_type.rpartition(".")[2], told.resource_name)
