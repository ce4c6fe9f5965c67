"""One method as it is served: the concerns around the servicer's own coroutine.

gRPC hands over and takes back octets: so nothing a stranger sent is parsed
before the stranger is known, and the record knows sizes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from grpc_status.rpc_status import to_status

from server import telemetry
from server.api.call import Call, enter_call
from server.api.concerns import deadline
from server.api.concerns.access import Caller, Credential, address, authorize, credential_of, read_headers
from server.api.concerns.attempts import attempt_of
from server.api.redact import holds_secret
from server.api.status import as_ca_error, code_of, to_rpc_status
from server.api.streams import UNCACHED, ClientGoneError, Incoming, begin, send, tell_where_to_resume
from server.api.validation import Checked, violations
from server.errors import CAError, Invalid, Unsupported

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from server.api.methods import Method
    from server.api.pipeline import Concerns

Context = grpc.aio.ServicerContext[Any, Any]
Serve = Callable[[Any, Context], Coroutine[Any, Any, Any]]


_STATUS_SECONDS = 1.0
"""How long a call waits until its status is on its way."""


class _NotEnteredError(Exception):
    """A servicer answered without having checked the caller's right: a bug that must not pass."""


class Served:
    """One method, and the concerns bound to it."""

    def __init__(self, method: Method, concerns: Concerns) -> None:
        self._method = method
        self._behaviour: Any = method.behaviour
        self._concerns = concerns
        self._recorder = concerns.recorder
        self._drain = concerns.drain
        self._peer = concerns.peer
        self._least = concerns.limits.least
        self._patience = concerns.limits.write
        streams = method.client_streams or method.server_streams
        self._can_be_repeated = method.can_be_repeated
        self._limit = None if streams else concerns.limits.unary

    def serve(self) -> Serve:
        """The coroutine function that gRPC calls."""
        run: Any = self._stream if self._method.server_streams else self._answer
        if self._behaviour is None:
            run = _unsupported

        async def serve(request: Any, context: Context) -> Any:
            bearer, trace_id = read_headers(context.invocation_metadata() or ())
            call = Call(self._method, trace_id) if trace_id else Call(self._method)
            enter_call(call)
            telemetry.trace.set(call.trace_id)
            self._recorder.started()
            try:
                self._admit(call, context)
                if not self._method.is_open:
                    credential = credential_of(bearer, context, self._concerns)
                    await self._identify(call, credential, address(self._peer(context)))
                response = await run(call, request, context)
                deadline.disarm(call)
            except asyncio.CancelledError:
                if not deadline.was_ours(call):
                    deadline.disarm(call)
                    self._recorder.finished(call, self._peer(context), "CANCELLED")
                    raise
                return await self._refuse(call, context, deadline.too_late())
            except ClientGoneError:
                deadline.disarm(call)
                self._recorder.finished(call, self._peer(context), "CANCELLED")
                return None
            except grpc.aio.AbortError:
                deadline.disarm(call)
                self._recorder.finished(call, self._peer(context), _code_set(context))
                raise
            except Exception as error:  # noqa: BLE001 - gRPC would send its text to the client
                return await self._refuse(call, context, error)
            self._recorder.finished(call, self._peer(context), "OK")
            return response

        return serve

    def _admit(self, call: Call, context: Context) -> None:
        if self._drain.started and not self._method.is_open:
            raise self._drain.refusal()
        remaining = context.time_remaining()
        call.brought_deadline = remaining is not None
        deadline.arm(call, self._limit if remaining is None else remaining, least=self._least)

    async def _identify(self, call: Call, credential: Credential, source: str) -> None:
        call.identify = partial(self._caller, call, credential, source)
        call.caller = await call.identify()

    async def _caller(self, call: Call, credential: Credential, source: str) -> Caller:
        """Who calls, by what is known of the credential at this moment."""
        principal = await credential.principal()
        call.principal = principal
        authorize(principal, self._method)
        caller = self._concerns.make_caller(principal, self._method.permission, call.trace_id, source)
        if call.caller is not None:
            caller.attempt = call.caller.attempt
        return caller

    async def _answer(self, call: Call, request: Any, context: Context) -> bytes:
        """Serves a method with one response."""
        response: Message = await self._behaviour(self._take(call, request), context)
        self._check_entered(call)
        if holds_secret(response):
            await begin(call, context, UNCACHED)
        octets = response.SerializeToString()
        call.sent = len(octets)
        return octets

    async def _stream(self, call: Call, request: Any, context: Context) -> None:
        """Serves a method with many responses.

        It writes them itself instead of being a generator for gRPC: when the
        client goes away, the cancellation then reaches this task at the write,
        and the servicer's generator is closed here and now, not by the
        garbage collector in another task.
        """
        taken = self._take(call, request)
        async with aclosing(self._behaviour(taken, context)) as responses:
            async for response in responses:
                self._check_entered(call)
                await send(call, context, response, patience=self._patience)
        self._check_entered(call)

    def _take(self, call: Call, request: Any) -> Any:
        if self._method.client_streams:
            return Incoming(request, partial(self._read_item, call))
        message, call.form_violations = self._read(call, request)
        if self._can_be_repeated and call.caller and not call.form_violations:
            call.caller.attempt = attempt_of(self._method.label, message)
        return message

    def _read_item(self, call: Call, octets: bytes) -> Any:
        checked = self._read(call, octets)
        return checked if self._method.collects else checked.message

    def _read(self, call: Call, octets: bytes) -> Checked:
        call.received += len(octets)
        message = self._method.request_class()
        try:
            message.ParseFromString(octets)
        except DecodeError:
            raise Invalid("the message is not valid protobuf") from None
        broken = () if self._method.is_open else violations(message)
        self._recorder.request(call, message)  # not one whose lists are too long to be gone through
        if broken and not self._method.collects:
            raise Invalid("the request breaks rules of form", violations=broken)
        return Checked(message, broken)

    def _check_entered(self, call: Call) -> None:
        caller = call.caller
        if caller is not None and not caller.entered and not self._method.concerns_self:
            raise _NotEnteredError(self._method.label)

    async def _refuse(self, call: Call, context: Context, error: Exception) -> None:
        """Ends the call with the error, or with INTERNAL if it is none of ours.

        Raises ``grpc.aio.AbortError``, but for a client that does not read: there
        the status waits in gRPC behind what was sent before, and the call is left
        to it. A client that reads on gets it; and if it never does, gRPC forgets it
        together with the connection.
        """
        deadline.disarm(call)
        told = as_ca_error(error)
        if not isinstance(error, CAError):
            self._recorder.log.error("unexpected error", method=self._method.label, exc_info=error)
        tell_where_to_resume(told, call)
        code = code_of(told).name
        self._recorder.finished(call, self._peer(context), code, told.reason.value)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STATUS_SECONDS if call.begun else None):
                await context.abort_with_status(to_status(to_rpc_status(told, trace_id=call.trace_id)))


async def _unsupported(_call: Call, _request: object, _context: Context) -> NoReturn:
    raise Unsupported("this server does not offer this method")


def _code_set(context: Context) -> str:
    code = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else str(code)
