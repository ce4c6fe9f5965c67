"""How a published CRL is told: as a whole if it is small, else by its address; from memory while it holds."""

from __future__ import annotations

import pytest

from server.ca.places import Places
from server.ra.revoking import lists
from server.ra.revoking.lists import CRLs
from server.store.records import AuthorityRecord, CRLRecord
from server.store.unit import Unit, Update
from tests.revoking.crl_desk import fetched, issued, published, revoke
from tests.serving import Live
from tests.watching.insides import counted_queries

PLACES = Places("http://pki.example.com")


async def test_a_great_one_is_told_by_its_address(sqlite_live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number, digest and size stay; clients take no message of megabytes."""
    row = await published(sqlite_live, sqlite_live.ids["ca_id"])
    monkeypatch.setattr(lists, "INLINE", row.size - 1)
    told = await fetched(sqlite_live, row.ca_id)
    assert (told.crl, told.sha256, told.size_bytes) == ("", row.sha256, row.size)
    assert told.crl_number == str(row.number)


async def test_one_of_just_that_size_is_told_as_a_whole(
    sqlite_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is inclusive."""
    row = await published(sqlite_live, sqlite_live.ids["ca_id"])
    monkeypatch.setattr(lists, "INLINE", row.size)
    assert (await fetched(sqlite_live, row.ca_id)).crl


async def test_it_is_read_once(live: Live) -> None:
    """Who fetches it again costs the database nothing."""
    row, crls = await published(live, live.ids["ca_id"]), CRLs(live.app.store, PLACES)
    first = await crls.crl_der(row.id)
    with counted_queries() as made:
        assert await crls.crl_der(row.id) is first
    assert made == []
    assert first is not None
    assert first.url == f"{PLACES.base}/crl/{row.id}.crl"


async def test_the_next_one_takes_its_place(live: Live) -> None:
    """As soon as the change is told."""
    crls, certificate = CRLs(live.app.store, PLACES), await issued(live)
    first = await crls.crl_der((await published(live, live.ids["ca_id"])).id)
    assert first is not None
    await revoke(live, certificate.id)
    row = await published(live, first.ca_id, lambda row: row.entries == 1)
    second = await crls.crl_der(row.id)
    assert second is not None
    assert (second.number, second.entries) == (row.number, 1)


async def test_memory_is_bounded(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for longest ago is forgotten first."""
    rows = [await published(live, live.ids[name]) for name in ("ca_id", "root_ca_id")]
    monkeypatch.setattr(lists, "_HELD", max(row.size for row in rows))
    crls = CRLs(live.app.store, PLACES)
    first = await crls.crl_der(rows[0].id)
    await crls.crl_der(rows[1].id)
    again = await crls.crl_der(rows[0].id)
    assert again is not first
    assert again == first


async def test_row_and_octets_always_agree(live: Live) -> None:
    """A row that was read before a newer CRL came is read again."""
    old = await published(live, live.ids["ca_id"])
    certificate = await issued(live)
    await revoke(live, certificate.id)
    new = await published(live, old.ca_id, lambda row: row.entries == 1)
    told = await CRLs(live.app.store, PLACES).told(old)
    assert told is not None
    assert (told.number, told.entries) == (new.number, 1)


async def test_there_is_none_of_an_unknown_id_or_before_the_first(live: Live) -> None:
    """So nobody is handed octets that no CA signed."""
    crls, row = CRLs(live.app.store, PLACES), await published(live, live.ids["ca_id"])
    assert await crls.crl_der("nobody's") is None
    await live.app.store.commit(Unit((Update(CRLRecord, {"id": row.id}, {"number": 0}),)))
    assert await crls.crl_der(row.id) is None


async def test_those_of_a_project(live: Live) -> None:
    """All that its CAs have published, and the generation that each key is of."""
    crls, project_id = CRLs(live.app.store, PLACES), live.ids["project_id"]
    ids = {each.id for each in await live.app.store.list(AuthorityRecord, project_id=project_id)}
    for id_ in ids:
        await published(live, id_)
    told = await crls.of_project(project_id)
    assert {one.ca_id for one in told} == ids > {live.ids["ca_id"]}
    assert await crls.generations(project_id) == {(one.ca_id, 1): 1 for one in told}
