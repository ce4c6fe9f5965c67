"""What makes a CRL: which one is due, and what stands on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Select, func, or_, select, tuple_, type_coerce

from server.store.columns import microseconds
from server.store.schema import certificate, crl

LONGEST_HOLD: Final = timedelta(minutes=2)
"""A CRL that is held for longer was held by a clock that was ahead: that counts for nothing."""

_TICK: Final = timedelta(microseconds=1)
_crl = crl.c
_column = certificate.c


class RevokedRow(NamedTuple):
    """What a CRL tells of a certificate; instants are microseconds since 1970, as they are stored.

    A hundred thousand of them are read at a time: datetimes would cost more than all the rest.
    """

    id: str
    not_after: int
    serial: str
    """Lower-case hexadecimal."""
    revoked_at: int
    reason: str | None
    invalidity_at: int | None


Listed = tuple[int, str]
"""A place in the order of a CRL: ``not_after`` and ``id`` of a row."""


def due(now: datetime, *, limit: int) -> Select[*tuple[Any, ...]]:
    """The rows of CRLs that are to be made, and that nobody is at; those that are due longest first."""
    is_free = or_(_crl.held_until <= now, _crl.held_until > now + LONGEST_HOLD)
    query = select(*crl.columns).where(_crl.due_at <= now, is_free)
    return query.order_by(_crl.due_at, _crl.id).limit(limit)


def soonest(now: datetime) -> Select[*tuple[Any, ...]]:
    """When the next one will be due, and when the next one that is due will be free; null: none."""
    later = select(func.min(_crl.due_at)).where(_crl.due_at > now)
    is_held = _crl.held_until.between(now + _TICK, now + LONGEST_HOLD)
    held = select(func.min(_crl.held_until)).where(_crl.due_at <= now, is_held)
    return select(later.scalar_subquery(), held.scalar_subquery())


def revoked(
    crl_id: str, *, ends_from: datetime, after: Listed | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """The revoked certificates of a CRL that end at ``ends_from`` or later, beyond a place.

    A walk of the partial index ``listed`` that reads none of the columns with encodings.
    """
    place = tuple_(type_coerce(_column.not_after, BigInteger), _column.id)
    begin = place > after if after else type_coerce(_column.not_after, BigInteger) >= microseconds(ends_from)
    query = select(
        _column.id,
        type_coerce(_column.not_after, BigInteger),
        _column.serial,
        type_coerce(_column.revoked_at, BigInteger),
        _column.revocation_reason,
        type_coerce(_column.invalidity_at, BigInteger),
    ).where(_column.crl_id == crl_id, _column.revoked_at.is_not(None), begin)
    return query.order_by(_column.not_after, _column.id).limit(limit)
