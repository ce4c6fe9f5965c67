"""The messages of a stream: those that a client sends, and those that it is to take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final

from server.errors import Exhausted, Reason, TooLate, Unauthenticated, Unavailable

if TYPE_CHECKING:
    import grpc.aio
    from google.protobuf.message import Message

    from server.api.call import Call
    from server.errors import CAError

Metadata = tuple[tuple[str, str], ...]

UNCACHED: Final[Metadata] = (("cache-control", "no-store"),)
"""Begins the answer that holds a secret: what stands between must not keep it (RFC 9111, 5.2.2.5)."""

# After these it is the same client that goes on, with the same question.
_RESUMABLE = (Unavailable, Exhausted, Unauthenticated, TooLate)


class ClientGoneError(Exception):
    """What was written could not be sent: the client has cancelled, or its connection is lost."""


class Incoming:
    """The messages of a client's stream; not a generator, so that it needs no closing."""

    __slots__ = ("_octets", "_read")

    def __init__(self, octets: AsyncIterable[bytes], read: Callable[[bytes], Any]) -> None:
        self._octets = aiter(octets)
        self._read = read

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        return self._read(await anext(self._octets))


async def begin(call: Call, context: grpc.aio.ServicerContext[Any, Any], metadata: Metadata = ()) -> None:
    """Tells the client that the stream is open, unless it has been told. Raises ``ClientGoneError``.

    The first message would do, too; but of a write that is given up nobody can
    say whether it did.
    """
    if call.begun:
        return
    call.begun = True
    try:
        await context.send_initial_metadata(metadata)
    except Exception:  # noqa: BLE001 - as below
        raise ClientGoneError from None


async def send(
    call: Call, context: grpc.aio.ServicerContext[Any, Any], message: Message, *, patience: float
) -> None:
    """Sends one message of a stream, and notes where the stream can be resumed after it.

    Raises ``ClientGoneError``, and Exhausted for a client that takes nothing for
    ``patience`` seconds. gRPC takes some 100 KiB to a few MiB before a write has
    to wait, so only who really does not read is ended.
    """
    octets = message.SerializeToString()
    await begin(call, context)
    try:
        call.sent += len(octets)
        async with asyncio.timeout(patience):
            await context.write(octets)
    except TimeoutError:
        reason = Reason.WATCHER_TOO_SLOW
        raise Exhausted("the client does not read what it is sent", reason=reason) from None
    except Exception:  # noqa: BLE001 - a write fails for one reason only, but gRPC has no name for it
        raise ClientGoneError from None
    call.resume_token = getattr(message, "resume_token", "")


def tell_where_to_resume(error: CAError, call: Call) -> None:
    """Puts the newest token into an error that ends a stream which can be resumed."""
    if call.resume_token and (isinstance(error, _RESUMABLE) or error.reason is Reason.INTERNAL):
        error.metadata.setdefault("resume_token", call.resume_token)
