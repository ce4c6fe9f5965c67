"""Lists of a hundred thousand rows: which index each of them walks, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select

from server.store import Store
from server.store.queries import audit, certificates
from server.store.queries.audit import AuditFilter, AuditQuery
from server.store.queries.certificate_query import CertificateFilter, CertificateQuery, Realm
from server.store.queries.walk import SCAN, Walk
from tests.store.many import COUNT, DAY, START, id_of, name_of
from tests.store.plenty import ROWS, Explain

HERE = (Realm(project_id=ROWS.project_id),)
SMALL = Realm(project_id="small")
OWN = Realm(project_id=ROWS.project_id, requester_id="rare")
RARE_PROFILE = Realm(project_id=ROWS.project_id, profile_id="rare")


def _ends(n: int) -> datetime:
    """When the ``n``-th certificate expires."""
    return datetime.fromtimestamp((START + 90 * DAY) // 1_000_000 + n, UTC)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START // 1_000_000 + seconds, UTC)


NOW = _ends(COUNT // 2)
PRIMARY = ("sqlite_autoindex_certificate_1", "pk_certificate")
SERIAL = ("sqlite_autoindex_certificate_2", "uq_certificate_serial_ca_id")
TERM = ("certificate_term USING PRIMARY KEY", "pk_certificate_term")


def _named(index: str) -> tuple[str, str]:
    return (f"ix_certificate_{index}",) * 2


CERTIFICATES: dict[str, tuple[CertificateFilter, tuple[Realm, ...] | None, tuple[str, str]]] = {
    "everything": (CertificateFilter(), None, PRIMARY),
    "project": (CertificateFilter(), HERE, _named("project_id_id")),
    "small project": (CertificateFilter(), (SMALL,), _named("project_id_id")),
    "two projects": (CertificateFilter(), (*HERE, SMALL), _named("project_id_id")),
    "own": (CertificateFilter(), (OWN,), _named("requester_id_id")),
    "own and project": (CertificateFilter(), (SMALL, OWN), _named("requester_id_id")),
    "narrowed role": (CertificateFilter(), (RARE_PROFILE,), _named("profile_id_id")),
    "profile": (CertificateFilter(profile_id="rare"), HERE, _named("profile_id_id")),
    "ca": (CertificateFilter(ca_id=ROWS.ca_id), HERE, _named("ca_id_id")),
    "requester": (CertificateFilter(requester_id="rare"), HERE, _named("requester_id_id")),
    "serial": (CertificateFilter(serial="7f00001234"), HERE, SERIAL),
    "fingerprint": (CertificateFilter(fingerprint="fe00001234"), None, _named("fingerprint")),
    "lineage": (CertificateFilter(lineage_id=id_of(77)), HERE, _named("renewals")),
    "name": (CertificateFilter(name=name_of(77)), HERE, TERM),
    "first part of a name": (CertificateFilter(name="h00001*"), HERE, TERM),
    "last part of a name": (CertificateFilter(name="*.g7.example.com"), HERE, TERM),
    "everybody's last part": (CertificateFilter(name="*.example.com"), HERE, _named("project_id_id")),
    "middle of a name": (CertificateFilter(name="*0077.g*"), HERE, _named("project_id_id")),
    "label": (CertificateFilter(metadata=(("team", "rare"),)), HERE, TERM),
    "active": (CertificateFilter(states=frozenset({"ACTIVE"})), HERE, _named("project_id_id")),
    "revoked": (CertificateFilter(states=frozenset({"REVOKED"})), HERE, _named("revoked")),
    "expired": (CertificateFilter(states=frozenset({"EXPIRED"})), HERE, _named("project_id_id")),
    "ends soon": (
        CertificateFilter(expires_after=_ends(50_000), expires_before=_ends(51_000)),
        HERE,
        _named("not_after_id"),
    ),
    "active and ends soon": (
        CertificateFilter(states=frozenset({"ACTIVE"}), expires_before=_ends(51_000)),
        (SMALL,),
        _named("good"),
    ),
    "failing": (CertificateFilter(renewal_states=frozenset({"FAILING"})), (SMALL,), _named("failing")),
    "ends some day": (CertificateFilter(expires_after=_ends(5)), HERE, _named("project_id_id")),
    "renewal": (CertificateFilter(renewal_states=frozenset({"SCHEDULED"})), None, PRIMARY),
    "several": (
        CertificateFilter(
            name="*.g0.example.com",
            profile_id="rare",
            states=frozenset({"ACTIVE"}),
            metadata=(("env", "test"),),
        ),
        HERE,
        TERM,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTIFICATES)
async def test_certificates_are_found_by_the_best_index(full: Store, name: str) -> None:
    """Both the bound of the page and the page itself walk the chosen index, and never the table."""
    wanted, realms, index = CERTIFICATES[name]
    query = CertificateQuery(wanted=wanted, realms=realms, now=NOW)
    walk = await certificates.walk_of(query, full._fetch)
    for after in ((), (id_of(COUNT // 2),)):
        await _prove(full, walk, after, index)


AUDIT: dict[str, tuple[AuditFilter, frozenset[str] | None, str]] = {
    "everything": (AuditFilter(), None, "ix_audit_at_sequence"),
    "project": (AuditFilter(), frozenset({"small"}), "ix_audit_project_id_at_sequence"),
    "identity": (AuditFilter(identity_id="rare"), frozenset({"small"}), "ix_audit_project_id_at_sequence"),
    "object": (AuditFilter(object_id="00000777"), None, "ix_audit_object_id_at_sequence"),
    "time": (AuditFilter(after=_at(100), before=_at(200)), None, "ix_audit_at_sequence"),
    "action": (AuditFilter(action="rare", object_kind="CERTIFICATE"), None, "ix_audit_at_sequence"),
}


@pytest.mark.parametrize("name", AUDIT)
async def test_audit_rows_are_found_by_the_best_index(full: Store, name: str) -> None:
    wanted, projects, index = AUDIT[name]
    walk = audit.walk_of(AuditQuery(wanted=wanted, projects=projects))
    for after in ((), (START + 150 * 1_000_000, 10**6)):
        await _prove(full, walk, after, (index, index))


async def _prove(store: Store, walk: Walk, after: tuple[Any, ...], index: tuple[str, str]) -> None:
    bound = walk.floor(after=after)
    queries = [walk.page(limit=51, after=after), *([] if bound is None else [bound])]
    for query in queries:
        plan = await _plan(store, query)
        assert index[0] in plan or index[1] in plan, plan
        assert "Seq Scan" not in plan, plan
        assert index == PRIMARY or "Backward using pk_certificate on" not in plan, plan
        scanned = [line for line in plan.splitlines() if line.startswith(("SCAN certificate", "SCAN audit"))]
        assert all("USING" in line for line in scanned), plan


async def _plan(store: Store, query: Select[*tuple[Any, ...]]) -> str:
    async with store._reader.connect() as connection:
        return "\n".join(row[-1] for row in (await connection.execute(Explain(query))).all())


@pytest.mark.parametrize(
    ("state", "after"),
    [("FAILING", None), ("PENDING_APPROVAL", (id_of(COUNT - SCAN - SCAN // 1000),))],
)
async def test_list_that_finds_nothing_looks_at_few_rows(full: Store, state: str, after: Any) -> None:
    """A page is short and goes on after as many rows as one may look at; failing renewals have an index."""
    query = CertificateQuery(
        wanted=CertificateFilter(renewal_states=frozenset({state})), realms=HERE, now=NOW
    )
    first = await full.certificates(query, size=50)
    assert first.rows == []
    assert first.after == after


@pytest.mark.parametrize("name", [name for name in CERTIFICATES if name not in ("everything", "expired")])
async def test_found_certificates_are_those_that_were_asked_for(full: Store, name: str) -> None:
    """All pages of a list together are what a look at every row finds, newest first, each once."""
    wanted, realms, _ = CERTIFICATES[name]
    query = CertificateQuery(wanted=wanted, realms=realms, now=NOW)
    found: list[str] = []
    after: tuple[Any, ...] | None = ()
    while after is not None and len(found) < 1500:
        page = await full.certificates(query, size=500, after=after)
        found += [record.id for record in page.rows]
        after = page.after
    expected = [id_of(n) for n in range(COUNT, 0, -1) if _is_wanted(n, wanted, realms)]
    assert found == expected[: len(found)]
    assert after is not None or len(found) == len(expected)


def _is_wanted(n: int, wanted: CertificateFilter, realms: tuple[Realm, ...] | None) -> bool:
    """The rules that ``many`` makes certificates by."""
    project = "small" if n % 1000 == 0 else ROWS.project_id
    profile = "rare" if n % 700 == 0 else ROWS.profile_id
    requester = "rare" if n % 500 == 0 else ROWS.identity_id
    labels = [("env", "test")] * (n % 10 == 0) + [("team", "rare")] * (n % 900 == 0)
    state = "REVOKED" if n % 2000 == 0 else "EXPIRED" if _ends(n) < NOW else "ACTIVE"
    here = realms is None or any(
        r.project_id == project and r.profile_id in ("", profile) and r.requester_id in ("", requester)
        for r in realms
    )
    begins, ends = wanted.name.endswith("*"), wanted.name.startswith("*")
    piece, name = wanted.name.strip("*"), name_of(n)
    return (
        here
        and wanted.profile_id in ("", profile)
        and wanted.ca_id in ("", ROWS.ca_id)
        and wanted.requester_id in ("", requester)
        and wanted.lineage_id in ("", id_of(n))
        and wanted.serial in ("", f"7f{n:08x}")
        and wanted.fingerprint in ("", f"fe{n:08x}")
        and (not wanted.states or state in wanted.states)
        and (
            not wanted.renewal_states
            or (n % 3 == 0 and state == "ACTIVE" and "SCHEDULED" in wanted.renewal_states)
        )
        and (wanted.expires_after is None or _ends(n) >= wanted.expires_after)
        and (wanted.expires_before is None or _ends(n) < wanted.expires_before)
        and set(wanted.metadata) <= set(labels)
        and (
            (begins and ends and piece in name)
            or (begins and not ends and name.startswith(piece))
            or (ends and not begins and name.endswith(piece))
            or piece in ("", name)
        )
    )
