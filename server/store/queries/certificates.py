"""Searches certificates by the index that fits best what is asked for.

The choices stand in the order of how little they find: what one certificate has
alone, names and labels, times of expiry where few fall into them, who asked,
and at last where it belongs. What does not choose the index is looked at row by
row (see ``certificate_rows``).

Who may see some realms only is not offered all of them (see ``choices``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select

from server.store import terms
from server.store.queries.certificate_query import CertificateQuery, Realm
from server.store.queries.certificate_rows import FAILS, conditions
from server.store.queries.choices import Choice, chosen
from server.store.queries.rows import Condition, window
from server.store.queries.walk import FEW, Arm, Fetch, Walk
from server.store.schema import certificate, certificate_term

NARROW = FEW
"""Entries of a range that are few enough to be taken as a whole for each page."""

_column = certificate.c


async def walk_of(query: CertificateQuery, fetch: Fetch) -> Walk:
    """How the certificates of a query are walked, newest first."""
    if query.realms == ():
        return Walk(certificate, (_column.id,), arms=())
    choice = await chosen(_choices(query), fetch, realms=query.realms, narrow=NARROW) or Choice((_some(),))
    rest = tuple(condition for name, condition in conditions(query).items() if name not in choice.settles)
    return Walk(certificate, (_column.id,), choice.arms, rest, bounded=choice.bounded)


def _choices(query: CertificateQuery) -> Iterator[Choice]:
    wanted = query.wanted
    if wanted.fingerprint:
        yield Choice((_some(_column.fingerprint == wanted.fingerprint),), ("fingerprint",), bounded=True)
    if wanted.serial:
        yield Choice((_some(_column.serial == wanted.serial),), ("serial",), bounded=True)
    if wanted.lineage_id:
        renewals = _by(_column.lineage_id, wanted.lineage_id, _column.renewed_from_id.is_not(None))
        yield Choice((_some(_column.id == wanted.lineage_id), renewals), ("lineage",))
    if query.name and query.name.is_exact:
        yield Choice((_by_term(terms.forwards(query.name.piece)),), ("name",))
    if wanted.metadata:
        yield Choice((_by_term(terms.label(*wanted.metadata[0])),), ("label 0",))
    yield from _of_projects(query)
    yield from _ranges(query)
    if wanted.requester_id:
        yield Choice((_by(_column.requester_id, wanted.requester_id),), ("requester",))
    if wanted.states == {"REVOKED"}:
        yield Choice((_some(_column.revoked_at.is_not(None)),), ("states",))
    if wanted.profile_id:
        yield Choice((_by(_column.profile_id, wanted.profile_id),), ("profile",), within=_is_whole(query))
    if wanted.ca_id:
        yield Choice((_by(_column.ca_id, wanted.ca_id),), ("ca",), within=_is_whole(query))
    yield from _home(query.realms)


def _of_projects(query: CertificateQuery) -> Iterator[Choice]:
    """What is little in projects that may be seen as a whole, however much there is of others."""
    wanted = query.wanted
    if not _is_whole(query):
        return
    projects = sorted({realm.project_id for realm in query.realms or ()})
    if wanted.renewal_states == {"FAILING"}:
        yield Choice(tuple(_by(_column.project_id, id_, FAILS) for id_ in projects), within=True)
    if wanted.states == {"ACTIVE"} and wanted.expires_before:
        begins = max(wanted.expires_after or query.now, query.now)
        ends = window(_column.not_after, begins, wanted.expires_before)
        found = and_(_column.project_id.in_(projects), _column.revoked_at.is_(None), *ends)
        yield _narrow(_column.id, found, "expiry")


def _ranges(query: CertificateQuery) -> Iterator[Choice]:
    within = query.name.on_term() if query.name else None
    if within is not None:
        yield _narrow(certificate_term.c.certificate_id, within, "name")
    begins, ends = query.wanted.expires_after, query.wanted.expires_before
    if query.wanted.states == {"EXPIRED"}:
        ends = min(ends or query.now, query.now)
    if begins or ends:
        yield _narrow(_column.id, and_(*window(_column.not_after, begins, ends)), "expiry")


def _home(realms: tuple[Realm, ...] | None) -> Iterator[Choice]:
    """Where the certificates belong that may be seen at all."""
    if realms is None:
        return
    arms = [_of_realm(realm) for realm in realms if not realm.requester_id]
    own = {realm.requester_id for realm in realms if realm.requester_id}
    arms += [_by(_column.requester_id, id_) for id_ in own]
    projects_only = all(realm.is_whole for realm in realms)
    yield Choice(tuple(arms), ("realms",) if projects_only else (), within=True)


def _is_whole(query: CertificateQuery) -> bool:
    """Whether the realms hold all that was issued under the profile and the CA of the query."""
    return bool(query.realms) and all(realm.is_whole for realm in query.realms or ())


def _of_realm(realm: Realm) -> Arm:
    if realm.profile_id:
        return _by(_column.profile_id, realm.profile_id)
    return _by(_column.project_id, realm.project_id)


def _by(column: ColumnElement[Any], value: str, *found: Condition) -> Arm:
    return Arm(certificate, (_column.id,), (column, value), found)


def _some(*found: Condition) -> Arm:
    return Arm(certificate, (_column.id,), found=found)


def _by_term(term: str) -> Arm:
    return Arm(certificate_term, (certificate_term.c.certificate_id,), (certificate_term.c.term, term))


def _narrow(id_: ColumnElement[str], found: Condition, settles: str) -> Choice:
    """A narrow range is taken as a whole, each certificate once, and put in order."""
    taken = select(id_.label("id")).where(found).distinct().subquery("taken")
    return Choice((Arm(taken, (taken.c.id,)),), (settles,), (select(literal(1)).where(found),), bounded=True)
