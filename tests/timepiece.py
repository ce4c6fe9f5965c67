"""A clock that a test moves."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.clock import utc_now


class Timepiece:
    """Goes with the real time, ahead of it by what a test has added."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def forward(self, **span: float) -> None:
        """Moves on, as ``forward(minutes=10)``."""
        self._ahead += timedelta(**span)


class StoppedTimepiece(Timepiece):
    """Stands still but for what a test adds: every instant can be told beforehand, to the second."""

    def __init__(self) -> None:
        super().__init__()
        self._began = utc_now().replace(microsecond=0)

    def __call__(self) -> datetime:
        return self._began + self._ahead
