"""Domain errors as ``google.rpc.Status``: the only place that knows status codes.

Every status has one ``ErrorInfo`` and the details of the contract's table. gRPC
carries it in a trailer, and clients accept trailers of 8 KiB only: above that
they see RESOURCE_EXHAUSTED instead of the error. So a status is at most 6 KiB;
what gives way first is the values that violations quote, then violations from
the end. ``violationCount`` always tells how many there were.
"""

from __future__ import annotations

from collections.abc import Iterator

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status

from server.api.details import details, text
from server.errors import (
    AlreadyExists,
    CAError,
    Denied,
    Exhausted,
    Invalid,
    NotFound,
    OutOfRange,
    Reason,
    Refused,
    Stale,
    TooLate,
    Unauthenticated,
    Unavailable,
    Unsupported,
    Violation,
)

STATUS_OCTETS = 6 * 1024
SHOWN_VIOLATIONS = 20
_MESSAGE_OCTETS = 256
_QUOTE_LENGTHS = (256, 48, 0)

_CODES: dict[type[CAError], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    Denied: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Refused: grpc.StatusCode.FAILED_PRECONDITION,
    Stale: grpc.StatusCode.ABORTED,
    OutOfRange: grpc.StatusCode.OUT_OF_RANGE,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    TooLate: grpc.StatusCode.DEADLINE_EXCEEDED,
    Unsupported: grpc.StatusCode.UNIMPLEMENTED,
}


def code_of(error: CAError) -> grpc.StatusCode:
    """The status code of the error's kind."""
    for kind in type(error).__mro__:
        if kind in _CODES:
            return _CODES[kind]
    return grpc.StatusCode.INTERNAL


def as_ca_error(error: BaseException) -> CAError:
    """The error itself if it is ours; of any other nothing is told but that it is our fault."""
    if isinstance(error, CAError):
        return error
    return CAError("the server failed; its log has the details", reason=Reason.INTERNAL)


def to_rpc_status(error: BaseException, *, trace_id: str = "") -> Status:
    """The error as a status, for a trailer and for ``CertificateRequest.error`` and bulk answers."""
    told = as_ca_error(error)
    status = Status(code=code_of(told).value[0], message=text(told.message, _MESSAGE_OCTETS))
    for shown, quote in _shapes(told.violations):
        del status.details[:]
        status.details.extend(_pack(each) for each in details(told, shown, quote=quote, trace_id=trace_id))
        if status.ByteSize() <= STATUS_OCTETS:
            break
    return status


def _shapes(violations: tuple[Violation, ...]) -> Iterator[tuple[tuple[Violation, ...], int]]:
    """What to try, richest first: the violations to show and how long their quotes may be."""
    shown = violations[:SHOWN_VIOLATIONS]
    for quote in _QUOTE_LENGTHS:
        yield shown, quote
    for count in range(len(shown) - 1, -1, -1):
        yield shown[:count], 0


def _pack(detail: object) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(detail)  # type: ignore[arg-type]
    return packed
