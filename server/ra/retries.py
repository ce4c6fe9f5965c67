"""Safe retries: what is asked for twice under one ``request_id`` is made once.

The attempt is stored in the unit of what it makes, so there is no moment in
which one is there without the other, and its primary key lets one of two equal
calls on two replicas through. A refused attempt stores nothing, and may be
made again. A repeated one is answered with what its object is by then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from hmac import compare_digest
from typing import TypeVar

from server.errors import CAError, Invalid, Reason
from server.ra.access.caller import Caller
from server.ra.attempt import Attempt
from server.ra.tasks import Tasks
from server.ra.turns import Turns
from server.store.failures import StoreError
from server.store.records import AttemptRecord
from server.store.store import Store
from server.store.unit import Insert

T = TypeVar("T")


class Retries:
    """The attempts that are known, and those that are being made in this process."""

    def __init__(self, store: Store, *, tasks: Tasks) -> None:
        self._store = store
        self._tasks = tasks
        self._turns = Turns()

    async def once(
        self, caller: Caller, make: Callable[[], Awaitable[T]], again: Callable[[str], Awaitable[T]]
    ) -> T:
        """What ``make`` makes; or, if that was done before, ``again`` of the id of what was made.

        Both must let the caller in first. ``make`` puts ``recorded`` into its
        unit, and goes on if the client goes away: it must not wait for anybody.
        Equal calls wait for the first. Raises Invalid if the ``request_id``
        stands for something else, and what ``make`` and ``again`` raise.
        """
        attempt = caller.attempt
        if attempt is None:
            return await make()
        outcome = await self._tasks.own(self._in_turn(caller, attempt, make))
        return await again(outcome.object_id) if isinstance(outcome, AttemptRecord) else outcome[0]

    async def _in_turn(
        self, caller: Caller, attempt: Attempt, make: Callable[[], Awaitable[T]]
    ) -> tuple[T] | AttemptRecord:
        async with self._turns.of("/".join(_key(caller, attempt))):
            return await self._known(caller, attempt) or await self._made(caller, attempt, make)

    async def _made(
        self, caller: Caller, attempt: Attempt, make: Callable[[], Awaitable[T]]
    ) -> tuple[T] | AttemptRecord:
        try:
            return (await make(),)
        except (CAError, StoreError):
            # Another replica may have been first, or the commit may have come through unheard.
            known = await self._known(caller, attempt)
            if known is None:
                raise
            return known

    async def _known(self, caller: Caller, attempt: Attempt) -> AttemptRecord | None:
        """The attempt as it was first made. Raises Invalid if that was another intent."""
        identity_id, method, request_id = _key(caller, attempt)
        known = await self._store.get(
            AttemptRecord, identity_id=identity_id, method=method, request_id=request_id
        )
        if known is not None and not compare_digest(known.digest, attempt.digest):
            raise Invalid(
                "the request_id was used for another request",
                reason=Reason.REQUEST_ID_REUSED,
                first_seen_at=known.created_at.isoformat(),
            )
        return known


def recorded(caller: Caller, object_id: str, now: datetime) -> tuple[Insert, ...]:
    """What a unit that makes ``object_id`` stores besides, for the call may be repeated; else nothing."""
    attempt = caller.attempt
    if attempt is None:
        return ()
    identity_id, method, request_id = _key(caller, attempt)
    record = AttemptRecord(
        identity_id=identity_id,
        method=method,
        request_id=request_id,
        digest=attempt.digest,
        object_id=object_id,
        created_at=now,
    )
    return (Insert(record),)


def _key(caller: Caller, attempt: Attempt) -> tuple[str, str, str]:
    """An attempt is the identity's: its retry may come with another token."""
    return caller.principal.identity_id, attempt.method, attempt.request_id
