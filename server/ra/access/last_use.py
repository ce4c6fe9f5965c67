"""When access tokens were last used: noted in memory, written down once a minute.

A call pays for one note in a dictionary and for nothing else. The notes of the
last minute are lost if the process dies; only what people read hangs on them.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from server.store.failures import StoreError
from server.store.filters import UnsetOrBefore
from server.store.records import TokenRecord
from server.store.store import Store
from server.store.unit import Unit, Update

_MINUTE = timedelta(minutes=1)
_ROWS = 100
"""Most rows of one unit, so that an issuance never waits for long behind it."""

_log = structlog.get_logger(__name__)


class LastUse:
    """The uses of tokens that are not written down yet; lives in the event loop that made it."""

    def __init__(self, store: Store, *, every: timedelta = _MINUTE) -> None:
        self._store = store
        self._every = every.total_seconds()
        self._noted: dict[str, datetime] = {}
        self._task = asyncio.create_task(self._run(), name="token-last-use")

    def note(self, token_id: str, at: datetime) -> None:
        """The token was used."""
        self._noted[token_id] = at

    async def sweep(self) -> None:
        """Write down what was noted; what the store does not take is kept for the next time."""
        noted = list(self._noted.items())
        for begin in range(0, len(noted), _ROWS):
            rows = noted[begin : begin + _ROWS]
            try:
                await self._store.commit(_unit(rows))
            except StoreError:
                _log.warning("tokens.last_use_not_stored", tokens=len(noted) - begin)
                return
            self._forget(rows)

    def _forget(self, rows: list[tuple[str, datetime]]) -> None:
        for token_id, at in rows:
            if self._noted.get(token_id) == at:  # else it was used again while this was stored
                del self._noted[token_id]

    async def close(self) -> None:
        """Write down what is left, and end."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self.sweep()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self.sweep()


def _unit(noted: list[tuple[str, datetime]]) -> Unit:
    """Without a change, for nobody's rights change; never back to before what another process wrote.

    In the order of the ids: whatever else locks such rows, no two sweeps ever wait for each other.
    """
    return Unit(
        tuple(_update(token_id, at.replace(second=0, microsecond=0)) for token_id, at in sorted(noted))
    )


def _update(token_id: str, minute: datetime) -> Update:
    where = {"id": token_id, "last_used_at": UnsetOrBefore(minute)}
    return Update(TokenRecord, where, {"last_used_at": minute}, expect=None)
