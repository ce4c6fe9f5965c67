"""The JSON API: every way that the contract's annotations lead to an RPC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.code_pb2 import Code
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from certmanager.v1.access_service_pb2 import WhoAmIRequest
from server.web.refusals import Refused
from server.web.rest.asked import asked
from server.web.rest.bindings import Binding, bindings
from server.web.rest.bodies import body_of, is_long
from server.web.rest.callers import Asker, asker
from server.web.rest.faults import Malformed, refusal
from server.web.rest.paths import Match, Paths
from server.web.rest.statuses import answered, refused
from server.web.rest.streaming import stream
from server.web.rest.writing import encoded
from server.web.service import Caller, Service
from server.web.sessions import Sessions

Ask = Callable[[Caller, Any], Awaitable[Any]]
_MOST_PARAMETERS: Final = 200


def rest_routes(service: Service, sessions: Sessions, *, largest: int) -> list[BaseRoute]:
    """What stands under ``/api``; ``largest`` is a body's most octets.

    Raises ValueError if the contract says something that cannot be served.
    """
    return [Mount("/api", _API(service, sessions, largest=largest))]


class _API:
    """An ASGI application; whatever it refuses is a ``google.rpc.Status``."""

    def __init__(self, service: Service, sessions: Sessions, *, largest: int) -> None:
        self._service, self._sessions, self._largest = service, sessions, largest
        self._paths = Paths(bindings())
        self._asks = {each.name: _ask(service, each) for each in bindings() if not each.streams}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        matches = self._paths.matches(_raw_path(request))
        verb = "GET" if request.method == "HEAD" else request.method
        found = next((each for each in matches if each.binding.verb == verb), None)
        if found is None:
            return _nowhere(matches)
        showed_token = "authorization" in request.headers
        try:
            who = asker(request, self._service, self._sessions)
            showed_token = who.showed_token
            return await self._answer_of(found, request, who)
        except Malformed as error:
            return refused(error.status, http=error.http, sent_token=showed_token)
        except Refused as error:
            return refused(error.status, sent_token=showed_token)

    async def _answer_of(self, found: Match, request: Request, who: Asker) -> Response:
        binding = found.binding
        if not who.showed_token or is_long(request):
            await self._prove_known(who)  # what a stranger sends is not even read
        try:
            message = await self._asked(found, request)
        except Malformed:
            await self._prove_known(who)  # whose token does not count learns that first
            raise
        if binding.streams:
            return await stream(request, who.caller, binding, asked=message)
        # A client that leaves takes nothing with it: what was issued is stored, and can be asked for.
        return answered(encoded(await who.caller.ask(self._asks[binding.name], message)))

    async def _asked(self, found: Match, request: Request) -> Message:
        return asked(
            found.binding,
            path=found.values,
            query=_query(request),
            document=await body_of(request, is_taken=bool(found.binding.body), largest=self._largest),
            keys=request.headers.getlist("idempotency-key"),
        )

    async def _prove_known(self, who: Asker) -> None:
        """Raises Refused for whom the service does not know."""
        await who.caller.ask(self._service.access.WhoAmI, WhoAmIRequest())


def _ask(service: Service, binding: Binding) -> Any:
    return service.channel.unary_unary(
        binding.name,
        request_serializer=GetMessageClass(binding.takes).SerializeToString,
        response_deserializer=GetMessageClass(binding.gives).FromString,
    )


def _raw_path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("ascii", "replace")


def _query(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        told = f"a query must have at most {_MOST_PARAMETERS} parameters"
        raise Malformed.by("QUERY_TOO_LONG", told) from None


def _nowhere(matches: list[Match]) -> Response:
    if not matches:
        told = refusal(Code.NOT_FOUND, "RESOURCE_NOT_FOUND", "there is nothing under this path")
        return refused(told)
    verbs = {each.binding.verb for each in matches}
    verbs |= {"HEAD"} if "GET" in verbs else set()
    told = refusal(Code.UNIMPLEMENTED, "NOT_SUPPORTED", "the path is not for this method")
    return refused(told, http=405, allow=", ".join(sorted(verbs)))
