"""What ends a watch whose client has lost the right to it."""

from __future__ import annotations

from datetime import timedelta

import grpc
import pytest

from certmanager.v1 import access_service_pb2
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.config import Settings
from server.store.records import IdentityRecord, RoleBindingRecord, TokenRecord
from tests.requests.offices import Office
from tests.serving import Live
from tests.watching.streams import Desk, Watcher, serving


async def test_the_end_of_a_token_ends_its_watches(settings: Settings) -> None:
    """At that time, however silent the stream is."""
    async with serving(settings) as live:
        desk = await Desk.of(live)
        token = await live.token("brief", roles={desk.project_id: "VIEWER"}, lifetime=timedelta(seconds=1.5))
        async with Watcher(live).many(desk.project_id, token=token) as stream:
            await stream.until("snapshot_complete")
            failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_INVALID")
    assert failure.metadata["resumeToken"] == stream.token


async def test_a_revoked_token_ends_its_watches_at_once(settings: Settings) -> None:
    """No heartbeat need come first; the watches of the identity's other tokens go on."""
    async with serving(settings) as live:
        office = Office(live)
        viewer = await office.person("VIEWER")
        held = await live.app.store.get(TokenRecord, identity_id=viewer.id)
        assert held is not None
        async with Watcher(live).many(token=viewer.token) as stream, Watcher(live).many() as owners:
            await stream.until("snapshot_complete")
            await owners.until("snapshot_complete")
            request = access_service_pb2.RevokeAccessTokenRequest(id=held.id)
            await live.call(live.stub(AccessServiceStub).RevokeAccessToken, request)
            assert (await stream.failure()).code is grpc.StatusCode.UNAUTHENTICATED
            await Desk(live, live.ids["project_id"], await live.profile()).request()
            assert (await owners.next()).WhichOneof("event") == "changed"


@pytest.mark.parametrize("kind", ["one", "many"])
async def test_a_revoked_identity_is_gone_at_once(settings: Settings, kind: str) -> None:
    """Whatever it watches."""
    async with serving(settings) as live:
        office, desk = Office(live), await Desk.of(live)
        viewer = await office.person("VIEWER", project_id=desk.project_id)
        assert await live.app.store.get(IdentityRecord, id=viewer.id)
        what = await desk.request() if kind == "one" else desk.project_id
        async with getattr(Watcher(live), kind)(what, token=viewer.token) as stream:
            await stream.next()
            request = access_service_pb2.RevokeIdentityRequest(id=viewer.id)
            await live.call(live.stub(AccessServiceStub).RevokeIdentity, request)
            assert (await stream.failure()).code is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("kind", ["one", "many"])
async def test_a_revoked_role_ends_its_watches_at_once(settings: Settings, kind: str) -> None:
    """The identity has no right left anywhere: that is PERMISSION_DENIED, as for a new call."""
    async with serving(settings) as live:
        office, desk = Office(live), await Desk.of(live)
        viewer = await office.person("VIEWER", project_id=desk.project_id)
        what = await desk.request() if kind == "one" else desk.project_id
        async with getattr(Watcher(live), kind)(what, token=viewer.token) as stream:
            await stream.next()
            await _take_role(live, viewer.id)
            failure = await stream.failure()
    assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert "resumeToken" not in failure.metadata


@pytest.mark.parametrize("kind", ["one", "many"])
async def test_without_a_role_in_the_project_it_is_hidden(settings: Settings, kind: str) -> None:
    """Who still has a role elsewhere is told no more than anybody: NOT_FOUND."""
    async with serving(settings) as live:
        desk = await Desk.of(live)
        other = await live.project("elsewhere")
        token = await live.token("both", roles={desk.project_id: "VIEWER", other: "VIEWER"})
        held = await live.app.store.get(IdentityRecord, name="both")
        assert held is not None
        what = await desk.request() if kind == "one" else desk.project_id
        async with getattr(Watcher(live), kind)(what, token=token) as stream:
            await stream.next()
            await _take_role(live, held.id, project_id=desk.project_id)
            assert (await stream.failure()).code is grpc.StatusCode.NOT_FOUND


async def test_another_view_begins_anew(settings: Settings) -> None:
    """A requester who becomes a viewer has not seen what others asked for: it needs a snapshot."""
    async with serving(settings) as live:
        office, desk = Office(live), await Desk.of(live)
        asker = await office.person("REQUESTER", project_id=desk.project_id)
        others = await desk.request()
        async with Watcher(live).many(desk.project_id, token=asker.token) as stream:
            await stream.until("snapshot_complete")
            request = access_service_pb2.CreateRoleBindingRequest(
                identity_id=asker.id, project_id=desk.project_id, role="ROLE_VIEWER"
            )
            await live.call(live.stub(AccessServiceStub).CreateRoleBinding, request)
            failure = await stream.failure()
        assert (failure.code, failure.reason) == (grpc.StatusCode.OUT_OF_RANGE, "RESUME_TOKEN_EXPIRED")
        async with Watcher(live).many(desk.project_id, token=asker.token) as anew:
            assert (await anew.next()).snapshot.id == others


async def test_a_role_elsewhere_changes_nothing(settings: Settings) -> None:
    """The right is looked at, found as it was, and the stream goes on."""
    async with serving(settings) as live:
        office, desk = Office(live), await Desk.of(live)
        viewer = await office.person("VIEWER", project_id=desk.project_id)
        async with Watcher(live).many(desk.project_id, token=viewer.token) as stream:
            await stream.until("snapshot_complete")
            request = access_service_pb2.CreateRoleBindingRequest(
                identity_id=viewer.id, project_id=await live.project("elsewhere"), role="ROLE_ADMIN"
            )
            await live.call(live.stub(AccessServiceStub).CreateRoleBinding, request)
            id_ = await desk.request()
            assert (await stream.next()).changed.id == id_


async def _take_role(live: Live, identity_id: str, **where: object) -> None:
    (binding,) = await live.app.store.list(RoleBindingRecord, identity_id=identity_id, **where)  # type: ignore[arg-type]
    request = access_service_pb2.RevokeRoleBindingRequest(id=binding.id)
    await live.call(live.stub(AccessServiceStub).RevokeRoleBinding, request)
