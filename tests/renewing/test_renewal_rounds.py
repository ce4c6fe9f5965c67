"""The loop that does the renewals: when it looks, and that nothing ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from server.errors import Unavailable
from server.ra.renewing.rounds import Rounds
from server.store.records import ChangeRecord, ObjectKind

NEVER = timedelta(days=1)
AT = datetime(2030, 1, 1, tzinfo=UTC)


class Feed:
    """Tells what a test says."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Sequence[ChangeRecord]], None]] = []

    def subscribe(self, listener: Callable[[Sequence[ChangeRecord]], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, kind: ObjectKind) -> None:
        change = ChangeRecord(revision=1, kind=kind, object_id="a", created_at=AT)
        for listener in self.listeners:
            listener([change])


@dataclass
class Work:
    """Counts the looks, and does the portions that it is given."""

    portions: list[int] = field(default_factory=list)
    pause: timedelta = NEVER
    fails: list[Exception] = field(default_factory=list)
    looks: int = 0

    async def renew_due(self) -> int:
        self.looks += 1
        if self.fails:
            raise self.fails.pop()
        return self.portions.pop() if self.portions else 0

    async def rest(self, longest: timedelta) -> timedelta:
        return min(self.pause, longest)

    async def until(self, looks: int) -> None:
        async with asyncio.timeout(10):
            while self.looks < looks:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.005)


def rounds_of(work: Work, feed: Feed | None = None) -> Rounds:
    rounds = Rounds()
    rounds.take_on(work, feed or Feed())  # type: ignore[arg-type]  # all that is asked of it
    return rounds


async def test_a_round_does_portions_until_nothing_is_left() -> None:
    work = Work(portions=[3, 16, 16])
    assert await rounds_of(work).round() == 35
    assert work.looks == 4


async def test_it_looks_at_once_when_it_starts() -> None:
    """What a downtime has left is made up."""
    work = Work()
    rounds = rounds_of(work)
    rounds.start(every=NEVER)
    await work.until(1)
    await rounds.close()


async def test_it_looks_again_when_the_next_renewal_is_due() -> None:
    """And not only at the longest pause: certificates of minutes are due every minute."""
    work = Work(pause=timedelta(milliseconds=60))
    rounds = rounds_of(work)
    rounds.start(every=NEVER)
    await work.until(3)
    await rounds.close()


async def test_it_looks_again_after_the_longest_pause() -> None:
    work = Work()
    rounds = rounds_of(work)
    rounds.start(every=timedelta(milliseconds=60))
    await work.until(3)
    await rounds.close()


@pytest.mark.parametrize("kind", [ObjectKind.CERTIFICATE, ObjectKind.REQUEST])
async def test_a_change_that_can_make_something_due_has_it_look(kind: ObjectKind) -> None:
    """It need not wait for its time: a schedule was moved, or a request has ended."""
    work, feed = Work(), Feed()
    rounds = rounds_of(work, feed)
    rounds.start(every=NEVER)
    await work.until(1)
    feed.tell(kind)
    await work.until(2)
    await rounds.close()


async def test_many_changes_are_one_look() -> None:
    """Each issuance is a change: they are not to cost a look each."""
    work, feed = Work(), Feed()
    rounds = rounds_of(work, feed)
    rounds.start(every=NEVER)
    await work.until(1)
    for _ in range(50):
        feed.tell(ObjectKind.CERTIFICATE)
        await asyncio.sleep(0.002)
    await work.until(2)
    assert work.looks == 2
    await rounds.close()


@pytest.mark.parametrize("error", [Unavailable("the database is away"), RuntimeError("a defect")])
async def test_no_failure_ends_the_loop(error: Exception) -> None:
    work = Work(fails=[error])
    rounds = rounds_of(work)
    rounds.start(every=timedelta(milliseconds=60))
    await work.until(3)
    await rounds.close()


async def test_rounds_are_one_after_the_other() -> None:
    """Who has done a round knows that nothing of an earlier one is under way."""
    at_work, most = 0, 0

    class Slow(Work):
        async def renew_due(self) -> int:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.01)
            at_work -= 1
            return 0

    rounds = rounds_of(Slow())
    await asyncio.gather(*(rounds.round() for _ in range(4)))
    assert most == 1


async def test_closed_rounds_look_no_more_but_when_asked() -> None:
    """Also if they were never started; and they can be closed again."""
    feed, work = Feed(), Work(portions=[2])
    rounds = rounds_of(work, feed)
    await rounds.close()
    await rounds.close()
    assert feed.listeners == []
    assert (await rounds.round(), work.looks) == (2, 2)
