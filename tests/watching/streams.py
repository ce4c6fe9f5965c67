"""Watches as a client has them, and requests that move as a test wants them to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.certificate_request_pb2 import CertificateRequestState as State
from certmanager.v1.certificate_request_service_pb2_grpc import CertificateRequestServiceStub
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from server.config import Settings
from server.ids import new_id
from server.ra.requests.steps import changed, moved
from server.store.records import ObjectKind, RequestRecord
from server.store.unit import Change, Insert, Unit
from tests.serving import Failure, Live, failure_of, running

PATIENCE = 20.0
WAITS, PENDING, ISSUED = (
    State.Value(f"CERTIFICATE_REQUEST_STATE_{name}") for name in ("PENDING_APPROVAL", "PENDING", "ISSUED")
)


class Stream:
    """One open watch."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.token = ""
        """The newest resume token."""

    async def next(self) -> Any:
        """The next message; fails if the stream ends instead."""
        async with asyncio.timeout(PATIENCE):
            message = await self.call.read()
        assert message is not grpc.aio.EOF, f"the stream has ended: {self.call}"
        self.token = message.resume_token
        return message

    async def until(self, kind: str) -> Any:
        """The next message with such an event; others are passed over."""
        while (message := await self.next()).WhichOneof("event") != kind:
            pass
        return message

    async def rest(self) -> list[Any]:
        """All messages up to an end with OK."""
        found = []
        async with asyncio.timeout(PATIENCE):
            while (message := await self.call.read()) is not grpc.aio.EOF:
                found.append(message)
            assert await self.call.code() is grpc.StatusCode.OK
        return found

    async def failure(self) -> Failure:
        """How the stream ends, whatever it says before; fails if it ends with OK."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (message := await self.call.read()) is not grpc.aio.EOF:
                    self.token = message.resume_token
        except grpc.aio.AioRpcError as error:
            return failure_of(error)
        raise AssertionError("the stream ended with OK")


@dataclass(frozen=True, slots=True)
class Watcher:
    """Opens watches at a server."""

    live: Live

    @asynccontextmanager
    async def one(self, id_: str, *, token: str | None = None, **said: Any) -> AsyncIterator[Stream]:
        """A watch on one request; ``token`` is the owner's unless given."""
        request = messages.WatchCertificateRequestRequest(certificate_request_id=id_, **said)
        async with self._opened("WatchCertificateRequest", request, token) as stream:
            yield stream

    @asynccontextmanager
    async def many(
        self, project_id: str = "", *, token: str | None = None, **said: Any
    ) -> AsyncIterator[Stream]:
        """A watch on the requests of a project, the first one unless it is named."""
        project_id = project_id or self.live.ids["project_id"]
        request = messages.WatchCertificateRequestsRequest(project_id=project_id, **said)
        async with self._opened("WatchCertificateRequests", request, token) as stream:
            yield stream

    @asynccontextmanager
    async def lineage(self, id_: str, *, token: str | None = None, **said: Any) -> AsyncIterator[Stream]:
        """A watch on the lineage of a certificate."""
        request = certificates.WatchCertificateRequest(certificate_id=id_, **said)
        async with self._opened("WatchCertificate", request, token, CertificateServiceStub) as stream:
            yield stream

    @asynccontextmanager
    async def trust(
        self, project_id: str = "", *, token: str | None = None, **said: Any
    ) -> AsyncIterator[Stream]:
        """A watch on what to trust in a project, the first one unless it is named."""
        project_id = project_id or self.live.ids["project_id"]
        request = authorities.WatchTrustBundleRequest(project_id=project_id, **said)
        stub = CertificateAuthorityServiceStub
        async with self._opened("WatchTrustBundle", request, token, stub) as stream:
            yield stream

    @asynccontextmanager
    async def _opened(
        self, method: str, request: Any, token: str | None, stub: Any = CertificateRequestServiceStub
    ) -> AsyncIterator[Stream]:
        call = getattr(stub(self.live.channel), method)(request, metadata=self.live.auth(token))
        try:
            yield Stream(call)
        finally:
            call.cancel()


@dataclass(frozen=True, slots=True)
class Desk:
    """Puts requests into the database as they are wanted, as some process of the server would."""

    live: Live
    project_id: str
    profile_id: str

    @classmethod
    async def of(cls, live: Live, *, project_id: str = "") -> Desk:
        """A desk with a profile of its own, in a project of its own unless one is named."""
        project_id = project_id or await live.project(f"desk-{new_id()}")
        return cls(live, project_id, await live.profile(project_id=project_id))

    async def request(
        self, state: str = "PENDING_APPROVAL", *, requester_id: str = "", order: bytes = b""
    ) -> str:
        """The id of a new request."""
        now = self.live.clock()
        record = RequestRecord(
            id=new_id(),
            project_id=self.project_id,
            profile_id=self.profile_id,
            requester_id=requester_id or new_id(),
            state=state,
            key_source="CSR",
            order=order,
            private_key_state="",
            created_at=now,
            updated_at=now,
        )
        change = Change(
            ObjectKind.REQUEST,
            record.id,
            project_id=record.project_id,
            profile_id=record.profile_id,
            requester_id=record.requester_id,
            new_state=state,
        )
        await self.live.app.store.commit(Unit((Insert(record),), (change,)))
        return record.id

    async def move(self, id_: str, state: str, values: Mapping[str, object] | None = None) -> int:
        """The revision of a request that has just come to a state."""
        store = self.live.app.store
        before = await store.get(RequestRecord, id=id_)
        assert before is not None
        said = {**(values or {}), "state": state}
        return await store.commit(Unit((moved(before, said, now=self.live.clock()),), changed(before, state)))

    async def something_else(self) -> int:
        """The revision of a change that concerns no request."""
        change = Change(ObjectKind.PROFILE, self.profile_id, project_id=self.project_id)
        return await self.live.app.store.commit(Unit((), (change,)))


@asynccontextmanager
async def serving(settings: Settings, **chosen: Any) -> AsyncIterator[Live]:
    """A server with other settings."""
    async with running(settings.model_copy(update=chosen)) as live:
        yield live


async def snapshot(stream: Stream) -> set[str]:
    """The ids of the snapshot; fails unless it is complete and says so."""
    found = []
    while (message := await stream.next()).WhichOneof("event") == "snapshot":
        found.append(message.snapshot.id)
    assert message.WhichOneof("event") == "snapshot_complete"
    assert message.snapshot_complete.count == len(found) == len(set(found))
    return set(found)


async def told(stream: Stream, count: int) -> list[tuple[str, str, int]]:
    """Event, request and state of the next messages that are no heartbeats."""
    found: list[tuple[str, str, int]] = []
    while len(found) < count:
        message = await stream.next()
        kind: Any = message.WhichOneof("event")
        if kind != "heartbeat":
            request = getattr(message, kind)
            found.append((kind, request.id, request.state))
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)
