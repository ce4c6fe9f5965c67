"""Who loses the right to a request while waiting for its end waits no longer, and gets nothing of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc.aio
import pytest

from certmanager.v1 import access_pb2
from certmanager.v1 import access_service_pb2 as access
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.store.records import RoleBindingRecord
from tests.requests.asking import asking
from tests.requests.losing import WAYS, lose
from tests.requests.offices import Office
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def _refused(answered: asyncio.Task[object]) -> str:
    """The code that a wait of five minutes ends with, at once."""
    async with asyncio.timeout(20):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await answered
    return caught.value.code().name


@pytest.mark.parametrize("what", WAYS)
async def test_a_revocation_ends_the_wait(office: Office, what: str) -> None:
    """Of the identity, of the token that the call came with, of the only role."""
    person = await office.person("REQUESTER")
    answered, _ = await asking(office, await office.profile(), by=person)
    await lose(office, person, what)
    assert await _refused(answered) == WAYS[what]


async def test_a_role_elsewhere_does_not_let_it_wait(office: Office) -> None:
    """Who may still ask in another project does not know of this request any more."""
    person, live = await office.person("REQUESTER"), office.live
    binding = access.CreateRoleBindingRequest(
        identity_id=person.id, role=access_pb2.ROLE_REQUESTER, project_id=await live.project(f"p-{person.id}")
    )
    await live.call(live.stub(AccessServiceStub).CreateRoleBinding, binding)
    answered, _ = await asking(office, await office.profile(), by=person)
    (held,) = await live.app.store.list(
        RoleBindingRecord, identity_id=person.id, project_id=office.project_id
    )
    revoke = access.RevokeRoleBindingRequest(id=held.id)
    await live.call(live.stub(AccessServiceStub).RevokeRoleBinding, revoke)
    assert await _refused(answered) == "NOT_FOUND"


async def test_a_wait_ends_with_its_token(office: Office) -> None:
    """Nobody has to change anything for that."""
    person = await office.person("REQUESTER", lifetime=timedelta(seconds=3))
    answered, _ = await asking(office, await office.profile(), by=person)
    assert await _refused(answered) == "UNAUTHENTICATED"


async def test_a_change_that_takes_nothing_away_does_not_end_it(office: Office) -> None:
    """The wait goes on, and delivers the key."""
    person, live = await office.person("REQUESTER"), office.live
    answered, id_ = await asking(office, await office.profile(), by=person)
    token = access.CreateAccessTokenRequest(identity_id=person.id, description="another")
    await live.call(live.stub(AccessServiceStub).CreateAccessToken, token)
    await office.approve(id_, await office.person("OPERATOR"))
    assert (await answered).certificate.private_key
