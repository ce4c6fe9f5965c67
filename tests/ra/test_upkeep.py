"""The loop of the chores: what fails is left to the next round, and it never dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from server.errors import Unavailable
from server.ra.upkeep import Upkeep

NEVER = timedelta(hours=1)


class Chore:
    """Has so much to do, in portions of one; may fail first."""

    def __init__(self, todo: int = 0, *, fails: Exception | None = None) -> None:
        self.todo = todo
        self.fails = fails
        self.called = asyncio.Condition()
        self.calls = 0

    async def __call__(self) -> int:
        async with self.called:
            self.calls += 1
            self.called.notify_all()
        error, self.fails = self.fails, None
        if error:
            raise error
        portion = min(self.todo, 1)
        self.todo -= portion
        return portion

    async def until(self, calls: int) -> None:
        """Returns once it was called so often."""
        async with asyncio.timeout(30), self.called:
            await self.called.wait_for(lambda: self.calls >= calls)


def upkeep_of(**chores: Chore) -> Upkeep:
    upkeep = Upkeep()
    for name, chore in chores.items():
        upkeep.take_on(name, chore)
    return upkeep


async def test_a_round_does_all_there_is() -> None:
    """And counts it, for the metrics."""
    upkeep = upkeep_of(swept=Chore(3), idle=Chore())
    await upkeep.round()
    assert upkeep.counts() == {"swept_total": 3, "idle_total": 0}


@pytest.mark.parametrize("error", [Unavailable("the database is away"), RuntimeError("a defect")])
async def test_a_chore_that_fails_keeps_no_other_from_being_done(error: Exception) -> None:
    """And is done in the next round."""
    failing, other = Chore(1, fails=error), Chore(1)
    upkeep = upkeep_of(failing=failing, other=other)
    await upkeep.round()
    assert (failing.todo, other.todo) == (1, 0)
    await upkeep.round()
    assert failing.todo == 0


async def test_a_chore_without_an_end_leaves_time_for_the_others() -> None:
    """A round is bounded."""
    endless, other = Chore(1_000_000), Chore(1)
    await upkeep_of(endless=endless, other=other).round()
    assert (endless.todo > 0, other.todo) == (True, 0)


async def test_the_loop_begins_at_once_and_goes_on_when_woken() -> None:
    """Even after a chore has failed."""
    chore = Chore(fails=RuntimeError("a defect"))
    upkeep = upkeep_of(chore=chore)
    upkeep.start(every=NEVER)
    await chore.until(1)
    upkeep.wake()
    await chore.until(2)
    await upkeep.close()


async def test_the_loop_goes_on_by_itself() -> None:
    chore = Chore()
    upkeep = upkeep_of(chore=chore)
    upkeep.start(every=timedelta(milliseconds=1))
    await chore.until(3)
    await upkeep.close()


async def test_an_upkeep_that_was_never_started_can_be_closed() -> None:
    await upkeep_of().close()
