"""Who may create a CA under which, and what a parent's own certificate forbids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.ca.authorities import Authorities, Charter
from server.ra.setup.charters import INTERMEDIATE_LIFETIME
from server.store.records import AuditRecord, AuthorityRecord, ObjectKind
from server.store.unit import Change, Unit, Update
from tests.operators.ca_orders import authorities, broken, create, intermediate, order
from tests.serving import Live

NOWHERE = "018f0000-0000-7000-8000-000000000000"


async def test_incident_22_a_sub_ca_needs_the_right_on_its_parent(live: Live) -> None:
    """Lemur GHSA-g7p5-89mh-248h: an admin here who only looks there gets no CA under a root of there."""
    mine = await live.project("mine")
    theirs = live.ids["project_id"]
    token = await live.token("ada", roles={mine: "ADMIN", theirs: "VIEWER"})
    request = intermediate(live, live.ids["root_ca_id"], project_id=mine)
    failure = await live.refused(authorities(live).CreateCertificateAuthority, request, token=token)
    assert (failure.reason, failure.metadata["permission"]) == (
        "PERMISSION_DENIED",
        "certificateAuthorities.create",
    )
    assert await live.app.store.list(AuthorityRecord, project_id=mine) == []


async def test_a_parent_out_of_sight_is_not_found(live: Live) -> None:
    """The same answer as for one that does not exist, of the field that names it."""
    mine = await live.project("mine")
    token = await live.token("ada", roles={mine: "ADMIN"})
    seen = []
    for parent in (live.ids["root_ca_id"], NOWHERE):
        request = intermediate(live, parent, project_id=mine)
        failure = await live.refused(authorities(live).CreateCertificateAuthority, request, token=token)
        seen.append((failure.reason, broken(failure), failure.message.replace(parent, "")))
    assert seen[0] == seen[1]
    assert seen[0][:2] == ("RESOURCE_NOT_FOUND", {("parent_ca_id", "RESOURCE_NOT_FOUND")})


async def test_the_right_on_both_projects_is_enough(live: Live) -> None:
    """A root of one project may stand above an intermediate of another."""
    mine = await live.project("mine")
    token = await live.token("ada", roles={mine: "ADMIN", live.ids["project_id"]: "ADMIN"})
    request = intermediate(live, live.ids["root_ca_id"], project_id=mine)
    made = await create(live, request, token=token)
    assert (made.project_id, made.parent_ca_id) == (mine, live.ids["root_ca_id"])


async def test_a_project_is_told_of_a_ca_that_another_makes_under_its_own(live: Live) -> None:
    """Each project has an audit row of it: the one who is certified, and the one whose CA certifies."""
    mine, theirs = await live.project("mine"), live.ids["project_id"]
    parent = live.ids["root_ca_id"]
    made = await create(live, intermediate(live, parent, project_id=mine))
    rows = await live.app.store.list(AuditRecord, action="certificateAuthorities.create")
    told = {(row.project_id, row.object_id): row.details for row in rows}
    assert told.keys() == {(mine, made.id), (theirs, parent)}
    assert told[theirs, parent] == {
        "ca_id": made.id,
        "subject": made.subject,
        "serial": made.serial_number,
    }


async def test_a_ca_within_one_project_is_told_of_once(live: Live) -> None:
    """Its own row names the parent already."""
    parent = live.ids["root_ca_id"]
    made = await create(live, intermediate(live, parent))
    (row,) = await live.app.store.list(AuditRecord, action="certificateAuthorities.create")
    assert (row.object_id, row.details["parent_ca_id"]) == (made.id, parent)


@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_only_admins_create(sqlite_live: Live, role: str) -> None:
    """Every other role of the project is denied."""
    token = await sqlite_live.token("ada", roles={sqlite_live.ids["project_id"]: role})
    create_ = authorities(sqlite_live).CreateCertificateAuthority
    failure = await sqlite_live.refused(create_, order(sqlite_live), token=token)
    assert failure.reason == "PERMISSION_DENIED"


@pytest.mark.parametrize("state", ["DISABLED", "AWAITING_CERTIFICATE"])
async def test_a_parent_that_cannot_sign_says_so(live: Live, state: str) -> None:
    """With its state, before anything else is judged."""
    if state == "DISABLED":
        parent = await live.authority(path_length=1, state=state)
    else:
        parent = (await create(live, intermediate(live))).id
    failure = await live.refused(
        authorities(live).CreateCertificateAuthority, intermediate(live, parent, attributes={"ttl": "1d"})
    )
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", state)


async def test_a_parent_that_is_disabled_meanwhile_founds_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the signature and the commit it is disabled: the CA is not stored, and the state is told."""
    found, parent = Authorities.found, live.ids["root_ca_id"]

    async def slow(self: Authorities, charter: Charter, *, now: datetime) -> AuthorityRecord:
        made = await found(self, charter, now=now)
        off = Update(AuthorityRecord, {"id": parent}, {"state": "DISABLED"})
        await live.app.store.commit(Unit((off,), (Change(ObjectKind.AUTHORITY, parent),)))
        return made

    monkeypatch.setattr(Authorities, "found", slow)
    request = intermediate(live, parent, name="late")
    failure = await live.refused(authorities(live).CreateCertificateAuthority, request)
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "DISABLED")
    assert await live.app.store.list(AuthorityRecord, name="late") == []


async def test_no_ca_outlives_its_parent(live: Live) -> None:
    """To the second: as long as the parent goes, one second more is refused with what is left."""
    parent = await live.authority(lifetime=timedelta(days=100), path_length=1)
    record = await live.app.store.get(AuthorityRecord, id=parent)
    assert record is not None
    assert record.not_after is not None
    end, later = record.not_after, record.not_after + timedelta(seconds=1)
    named = {"not_after": later.isoformat().replace("+00:00", "Z")}
    failure = await live.refused(
        authorities(live).CreateCertificateAuthority, intermediate(live, parent, attributes=named)
    )
    assert (failure.reason, broken(failure)) == (
        "LIFETIME_EXCEEDS_CA",
        {("attributes.not_after", "LIFETIME_EXCEEDS_CA")},
    )
    assert failure.metadata["caNotAfter"] == end.isoformat()
    named = {"not_after": end.isoformat().replace("+00:00", "Z")}
    assert (await create(live, intermediate(live, parent, attributes=named))).parent_ca_id == parent


async def test_a_lifetime_that_nobody_named_ends_with_the_parent(sqlite_live: Live) -> None:
    """Also under a parent founded the same moment with just that lifetime; a named one is not cut."""
    for lifetime in (timedelta(days=100), INTERMEDIATE_LIFETIME):
        parent = await sqlite_live.authority(lifetime=lifetime, path_length=1)
        record = await sqlite_live.app.store.get(AuthorityRecord, id=parent)
        made = await create(sqlite_live, intermediate(sqlite_live, parent))
        assert record is not None
        assert made.not_after.ToDatetime(UTC) == record.not_after
    named = intermediate(sqlite_live, parent, attributes={"ttl": "6y"})
    failure = await sqlite_live.refused(authorities(sqlite_live).CreateCertificateAuthority, named)
    assert broken(failure) == {("attributes.ttl", "LIFETIME_EXCEEDS_CA")}


async def test_a_beginning_past_the_parents_end_is_refused(sqlite_live: Live) -> None:
    """There is nothing left to cut a lifetime to."""
    parent = await sqlite_live.authority(lifetime=timedelta(days=100), path_length=1)
    late = (sqlite_live.clock() + timedelta(days=101)).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = intermediate(sqlite_live, parent, attributes={"not_before": late})
    failure = await sqlite_live.refused(authorities(sqlite_live).CreateCertificateAuthority, request)
    assert broken(failure) == {("attributes.ttl", "LIFETIME_EXCEEDS_CA")}


@pytest.mark.parametrize(
    ("above", "below", "is_allowed"),
    [
        (1, 0, True), (1, 1, False), (2, 1, True), (0, 0, False),
        (1, None, False), (None, 5, True), (None, None, True),
    ],
)  # fmt: skip
async def test_path_lengths_fall(
    sqlite_live: Live, above: int | None, below: int | None, *, is_allowed: bool
) -> None:
    """A CA has less room below it than its parent, and says how much if its parent does."""
    lengths = [
        {"basic_constraints": None if length is None else {"path_length": length}}
        for length in (above, below)
    ]
    root = await create(sqlite_live, order(sqlite_live, attributes=lengths[0]))
    request = intermediate(sqlite_live, root.id, attributes=lengths[1])
    if is_allowed:
        assert (await create(sqlite_live, request)).parent_ca_id == root.id
        return
    failure = await sqlite_live.refused(authorities(sqlite_live).CreateCertificateAuthority, request)
    assert broken(failure) == {("attributes.basic_constraints.path_length", "PATH_LENGTH_EXCEEDS_CA")}
