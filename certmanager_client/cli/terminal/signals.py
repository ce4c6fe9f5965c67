"""Signals that end the program: in order, and never between an answer and the files that keep it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Ending:
    """What a signal does: it ends the program by an exception, so that files are cleared away."""

    def __init__(self) -> None:
        self.held = False
        self.arrived: int | None = None

    def __call__(self, number: int, _: FrameType | None = None) -> None:
        if self.held:
            self.arrived = self.arrived or number
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            raise SystemExit(128 + number)


_present: ContextVar[_Ending | None] = ContextVar("ending", default=None)


def hold() -> None:
    """Let no signal end the program until the block of :func:`ending_in_order` is left.

    To be called once there is an answer that nobody gives a second time.
    """
    ending = _present.get()
    if ending is not None:
        ending.held = True


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP end the block by an exception; those that are ignored still are."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending, former = _Ending(), {}
    token = _present.set(ending)
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
            former[number] = signal.signal(number, ending)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        _present.reset(token)
    if ending.arrived is not None:
        ending.held = False
        ending(ending.arrived)
