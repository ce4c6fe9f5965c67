"""Two servers on one database: what one withdraws, the other no longer grants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1 import project_service_pb2 as projects
from server.config import Settings
from tests.identities.actors import Actor, Stage
from tests.serving import running

SECONDS = 5.0
"""More than any replica needs: PostgreSQL tells at once, SQLite is looked at four times a second."""


@pytest.fixture
async def replicas(settings: Settings) -> AsyncIterator[tuple[Stage, Stage]]:
    """Two servers on the same database, of each kind."""
    async with running(settings) as one, running(settings) as two:
        yield Stage(one), Stage(two)


async def settled(stage: Stage, until: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it becomes so, looking again at each change that the replica hears of."""
    feed = stage.live.app.store.feed
    async with asyncio.timeout(SECONDS):
        while not await until():
            await feed.wait_beyond(feed.latest, seconds=0.05)
    return True


async def known_to(stage: Stage, actor: Actor) -> None:
    """The replica has the token in its cache."""
    assert await settled(stage, lambda: stage.works(actor.token))


def ends(actor: Actor, one: Stage) -> dict[str, Callable[[], Awaitable[object]]]:
    access, call = one.access, one.live.call
    return {
        "identity": lambda: call(access.RevokeIdentity, messages.RevokeIdentityRequest(id=actor.id)),
        "token": lambda: call(access.RevokeAccessToken, messages.RevokeAccessTokenRequest(id=actor.token_id)),
    }


@pytest.mark.parametrize("what", ["identity", "token"])
async def test_what_one_replica_revokes_the_other_refuses(replicas: tuple[Stage, Stage], what: str) -> None:
    """Though it had served the token a moment before."""
    one, two = replicas
    actor = await one.actor(("ADMIN", one.home))
    await known_to(two, actor)
    await ends(actor, one)[what]()

    async def refused() -> bool:
        return not await two.works(actor.token)

    assert await settled(two, refused)


async def test_a_role_that_one_replica_takes_away_is_gone_at_the_other(
    replicas: tuple[Stage, Stage],
) -> None:
    one, two = replicas
    actor = await one.actor()
    id_ = await one.bind(actor.id, "VIEWER", one.home)
    request = projects.GetProjectRequest(id=one.home)

    async def seen() -> bool:
        call = two.projects.GetProject(request, metadata=two.live.auth(actor.token), timeout=60)
        return bool((await call.code()).name == "OK")

    async def hidden() -> bool:
        return not await seen()

    assert await settled(two, seen)
    await one.live.call(one.access.RevokeRoleBinding, messages.RevokeRoleBindingRequest(id=id_))
    assert await settled(two, hidden)


async def test_owners_who_revoke_each_other_at_two_replicas_leave_one(
    replicas: tuple[Stage, Stage],
) -> None:
    one, two = replicas
    first = (await one.live.call(one.access.WhoAmI, messages.WhoAmIRequest())).identity.id
    other = await one.actor(("OWNER", ""))
    await known_to(two, other)
    await asyncio.gather(
        one.live.call(one.access.RevokeIdentity, messages.RevokeIdentityRequest(id=other.id)),
        two.live.call(two.access.RevokeIdentity, messages.RevokeIdentityRequest(id=first), token=other.token),
        return_exceptions=True,
    )

    async def one_left() -> bool:
        return (await one.works(one.live.owner)) != (await one.works(other.token))

    assert await settled(one, one_left)
