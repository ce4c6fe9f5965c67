"""What to trust as time goes by."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest

from server.config import Settings
from server.ids import new_id
from server.ra.watching import trust
from server.ra.watching.trusted import Trusted
from tests.operators.ca_orders import create, intermediate, order
from tests.serving import Live, running
from tests.standing import IN_SESSION
from tests.timepiece import Timepiece
from tests.watching.hierarchies import Hierarchy, bundle_until, is_complete, split
from tests.watching.streams import Watcher


async def test_an_expired_ca_is_left_out_with_what_hangs_from_it(settings: Settings) -> None:
    """Also one that is valid still: no path to a root is left."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        project_id = await live.project("ageing")
        long = await create(live, order(live, project_id=project_id, attributes={"ttl": "20y"}))
        short = await create(live, order(live, project_id=project_id, attributes={"ttl": "2y"}))
        for parent, ttl in ((long, "1y"), (long, "5y"), (short, "1y")):
            await create(live, intermediate(live, parent.id, project_id=project_id, attributes={"ttl": ttl}))
        seen = []
        for years in (0, 1, 1):
            clock.forward(days=366 * years)
            token = await live.token(f"viewer {clock().year}", roles={project_id: "VIEWER"})
            async with Watcher(live).trust(project_id, token=token) as stream:
                bundle = (await stream.until("trust_bundle")).trust_bundle
                seen.append((len(split(bundle.roots)), len(split(bundle.intermediates))))
    assert seen == [(2, 3), (2, 1), (1, 1)]


async def short_lived(live: Live, project_id: str, *, ttl: str) -> Any:
    """A CA that ends soon, under a root that does not."""
    root = await create(live, order(live, project_id=project_id, attributes={"ttl": "20y"}))
    return await create(live, intermediate(live, root.id, project_id=project_id, attributes={"ttl": ttl}))


@IN_SESSION
async def test_a_ca_that_expires_leaves_at_once(live: Live) -> None:
    """Nothing else happens, and nobody asks: the bundle comes again without it, to each who watches."""
    project_id = await live.project(f"ending-{new_id()}")
    await short_lived(live, project_id, ttl="4s")
    watcher = Watcher(live)
    async with watcher.trust(project_id) as one, watcher.trust(project_id) as other:
        before = await bundle_until(one, lambda it: is_complete(it, cas=2))
        await bundle_until(other, lambda it: is_complete(it, cas=2))
        for stream in (one, other):
            bundle = await bundle_until(stream, lambda it: not it.intermediates)
            assert (bundle.roots, len(bundle.crls)) == (before.roots, 1)


async def test_resumed_after_that_it_tells_so(settings: Settings) -> None:
    """No revision has changed since the token, but what is to be trusted has."""
    clock = Timepiece()
    async with running(settings, clock=clock) as live:
        project_id = await live.project("away")
        await short_lived(live, project_id, ttl="1d")
        async with Watcher(live).trust(project_id) as stream:
            await bundle_until(stream, lambda it: is_complete(it, cas=2))
        clock.forward(days=2)
        async with Watcher(live).trust(project_id, resume_token=stream.token) as resumed:
            bundle = (await resumed.next()).trust_bundle
    assert (len(split(bundle.roots)), bundle.intermediates) == (1, "")


async def test_issuance_costs_who_watches_the_trust_nothing(
    sqlite_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look is made once for all who come, however much is issued; a change of a CA ends it."""
    looks, of = [], Trusted.of

    async def counted(self: Trusted, project_id: str) -> Any:
        looks.append(project_id)
        return await of(self, project_id)

    hierarchy = await Hierarchy.of(sqlite_live)
    watcher = Watcher(sqlite_live)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(watcher.trust(hierarchy.project_id))
        await bundle_until(first, lambda it: is_complete(it, cas=2))
        monkeypatch.setattr(Trusted, "of", counted)
        monkeypatch.setattr(trust, "_KEPT", 60.0)
        streams = [first]
        for _ in range(5):
            streams.append(await stack.enter_async_context(watcher.trust(hierarchy.project_id)))
            await streams[-1].until("trust_bundle")
            await hierarchy.issued()
        before = len(looks)
        await hierarchy.revoke(await hierarchy.certificate_of(hierarchy.ca_id))
        for stream in streams:
            await bundle_until(stream, lambda it: not it.intermediates)
    assert before <= 2
    assert len(looks) - before < len(streams)
