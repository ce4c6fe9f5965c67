"""Deadlines: the caller's is kept, and a unary call that brings none gets ours.

One timer on the event loop cancels the task of the call; that is half the
price of ``asyncio.timeout``, which also needs a scope around the handler.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import TooLate

if TYPE_CHECKING:
    from server.api.call import Call


_TO_ANSWER = 0.5
"""Seconds before the client's deadline at which a call that waits answers."""
_TO_ANSWER_UNHURRIED = 30.0


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How long a call may take, in seconds."""

    unary: float = 60.0
    """For a unary call without a deadline; clients that set one may take longer."""
    least: float = 0.005
    """A call that arrives with less than this left is refused before any work."""
    write: float = 30.0
    """How long a stream's message may wait for its client to take it."""


def arm(call: Call, remaining: float | None, *, least: float) -> None:
    """Starts the timer that ends the call after ``remaining`` seconds; ``None`` means never."""
    if remaining is None:
        return
    if remaining < least:
        raise too_late()
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "a call is served in a task"
    call.deadline = loop.time() + remaining
    call.timer = loop.call_at(call.deadline, _expire, call, task)


def shorten(call: Call, seconds: float) -> None:
    """Ends the call after ``seconds`` at the latest, whatever deadline it brought."""
    if call.deadline is None or call.deadline > asyncio.get_running_loop().time() + seconds:
        disarm(call)
        arm(call, seconds, least=0)


def patience(call: Call, wanted: float) -> float:
    """How many seconds the call may wait for something: as it wants, but so that it can still answer.

    A client that set a deadline gets its answer before that; one that set none
    is given the time that it wants to wait.
    """
    now = asyncio.get_running_loop().time()
    if not call.brought_deadline:
        disarm(call)
        arm(call, wanted + _TO_ANSWER_UNHURRIED, least=0)
    left = wanted if call.deadline is None else call.deadline - now - _TO_ANSWER
    return max(min(wanted, left), 0)


def disarm(call: Call) -> None:
    """Stops the timer: from here on the answer is on its way."""
    if call.timer is not None:
        call.timer.cancel()


def was_ours(call: Call) -> bool:
    """Whether the cancellation being handled came from the timer alone.

    The client may have gone away in the same moment; then there is nobody left
    to answer and the cancellation must go on its way.
    """
    task = asyncio.current_task()
    return call.expired and task is not None and task.uncancel() == 0


def too_late() -> TooLate:
    """The answer to a call whose time is up.

    It claims nothing about what was begun: what the CA has signed by then is
    stored all the same, and a retry with the same ``request_id`` finds it.
    """
    return TooLate("the deadline leaves too little time")


def _expire(call: Call, task: asyncio.Task[object]) -> None:
    call.expired = True
    task.cancel()
