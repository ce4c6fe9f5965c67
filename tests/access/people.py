"""Identities of every role, projects apart, and objects in both, on a standing server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import grpc.aio
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_request_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_pb2,
    profile_service_pb2,
    project_service_pb2,
)
from server.clock import utc_now
from server.ids import new_id
from server.ra.access.tokens import hash_token, new_token
from server.store.records import ObjectKind, TokenRecord
from server.store.unit import Change, Unit, Update
from tests.access.calls import CALLS
from tests.access.fresh import FRESH
from tests.access.matrix import ROLES
from tests.access.places import ABSENT, Place, away, home
from tests.serving import Live, failure_of
from tests.standing import Standing

_FILES: tuple[Any, ...] = (
    project_service_pb2,
    access_service_pb2,
    certificate_authority_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    certificate_service_pb2,
    certificate_request_service_pb2,
)
RPCS: dict[str, MethodDescriptor] = {
    f"{service.name}/{method.name}": method
    for file in _FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
"""Every RPC of the contract."""


@dataclass(frozen=True, slots=True)
class People:
    """Who calls, by role in the first project, and what there is to be called for."""

    live: Live
    tokens: dict[str, str]
    bad_tokens: dict[str, str]
    home: Place
    """Its certificate was asked for by the owner."""
    away: Place
    """Nobody but the owner has a role here."""

    async def outcome(self, what: str, role: str) -> str:
        """The code of a call, as ``get CA, away``; a stream is granted with its first message."""
        rpc, request = await self.asked(what, role)
        streams = RPCS[rpc].server_streaming
        kind = self.live.channel.unary_stream if streams else self.live.channel.unary_unary
        method: Any = kind(f"/certmanager.v1.{rpc}")
        call = method(request.SerializeToString(), metadata=self.live.auth(self.tokens[role]), timeout=60)
        try:
            await (call.read() if streams else call)
        except grpc.aio.AioRpcError as error:
            failure_of(error)
            return error.code().name
        finally:
            call.cancel()
        return "OK"

    async def asked(self, what: str, role: str) -> tuple[str, Any]:
        """The RPC of a call, and its request with all that it speaks of made."""
        action, _, where = what.partition(", ")
        rpc, said = CALLS[action]
        request: Any = GetMessageClass(RPCS[rpc].input_type)()
        ParseDict(await self._filled(said, await self._place(where, role)), request)
        return rpc, request

    async def _place(self, where: str, role: str) -> Place:
        if where == "own":
            held = await self.live.app.store.get(TokenRecord, hash=hash_token(self.tokens[role]))
            assert held is not None
            return replace(self.home, identity_id=held.identity_id, token_id=held.id)
        return {"away": self.away, "absent": Place.absent()}.get(where, self.home)

    async def _filled(self, said: Any, place: Place) -> Any:
        """What is said, with what it says by ``$name``."""
        if isinstance(said, dict):
            return {name: await self._filled(value, place) for name, value in said.items()}
        if not isinstance(said, str) or not said.startswith("$"):
            return said
        name = said.removeprefix("$")
        if name not in FRESH:
            return getattr(place, name)
        makes_anywhere = name in ("slug", "new_identity")
        return await FRESH[name](self.live, place) if makes_anywhere or place != Place.absent() else ABSENT

    def new_profile(self, **changes: Any) -> profile_service_pb2.CreateCertificateProfileRequest:
        """A request for a new profile in the first project, all of it there."""
        ids = self.live.ids
        said: dict[str, Any] = {
            "project_id": ids["project_id"],
            "ca_id": ids["ca_id"],
            "certificate_policy_id": ids["certificate_policy_id"],
            "slug": f"p-{new_id()}",
        }
        return profile_service_pb2.CreateCertificateProfileRequest(
            **(said | changes),
            enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
            api_config=profile_pb2.ApiEnrollmentConfig(),
        )


async def gathered(standing: Standing) -> People:
    """Everybody, made on a server."""
    live = standing.live
    first = live.ids["project_id"]
    tokens = {
        name: await live.token(f"{name}-{new_id()}", roles={} if name == "nobody" else {first: name.upper()})
        for name in ROLES.values()
        if name != "owner"
    }
    return People(
        live=live,
        tokens={"owner": live.owner, **tokens},
        bad_tokens=await _bad_tokens(live),
        home=await home(standing),
        away=await away(standing),
    )


async def _bad_tokens(live: Live) -> dict[str, str]:
    revoked = await live.token(f"revoked-{new_id()}", roles={live.ids["project_id"]: "ADMIN"})
    await revoke(live, revoked)
    return {
        "unknown": new_token(),
        "malformed": live.owner[:-1],
        "expired": await live.token(f"late-{new_id()}", lifetime=timedelta(seconds=-1)),
        "revoked": revoked,
    }


async def revoke(live: Live, token: str) -> None:
    """Revoke a token as the service will: by a row and its change."""
    record = await live.app.store.get(TokenRecord, hash=hash_token(token))
    assert record is not None
    update = Update(TokenRecord, {"id": record.id}, {"revoked_at": utc_now()})
    await live.app.store.commit(Unit((update,), (Change(ObjectKind.IDENTITY, record.identity_id),)))
