"""What an error of the server says, for people: the details of its status, one line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

M = TypeVar("M", bound=Message)

TRAILER = "grpc-status-details-bin"
"""Where gRPC carries a google.rpc.Status."""


def explained(error: grpc.RpcError) -> Iterator[str]:
    """The code and the reason, then each broken rule with its field."""
    status = status_of(error)
    info = detail(status, error_details_pb2.ErrorInfo())
    yield f"{error.code().name} {info.reason}: {status.message}"
    for broken in detail(status, error_details_pb2.BadRequest()).field_violations:
        yield f"  {broken.field}  {broken.reason}: {broken.description}"
    for refused in detail(status, error_details_pb2.PreconditionFailure()).violations:
        yield f"  {refused.subject}  {refused.description}"


def status_of(error: grpc.RpcError) -> status_pb2.Status:
    """The status with its details; empty if the error is gRPC's own, as when nobody listens."""
    for entry in error.trailing_metadata() or ():
        if entry.key == TRAILER:
            return status_pb2.Status.FromString(entry.value)
    return status_pb2.Status(message=error.details() or "")


def detail(status: status_pb2.Status, wanted: M) -> M:
    """The status's detail of that type; empty if it has none."""
    for packed in status.details:
        if packed.Unpack(wanted):
            break
    return wanted
