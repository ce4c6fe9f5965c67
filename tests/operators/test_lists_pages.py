"""Pages of lists: whole, in order, and not moved by what is added meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.store import CertificateRecord, Insert, Store, Unit
from server.store.queries import certificates, walk
from server.store.queries.audit import AuditFilter, AuditQuery
from server.store.queries.certificate_query import CertificateFilter, CertificateQuery, Realm
from tests.store.rows import NOW, Rows, clock

_serials = count(1)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def rows(store: Store) -> Rows:
    made = Rows()
    await store.commit(made.foundation())
    return made


def _certificate(rows: Rows, **fields: Any) -> CertificateRecord:
    """The next certificate: ids grow with time, as the server's own do."""
    serial = f"{next(_serials):040x}"
    id_ = f"{serial[-12:]}"
    made = replace(
        rows.certificate(serial=serial),
        id=id_,
        lineage_id=id_,
        names=("a.example.com",),
        metadata={},
        not_after=NOW + timedelta(days=1),
        revoked_at=None,
        renewed_from_id=None,
        renewed_by_id=None,
    )
    return replace(made, **fields)


async def _add(store: Store, *records: CertificateRecord) -> None:
    await store.commit(Unit(tuple(Insert(record) for record in records)))


def _query(wanted: CertificateFilter, realms: tuple[Realm, ...] | None = None) -> CertificateQuery:
    return CertificateQuery(wanted=wanted, realms=realms, now=NOW)


FILTERS = {
    "everything": CertificateFilter(),
    "name": CertificateFilter(name="a.example.com"),
    "wildcard": CertificateFilter(name="*.example.com"),
    "label": CertificateFilter(metadata=(("env", "prod"),)),
    "window": CertificateFilter(expires_after=NOW),
    "active": CertificateFilter(states=frozenset({"ACTIVE"})),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_pages_do_not_move_while_rows_are_added(
    store: Store, rows: Rows, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are added after each page; the pages together are exactly what there was at the first one.

    The bound is made small, so that pages are cut short on the way.
    """
    monkeypatch.setattr(walk, "SCAN", 7)
    here = (Realm(project_id=rows.project_id),)
    others = replace(_certificate(rows), project_id="other", id="0")
    await _add(store, others, *(_certificate(rows, metadata={"env": "prod"}) for _ in range(40)))
    there = [r.id for r in await store.list(CertificateRecord, order="-id", project_id=rows.project_id)]
    found: list[str] = []
    after: tuple[Any, ...] | None = ()
    while after is not None:
        page = await store.certificates(_query(FILTERS[name], here), size=5, after=after)
        found += [record.id for record in page.rows]
        after = page.after
        await _add(store, *(_certificate(rows, metadata={"env": "prod"}) for _ in range(3)))
    assert found == there


async def test_pages_of_audit_rows_do_not_move(store: Store, rows: Rows) -> None:
    """Newest first; rows of one instant in the order of the chain."""
    for n in range(20):
        event = replace(rows.audit(), at=NOW + timedelta(seconds=n // 4))
        await store.commit(Unit((Insert(event),)))
    found: list[int] = []
    after: tuple[Any, ...] | None = ()
    while after is not None:
        query = AuditQuery(wanted=AuditFilter(action="issue"), projects=frozenset({rows.project_id, "other"}))
        page = await store.audit_rows(query, size=3, after=after)
        found += [record.sequence for record in page.rows]
        after = page.after
        await store.commit(Unit((Insert(replace(rows.audit(), at=NOW + timedelta(days=1))),)))
    assert found == list(range(20, 0, -1))


@pytest.mark.parametrize(
    ("begin", "end", "expected"), [(0, 3, [2, 1, 0]), (2, 9, [4, 3, 2]), (None, 2, [1, 0]), (4, None, [4])]
)
async def test_window_of_audit_rows(
    store: Store, rows: Rows, begin: int | None, end: int | None, expected: list[int]
) -> None:
    """The begin belongs to it, the end does not; rows were committed in another order than they happened."""
    for n in (3, 0, 4, 1, 2):
        event = replace(rows.audit(), at=NOW + timedelta(seconds=n), object_id=str(n))
        await store.commit(Unit((Insert(event),)))
    wanted = AuditFilter(
        after=None if begin is None else NOW + timedelta(seconds=begin),
        before=None if end is None else NOW + timedelta(seconds=end),
    )
    found = await store.audit_rows(AuditQuery(wanted=wanted, projects=None), size=10)
    assert [int(record.object_id) for record in found.rows] == expected


NAMES = st.sampled_from(["a.example.com", "b.example.com", "a.example.org", "10.0.0.1", "%_.example.com"])
MADE = st.fixed_dictionaries({
    "project_id": st.sampled_from(["p1", "p2", "p3"]),
    "profile_id": st.sampled_from(["f1", "f2"]),
    "requester_id": st.sampled_from(["me", "you"]),
    "names": st.lists(NAMES, max_size=2, unique=True).map(tuple),
    "metadata": st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "x", '"b":"x"']), max_size=2),
    "revoked_at": st.sampled_from([None, NOW]),
    "not_after": st.sampled_from([NOW + timedelta(days=d) for d in (-2, -1, 0, 1)]),
    "auto_renewal_enabled": st.booleans(),
    "renewal_request_id": st.sampled_from([None, "x"]),
    "renewal_attempts": st.sampled_from([0, 2]),
    "renewed_by_id": st.sampled_from([None, "x"]),
})  # fmt: skip
REALMS = st.lists(
    st.builds(
        Realm,
        project_id=st.sampled_from(["p1", "p2", "p3"]),
        profile_id=st.sampled_from(["", "", "f1"]),
        requester_id=st.sampled_from(["", "me"]),
    ),
    max_size=3,
    unique=True,
).map(tuple)
PATTERNS = [
    "",
    "*",
    "**",
    "a.example.com",
    "A.Example.COM",
    "a.*",
    "*.com",
    "*example*",
    "%*",
    "_*",
    "a*m",
    ".",
]
DAYS = st.sampled_from([None, *(NOW + timedelta(days=d) for d in (-1, 0, 1))])
RENEWAL_STATES = ["OFF", "SCHEDULED", "PENDING_APPROVAL", "FAILING", "RENEWED"]
WANTED = st.builds(
    CertificateFilter,
    profile_id=st.sampled_from(["", "", "f1"]),
    requester_id=st.sampled_from(["", "", "you"]),
    name=st.sampled_from(PATTERNS),
    states=st.frozensets(st.sampled_from(["ACTIVE", "REVOKED", "EXPIRED"])),
    renewal_states=st.frozensets(st.sampled_from(RENEWAL_STATES), max_size=2),
    expires_after=DAYS,
    expires_before=DAYS,
    metadata=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["", "x"])), max_size=2, unique=True
    ).map(tuple),
)


@pytest.fixture(params=["usual", "tight"])
def bounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tight bounds no range is narrow, and pages are cut short."""
    if request.param == "tight":
        monkeypatch.setattr(walk, "SCAN", 5)
        monkeypatch.setattr(certificates, "NARROW", 2)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_every_search_finds_what_a_look_at_every_row_finds(
    store: Store, rows: Rows, bounds: None, data: st.DataObject
) -> None:
    """Random certificates, rights and filters: all pages together are the expected rows, newest first."""
    made = [_certificate(rows, **fields) for fields in data.draw(st.lists(MADE, max_size=12), label="made")]
    await _add(store, *made)
    stored = await store.list(CertificateRecord, limit=10_000, order="-id")
    wanted, realms = data.draw(WANTED, label="wanted"), data.draw(st.none() | REALMS, label="realms")
    found: list[str] = []
    after: tuple[Any, ...] | None = ()
    while after is not None:
        page = await store.certificates(_query(wanted, realms), size=4, after=after)
        found += [record.id for record in page.rows]
        after = page.after
    assert found == [record.id for record in stored if _is_wanted(record, wanted, realms)]


def _is_wanted(
    record: CertificateRecord, wanted: CertificateFilter, realms: tuple[Realm, ...] | None
) -> bool:
    past = record.not_after < NOW
    state = "REVOKED" if record.revoked_at else "EXPIRED" if past else "ACTIVE"
    planned = "FAILING" if record.renewal_attempts else "SCHEDULED"
    planned = "PENDING_APPROVAL" if record.renewal_request_id else planned
    unrenewed = planned if record.auto_renewal_enabled and state == "ACTIVE" else "OFF"
    renewal = "RENEWED" if record.renewed_by_id else unrenewed
    seen = realms is None or any(
        realm.project_id == record.project_id
        and realm.profile_id in ("", record.profile_id)
        and realm.requester_id in ("", record.requester_id)
        for realm in realms
    )
    return (
        seen
        and wanted.profile_id in ("", record.profile_id)
        and wanted.requester_id in ("", record.requester_id)
        and (not wanted.name.strip("*") or any(_matches(wanted.name.lower(), name) for name in record.names))
        and (not wanted.states or state in wanted.states)
        and (not wanted.renewal_states or renewal in wanted.renewal_states)
        and (wanted.expires_after is None or record.not_after >= wanted.expires_after)
        and (wanted.expires_before is None or record.not_after < wanted.expires_before)
        and set(wanted.metadata) <= set(record.metadata.items())
    )


def _matches(pattern: str, name: str) -> bool:
    piece = pattern.strip("*")
    if pattern.startswith("*") and pattern.endswith("*"):
        return piece in name
    if pattern.startswith("*"):
        return name.endswith(piece)
    return name.startswith(piece) if pattern.endswith("*") else name == piece
