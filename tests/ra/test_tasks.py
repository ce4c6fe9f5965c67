"""Work outlives its caller, and what goes wrong in it is never lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from server.errors import CAError, Refused
from server.ra.tasks import Tasks


class _Mismatch(Exception):
    """Stands for a defect, such as a certificate that is not what was to be signed."""


class _Work:
    """Work that ends as it is told to, when it is told to."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self) -> str:
        self.begun.set()
        return await self._end

    def succeed(self) -> None:
        self._end.set_result("stored")

    def fail(self, error: Exception) -> None:
        self._end.set_exception(error)


async def _abandoned(tasks: Tasks, work: _Work) -> None:
    """The caller asks for the work, and goes away while it runs."""
    caller = asyncio.create_task(tasks.own(work()))
    await work.begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def _drained(tasks: Tasks) -> None:
    await tasks.drain()
    await asyncio.sleep(0)


async def test_outcome_is_the_callers() -> None:
    work = _Work()
    work.succeed()
    assert await Tasks().own(work()) == "stored"


async def test_abandoned_work_is_drained() -> None:
    work, tasks, ended = _Work(), Tasks(), []

    async def noted() -> None:
        ended.append(await work())

    caller = asyncio.create_task(tasks.own(noted()))
    await work.begun.wait()
    caller.cancel()
    await asyncio.wait([caller])
    work.succeed()
    await tasks.drain()
    assert ended == ["stored"]


async def test_defect_in_abandoned_work_is_told() -> None:
    orphans: list[BaseException] = []
    work, tasks, defect = _Work(), Tasks(on_orphan=orphans.append), _Mismatch()
    await _abandoned(tasks, work)
    work.fail(defect)
    await _drained(tasks)
    assert orphans == [defect]


async def test_defect_in_the_moment_of_the_cancellation_is_told() -> None:
    """The work has failed already, but its caller is cancelled before it can take that."""
    orphans: list[BaseException] = []
    work, tasks, defect = _Work(), Tasks(on_orphan=orphans.append), _Mismatch()
    caller = asyncio.create_task(tasks.own(work()))
    await work.begun.wait()
    (running,) = tasks._running
    running.add_done_callback(lambda _: caller.cancel())
    work.fail(defect)
    await asyncio.wait([caller])
    await _drained(tasks)
    assert caller.cancelled()
    assert orphans == [defect]


async def test_answer_that_came_too_late_is_not_told() -> None:
    """A refusal is the caller's own business."""
    orphans: list[BaseException] = []
    work, tasks = _Work(), Tasks(on_orphan=orphans.append)
    await _abandoned(tasks, work)
    work.fail(Refused("the policy forbids it"))
    await _drained(tasks)
    assert orphans == []


@pytest.mark.parametrize("error", [_Mismatch(), Refused("the policy forbids it")])
async def test_what_the_caller_was_told_is_not_told_again(error: Exception) -> None:
    orphans: list[BaseException] = []
    work, tasks = _Work(), Tasks(on_orphan=orphans.append)
    work.fail(error)
    with pytest.raises(type(error)):
        await tasks.own(work())
    await _drained(tasks)
    assert orphans == []


Fault = Callable[[], Exception]


@pytest.mark.parametrize(("fault", "lines"), [(_Mismatch, 1), (lambda: CAError("text"), 0)])
async def test_it_is_told_to_the_log(caplog: pytest.LogCaptureFixture, fault: Fault, lines: int) -> None:
    """Unless said otherwise; with its trace."""
    work, tasks, error = _Work(), Tasks(), fault()
    with caplog.at_level(logging.ERROR, logger="server.tasks"):
        await _abandoned(tasks, work)
        work.fail(error)
        await _drained(tasks)
    traces = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert traces == [error] * lines
