"""Reads what stands on a CRL, a page at a time, so that the event loop never waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from server.ca.crls import Content
from server.pki.crl import entry
from server.pki.reasons import RevocationReason
from server.store.queries.crls import Listed, RevokedRow
from server.store.records import CRLRecord
from server.store.records.revoking import NEVER_HELD
from server.store.store import Store

PAGE: Final = 1000
"""Rows that are read at a stretch: more would wait less for the database, and hold the loop up longer."""
SLICE: Final = 250
"""Rows that are encoded at a stretch, which takes a millisecond or two."""

LATE: Final = timedelta(minutes=10)
"""How long after a certificate's end its revocation may still be stored, by a slow call or a clock behind."""

_SECOND: Final = 1_000_000
_REASONS: Final = RevocationReason.__members__


async def content_of(store: Store, last: CRLRecord, *, validity: timedelta, now: datetime) -> Content:
    """The certificates that the CRL after ``last`` has to tell of.

    What is revoked while this reads makes a next CRL due.
    """
    pieces: list[bytes] = []
    count, after, ends_from = 0, None, _ends_from(last, validity, now)
    while True:
        rows = await store.revoked_of(last.id, ends_from=ends_from, after=after, limit=PAGE)
        for begin in range(0, len(rows), SLICE):
            pieces.append(_encoded(rows[begin : begin + SLICE]))
            await asyncio.sleep(0)
        count += len(rows)
        if len(rows) < PAGE:
            return Content(tuple(pieces), count)
        after = _place(rows[-1])


def _ends_from(last: CRLRecord, validity: timedelta, now: datetime) -> datetime:
    """An expired one stays until it was on a CRL that was made after its end (RFC 5280, 3.3).

    So it is left out once ``last`` was. If ``last`` says that it was made in times to come, the clock was put
    back since, and what it says is no measure: but one is made within each ``validity``.
    """
    if last.this_update is None:
        return NEVER_HELD
    made_at = last.this_update if last.this_update <= now else now - validity
    return made_at - LATE


def _place(row: RevokedRow) -> Listed:
    return row.not_after, row.id


def _encoded(rows: Sequence[RevokedRow]) -> bytes:
    return b"".join(map(_entry, rows))


def _entry(row: RevokedRow) -> bytes:
    """A reason that this program does not know is not told: one row must never keep a CRL from being made."""
    return entry(
        int(row.serial, 16),
        revoked_at=row.revoked_at // _SECOND,
        reason=_REASONS.get(row.reason or ""),
        invalid_from=None if row.invalidity_at is None else row.invalidity_at // _SECOND,
    )
