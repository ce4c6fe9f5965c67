"""How long watches on what holds now live, who loses them, and what they cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest

from certmanager.v1 import access_service_pb2
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.config import Settings
from server.store.records import RoleBindingRecord
from tests.requests.offices import Office
from tests.serving import Live
from tests.watching.insides import hub, open_watches
from tests.watching.lineages import Registry
from tests.watching.streams import Stream, Watcher, serving, until

KINDS = pytest.mark.parametrize("kind", ["lineage", "trust"])


@asynccontextmanager
async def watched(
    live: Live, kind: str, *, token: str | None = None
) -> AsyncIterator[tuple[Registry, Stream]]:
    """A watch of a kind, after its first message, in a project of its own."""
    registry = await Registry.of(live)
    what = (await registry.issued()).id if kind == "lineage" else registry.project_id
    async with getattr(Watcher(live), kind)(what, token=token) as stream:
        await stream.next()
        yield registry, stream


@KINDS
async def test_an_old_stream_ends(settings: Settings, kind: str) -> None:
    """With its newest token."""
    async with serving(settings, watch_age=0.3) as live, watched(live, kind) as (_, stream):
        failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "STREAM_AGED")
    assert failure.metadata["resumeToken"] == stream.token


@KINDS
async def test_draining_ends_it(settings: Settings, kind: str) -> None:
    """At once, with its newest token."""
    async with serving(settings) as live, watched(live, kind) as (_, stream):
        live.app.drain.start()
        failure = await stream.failure()
        await until(lambda: not len(open_watches(live)))
        await until(lambda: not hub(live)._interests)  # a look at trust is kept for a moment
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")
    assert failure.metadata["resumeToken"] == stream.token


@KINDS
async def test_a_client_that_leaves_leaves_nothing(settings: Settings, kind: str) -> None:
    """However many things it followed."""
    async with serving(settings) as live:
        async with watched(live, kind):
            assert len(open_watches(live)) == 1
        await until(lambda: not len(open_watches(live)))
        await until(lambda: not hub(live)._interests)


@KINDS
async def test_a_revoked_role_ends_it_at_once(settings: Settings, kind: str) -> None:
    """No heartbeat need come first; there is no token to come back with."""
    async with serving(settings) as live:
        registry = await Registry.of(live)
        viewer = await Office(live).person("VIEWER", project_id=registry.project_id)
        what = (await registry.issued()).id if kind == "lineage" else registry.project_id
        async with getattr(Watcher(live), kind)(what, token=viewer.token) as stream:
            await stream.next()
            (binding,) = await live.app.store.list(RoleBindingRecord, identity_id=viewer.id)
            request = access_service_pb2.RevokeRoleBindingRequest(id=binding.id)
            await live.call(live.stub(AccessServiceStub).RevokeRoleBinding, request)
            failure = await stream.failure()
    assert failure.code is grpc.StatusCode.PERMISSION_DENIED
    assert "resumeToken" not in failure.metadata


@KINDS
async def test_a_revoked_identity_is_gone_at_once(settings: Settings, kind: str) -> None:
    """Its watch is UNAUTHENTICATED, as its calls are."""
    async with serving(settings) as live:
        registry = await Registry.of(live)
        viewer = await Office(live).person("VIEWER", project_id=registry.project_id)
        what = (await registry.issued()).id if kind == "lineage" else registry.project_id
        async with getattr(Watcher(live), kind)(what, token=viewer.token) as stream:
            await stream.next()
            request = access_service_pb2.RevokeIdentityRequest(id=viewer.id)
            await live.call(live.stub(AccessServiceStub).RevokeIdentity, request)
            assert (await stream.failure()).code is grpc.StatusCode.UNAUTHENTICATED


@KINDS
async def test_revisions_never_go_back(settings: Settings, kind: str) -> None:
    """Heartbeats go up to the present; what changes after them is above them."""
    async with serving(settings, watch_heartbeat=0.05) as live, watched(live, kind) as (registry, stream):
        revision = await registry.something_else()
        beat = await stream.until("heartbeat")
        seen = [beat.revision]
        while seen[-1] < revision:
            seen.append((await stream.until("heartbeat")).revision)
        await registry.moved()
        seen.append((await stream.until("certificate" if kind == "lineage" else "trust_bundle")).revision)
    assert seen == sorted(seen)
    assert seen[-1] > seen[-2]
