"""How a call ended, in a form that answers of two servers can be compared in."""

from __future__ import annotations

from typing import Any

import grpc.aio
from google.protobuf.message import Message

from tests.serving import failure_of
from tests.standing import Standing

EXPECTED = {"OK", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", "UNIMPLEMENTED"}
"""The codes that a call by an owner can end with, whatever it asks for."""

Both = tuple[Standing, Standing]
"""The session's servers on both databases."""


async def outcome_of(standing: Standing, method: Any, request: Message) -> tuple[Any, ...]:
    """OK, or code, reason and fields of the failure, which must be an expected one."""
    try:
        await method(request, metadata=standing.live.auth(), timeout=60)
    except grpc.aio.AioRpcError as error:
        failure = failure_of(error)
    else:
        return ("OK",)
    assert failure.code.name in EXPECTED, failure
    return failure.code, failure.reason, failure.fields
