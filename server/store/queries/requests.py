"""Searches certificate requests, newest first, by the index that fits best what is asked for.

Those that wait for approval have an index of their own, in which an ordinary
issuance never is: so a queue is short, whatever was issued. Who may see some
realms only is not offered every index (see ``choices``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, literal_column, or_, select, type_coerce

from server.store.columns import microseconds
from server.store.queries.certificate_query import Realm
from server.store.queries.choices import Choice, chosen
from server.store.queries.request_query import WAITING, RequestQuery
from server.store.queries.rows import Condition, labelled, opaque, window, within
from server.store.queries.walk import FEW, Arm, Fetch, Walk
from server.store.schema import certificate_request

NARROW: Final = FEW
"""Entries of a range that are few enough to be taken as a whole for each page."""

_column = certificate_request.c
# Written out and not bound: only so is it plain to a database that the partial index has all such rows.
WAITS: Condition = _column.state == literal_column(f"'{WAITING}'")


async def walk_of(query: RequestQuery, fetch: Fetch) -> Walk:
    """How the requests of a query are walked."""
    if query.realms == ():
        return Walk(certificate_request, (_column.id,), arms=())
    offered = chosen(_choices(query), fetch, realms=query.realms, narrow=NARROW)
    choice = await offered or Choice((Arm(certificate_request, (_column.id,)),))
    rest = tuple(condition for name, condition in _conditions(query).items() if name not in choice.settles)
    return Walk(certificate_request, (_column.id,), choice.arms, rest, bounded=choice.bounded)


def due(now: datetime, *, limit: int) -> Select[*tuple[Any, ...]]:
    """The waiting requests whose time is over, those that waited longest first."""
    over = type_coerce(_column.expires_at, BigInteger) <= microseconds(now)
    rows = select(certificate_request).where(WAITS, over)
    return rows.order_by(_column.expires_at, _column.id).limit(limit)


def _choices(query: RequestQuery) -> Iterator[Choice]:
    wanted, realms = query.wanted, query.realms
    whole = bool(realms) and all(realm.is_whole for realm in realms or ())
    if query.is_of_waiting:
        yield _queue() if realms is None else _queues(realms, within=whole)
    if wanted.requester_ids:
        yield _all_of(_column.requester_id, wanted.requester_ids, "requester")
    if wanted.profile_ids:
        yield _all_of(_column.profile_id, wanted.profile_ids, "profile", within=whole)
    if realms is not None:
        places = sorted({_place_of(realm) for realm in realms})
        arms = tuple(_by(_column[name], id_) for name, id_ in places)
        yield Choice(arms, ("realms",) if whole else (), within=True)


def _queue() -> Choice:
    """What waits on the whole server, if that is little."""
    # Opaque, or SQLite would walk all requests by id, in their order, until it has met enough that wait.
    taken = select(opaque(_column.id).label("id")).where(WAITS)
    source = taken.subquery("taken")
    return Choice((Arm(source, (source.c.id,)),), ("states",), (taken,), bounded=True)


def _queues(realms: Sequence[Realm], *, within: bool) -> Choice:
    """What waits in the projects of the realms."""
    projects = sorted({realm.project_id for realm in realms})
    settled = ("states", "realms") if within else ("states",)
    return Choice(tuple(_by(_column.project_id, id_, WAITS) for id_ in projects), settled, within=within)


def _all_of(column: ColumnElement[str], ids: Iterable[str], settles: str, *, within: bool = False) -> Choice:
    return Choice(tuple(_by(column, id_) for id_ in sorted(ids)), (settles,), within=within)


def _place_of(realm: Realm) -> tuple[str, str]:
    """The column that tells the realm's rows best, and its value."""
    if realm.requester_id:
        return "requester_id", realm.requester_id
    return ("profile_id", realm.profile_id) if realm.profile_id else ("project_id", realm.project_id)


def _by(column: ColumnElement[Any], value: str, *found: Condition) -> Arm:
    return Arm(certificate_request, (_column.id,), (column, value), found)


def _conditions(query: RequestQuery) -> Mapping[str, Condition]:
    """Everything that a row must be, by a name for it."""
    wanted = query.wanted
    one_of = {
        "profile": (_column.profile_id, wanted.profile_ids),
        "ca": (_column.ca_id, wanted.ca_ids),
        "requester": (_column.requester_id, wanted.requester_ids),
        "states": (_column.state, wanted.states),
        "renews": (_column.renews_certificate_id, {wanted.renews_certificate_id} - {""}),
        "key": (_column.key_source, {wanted.key_source} - {""}),
    }
    found: dict[str, Condition] = {
        name: opaque(column).in_(sorted(values)) for name, (column, values) in one_of.items() if values
    }
    if query.realms is not None:
        found["realms"] = within(certificate_request, query.realms)
    if query.names:
        found["names"] = or_(*(name.on_row(type_coerce(_column.names, Text)) for name in query.names))
    arrived = tuple(window(_column.created_at, wanted.created_after, wanted.created_before))
    if arrived:
        found["arrival"] = and_(*arrived)
    return found | {
        f"label {n}": labelled(_column.metadata, *entry) for n, entry in enumerate(wanted.metadata)
    }
