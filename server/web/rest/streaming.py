"""Server streams over HTTP: Server-Sent Events for browsers, one JSON text a line for everybody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import grpc.aio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from server.web.refusals import Refused
from server.web.rest.bindings import Binding
from server.web.rest.statuses import HEADERS as ALWAYS
from server.web.rest.statuses import status_document
from server.web.rest.writing import encoded
from server.web.service import Caller

EVENTS: Final = "text/event-stream"
LINES: Final = "application/x-ndjson"

HEADERS: Final = {**ALWAYS, "x-accel-buffering": "no", "vary": "accept"}
"""Nothing between us and the reader may keep what is sent, nor hold it back."""

_ENDED: Final = "end"
"""The id of the event after which there is nothing to come; no resume token is like it."""
_RESUME: Final = "resume_token"
_SETTLING_SECONDS: Final = 0.1
"""How long after its headers a call may turn out to be refused: both come in one write, but as two events."""


async def stream(request: Request, caller: Caller, binding: Binding, *, asked: Message) -> Response:
    """The messages of the binding's RPC as they come, until it ends, or the reader leaves.

    Raises Refused for an RPC that ends with an error before it has told that it is open: that is an
    answer like any other. Afterwards the error stands at the end of the stream.
    """
    last = request.headers.get("last-event-id", "")
    if last == _ENDED:
        return Response(status_code=204, headers=HEADERS)  # an EventSource comes no more
    if last and _RESUME in asked.DESCRIPTOR.fields_by_name:
        setattr(asked, _RESUME, last)
    form = _EVENTS if _wants_events(request) else _LINES
    opened = await _opened(_call(caller, binding, asked))
    if request.method == "HEAD":
        opened.cancel()
        return Response(headers=HEADERS, media_type=form.media_type)
    return _Streamed(opened, _texts(opened, form), media_type=form.media_type, headers=HEADERS)


class _Opened:
    """A call that was not refused, and its first message, which may be long in coming."""

    def __init__(self, call: Any, first: asyncio.Future[Any]) -> None:
        self._call = call
        self._first = first

    def cancel(self) -> None:
        """Tell the server that nobody listens any more; nothing is wrong if it has ended."""
        self._first.cancel()
        self._call.cancel()

    async def messages(self) -> AsyncIterator[Message]:
        """All that come. Raises Refused."""
        try:
            message = await self._first
            while message is not grpc.aio.EOF:
                yield message
                message = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise Refused.by(error) from None


class _Streamed(StreamingResponse):
    """An answer with which its call ends, also where the reader left before its beginning."""

    def __init__(self, opened: _Opened, texts: AsyncIterator[str], **options: Any) -> None:
        super().__init__(texts, **options)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.cancel()


async def _opened(call: Any) -> _Opened:
    """The call, once the server has taken it up. Raises Refused."""
    first = asyncio.ensure_future(call.read())
    first.add_done_callback(_looked_at)
    opened = _Opened(call, first)
    try:
        await call.initial_metadata()
        done, _ = await asyncio.wait({first}, timeout=_SETTLING_SECONDS)
        if done:
            first.result()
    except grpc.aio.AioRpcError as error:
        raise Refused.by(error) from None
    except BaseException:
        opened.cancel()
        raise
    return opened


def _looked_at(first: asyncio.Future[Any]) -> None:
    """A reader who leaves early never learns of its error; that is nothing to warn about."""
    if not first.cancelled():
        first.exception()


def _call(caller: Caller, binding: Binding, asked: Message) -> Any:
    method = caller.service.channel.unary_stream(
        binding.name,
        request_serializer=type(asked).SerializeToString,
        response_deserializer=GetMessageClass(binding.gives).FromString,
    )
    return method(asked, metadata=caller.metadata)


def _wants_events(request: Request) -> bool:
    ranges = request.headers.get("accept", "").lower().split(",")
    return EVENTS in (each.partition(";")[0].strip() for each in ranges)


async def _texts(opened: _Opened, form: _Form) -> AsyncIterator[str]:
    yield form.beginning
    try:
        async for message in opened.messages():
            yield form.message(encoded(message).decode(), getattr(message, _RESUME, ""))
    except Refused as refused:
        told = json.dumps(status_document(refused.status), ensure_ascii=False)
        yield form.error(told, refused.retry_after)
    else:
        yield form.end


@dataclass(frozen=True, slots=True)
class _Form:
    """How a stream is written."""

    media_type: str
    beginning: str
    message: Callable[[str, str], str]
    """Of a message and the token to resume after it, which may be empty."""
    error: Callable[[str, float | None], str]
    """Of a status and the seconds after which it is worth trying again."""
    end: str
    """What follows the last message if all went well."""


def _event(data: str, token: str) -> str:
    return f"id: {token}\ndata: {data}\n\n" if token else f"data: {data}\n\n"


def _error_event(data: str, seconds: float | None) -> str:
    retry = "" if seconds is None else f"retry: {round(seconds * 1000)}\n"
    return f"event: error\n{retry}data: {data}\n\n"


# An EventSource passes over events without data (HTML, 9.2.6).
_EVENTS = _Form(EVENTS, "retry: 2000\n\n", _event, _error_event, f"event: end\nid: {_ENDED}\ndata: {{}}\n\n")
_LINES = _Form(LINES, "", lambda data, _: f"{data}\n", lambda data, _: f'{{"error":{data}}}\n', "")
