"""Many calls that wait: how many an identity may have, and what a change costs them."""

from __future__ import annotations

import asyncio

from server.config import Settings
from server.ra.access.caller import Caller, Principal
from server.ra.together import Together
from tests.requests.asking import LONG, asking
from tests.requests.offices import ISSUED, REJECTED, WAITS, Office, Person
from tests.serving import running
from tests.standing import IN_SESSION
from tests.watching.insides import counted_queries, waits
from tests.watching.streams import Desk, Watcher, until

SOON = 10
MANY = 300


async def answered_at_once(office: Office, by: Person) -> int:
    """The state in the answer to an order whose client would wait for minutes."""
    profile_id = await office.profile()
    async with asyncio.timeout(SOON):
        answer = await office.ask(profile_id, by=by, fields={"wait": LONG})
    return int(answer.certificate_request.state)


async def test_an_identity_has_so_many_waits_and_the_next_is_answered_at_once(settings: Settings) -> None:
    """Its request is stored and waits; another identity waits all the same, and so do watches."""
    async with running(settings.model_copy(update={"watches_per_identity": 2})) as live:
        office = Office(live)
        asker, other = await office.person("REQUESTER"), await office.person("REQUESTER")
        first = [await asking(office, await office.profile(), by=asker) for _ in range(2)]
        await until(lambda: len(waits(live)) == 2)
        assert await answered_at_once(office, asker) == WAITS
        await asking(office, await office.profile(), by=other)
        await until(lambda: len(waits(live)) == 3)
        async with Watcher(live).one(first[0][1], token=asker.token) as stream:
            assert (await stream.next()).certificate_request.state == WAITS


async def test_a_wait_that_ends_makes_room(settings: Settings) -> None:
    """By its end, and by its client's going away."""
    async with running(settings.model_copy(update={"watches_per_identity": 1})) as live:
        office, operator = Office(live), await Office(live).person("OPERATOR")
        asker = await office.person("REQUESTER")
        answer, id_ = await asking(office, await office.profile(), by=asker)
        await until(lambda: len(waits(live)) == 1)
        await office.reject(id_, operator, comment="no")
        assert (await answer).certificate_request.state == REJECTED
        gone, _ = await asking(office, await office.profile(), by=asker)
        await until(lambda: len(waits(live)) == 1)
        gone.cancel()
        await until(lambda: not len(waits(live)))
        answer, id_ = await asking(office, await office.profile(), by=asker)
        await until(lambda: len(waits(live)) == 1)
        await office.approve(id_, operator)
        assert (await answer).certificate_request.state == ISSUED


@IN_SESSION
async def test_many_waits_for_one_request_look_at_it_once_a_change(office: Office) -> None:
    """However many are woken by it; and each is told of the end."""
    live, desk = office.live, await Desk.of(office.live)
    id_, principal = await desk.request(), Principal("", "me", "", owner=True, grants={})

    async def identify() -> Caller:
        return Caller(principal, "certificateRequests.read")

    waiting = [
        asyncio.create_task(waits(live).for_end(await identify(), id_, 60, identify=identify))
        for _ in range(MANY)
    ]
    await until(lambda: len(waits(live)) == MANY)
    await until(lambda: not waits(live)._present._running)
    with counted_queries() as queries:
        for state in ("PENDING", "ISSUED"):
            await desk.move(id_, state)
        ends = await asyncio.gather(*waiting)
    assert {found.record.state for _, found in ends} == {"ISSUED"}
    assert len(queries) < MANY / 10  # the desk's among them, and a change may be heard of twice


async def test_who_asks_later_is_not_told_what_was_looked_up_before() -> None:
    """A look that has begun may not see what the one who asks knows of already."""
    looks: list[asyncio.Future[int]] = []

    async def look_up(_: str) -> int:
        looks.append(asyncio.get_running_loop().create_future())
        return await looks[-1]

    together = Together(look_up)
    early = [asyncio.create_task(together.of("x")) for _ in range(3)]
    await until(lambda: len(looks) == 1)
    late = asyncio.create_task(together.of("x"))
    await until(lambda: len(looks) == 2)
    for number, look in enumerate(looks):
        look.set_result(number)
    assert (await asyncio.gather(*early), await late) == ([0, 0, 0], 1)


async def test_who_goes_away_takes_the_look_from_nobody() -> None:
    """The others still get what there is."""
    release = asyncio.Event()

    async def look_up(_: str) -> str:
        await release.wait()
        return "found"

    together = Together(look_up)
    gone, stays = (asyncio.create_task(together.of("x")) for _ in range(2))
    await until(lambda: bool(together._running))
    gone.cancel()
    release.set()
    assert await stays == "found"
