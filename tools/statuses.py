"""What an error of the server says, for people: the details of its status, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar, cast

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from tools.telling import Untrue

M = TypeVar("M", bound=Message)

TRAILER = "grpc-status-details-bin"
"""Where gRPC carries a google.rpc.Status."""


def explained(error: grpc.RpcError) -> Iterator[str]:
    """The code and the reason, then each broken rule with its field; nothing twice."""
    status = status_of(error)
    info = detail(status, error_details_pb2.ErrorInfo())
    yield f"{error.code().name} {info.reason}: {status.message}"
    for broken in detail(status, error_details_pb2.BadRequest()).field_violations:
        yield f"  {broken.field}  {broken.reason}: {broken.description}"
    for refused in detail(status, error_details_pb2.PreconditionFailure()).violations:
        if refused.description != status.message:
            yield f"  {refused.subject}  {refused.description}"


def status_of(error: grpc.RpcError) -> status_pb2.Status:
    """The status with its details; empty if the error is gRPC's own, as when nobody listens."""
    # The entries are pairs, here and with asyncio; the stubs tell it of those with asyncio only.
    trailing = cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ())
    for key, value in trailing:
        if key == TRAILER:
            return status_pb2.Status.FromString(value)
    return status_pb2.Status(message=error.details() or "")


def detail(status: status_pb2.Status, wanted: M) -> M:
    """The status's detail of that type; empty if it has none."""
    for packed in status.details:
        if packed.Unpack(wanted):
            break
    return wanted


def refusal(error: grpc.RpcError, *, reason: str) -> Iterator[str]:
    """What ``explained`` says of a refusal. Raises Untrue if it was for another reason."""
    found = detail(status_of(error), error_details_pb2.ErrorInfo()).reason
    if found != reason:
        said = "; ".join(explained(error))
        raise Untrue(f"refused for another reason than {reason}: {said}") from error
    return explained(error)
