"""What cannot be made keeps nothing else from being made, and is tried again."""

from __future__ import annotations

import pytest

from server.ca.authorities import Authorities
from server.ca.cakey import CAKey
from server.errors import Unavailable
from server.ra.revoking.publication import Publication
from server.ra.setup.generations import Generation
from server.store.records import AuthorityRecord, CRLRecord
from server.store.store import Store
from server.store.unit import Unit, Update
from tests.revoking.crl_desk import (
    crl_of,
    issued,
    not_fetched,
    published,
    publisher,
    revoke,
    row_of,
    serials,
)
from tests.serving import Live


async def test_a_key_that_does_not_open_stops_no_other_ca(live: Live) -> None:
    """Its CRL stays as it was, is paused for, and the failure is counted."""
    broken, sound = await live.authority(), live.ids["ca_id"]
    first = await published(live, broken)
    certificate = await issued(live)
    await live.app.store.commit(
        Unit((Update(AuthorityRecord, {"id": broken}, {"sealed_key": b"no key at all"}),))
    )
    await _make_due(live, broken)
    row = await published(live, broken, lambda row: publisher(live).counts()["failures_total"] > 0)
    assert row.number == first.number
    await revoke(live, certificate.id)
    assert serials(await crl_of(live, await published(live, sound, lambda row: row.entries == 1)))


async def test_it_is_made_once_its_key_opens_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a restart, after a pause that doubles from failure to failure."""
    ca_id = await live.authority()
    first = await published(live, ca_id)
    open_key, failing = Authorities.key, 2

    def key(self: Authorities, generation: Generation) -> CAKey:
        nonlocal failing
        failing -= 1
        if failing >= 0:
            raise ValueError("the HSM is away")
        return open_key(self, generation)

    monkeypatch.setattr(Authorities, "key", key)
    monkeypatch.setattr("server.ra.revoking.publisher._LONGEST_PAUSE", 0.2)
    await _make_due(live, ca_id)
    await published(live, ca_id, lambda row: row.number > first.number)
    assert publisher(live).counts()["failures_total"] == 2


async def test_a_database_that_is_away_is_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop goes on."""
    ca_id = live.ids["ca_id"]
    first = await published(live, ca_id)
    look, silent = Store.due_crls, 2

    async def due(self: Store, *at: object, **limit: int) -> object:
        nonlocal silent
        silent -= 1
        if silent >= 0:
            raise Unavailable("the database is away")
        return await look(self, *at, **limit)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "due_crls", due)
    monkeypatch.setattr("server.ra.revoking.publisher._AGAIN", 0.01)
    await _make_due(live, ca_id)
    await published(live, ca_id, lambda row: row.number > first.number)
    assert silent < 0


async def test_a_reason_that_nobody_knows_is_left_out(live: Live) -> None:
    """One odd row must not keep a CRL from being made."""
    certificate = await issued(live)
    await revoke(live, certificate.id, reason="OF_A_LATER_VERSION")
    crl = await crl_of(live, await published(live, live.ids["ca_id"], lambda row: row.entries == 1))
    (entry,) = crl
    assert (entry.serial_number, len(entry.extensions)) == (certificate.serial, 0)


async def test_before_the_first_one_it_is_unavailable(
    sqlite_live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking makes none; the answer says to ask again."""

    async def never(self: Publication, *_: object) -> None:
        return None

    monkeypatch.setattr(Publication, "claim", never)
    monkeypatch.setattr("server.ra.revoking.crl_enquiry._PATIENCE_SECONDS", 0.1)
    ca_id = await sqlite_live.authority()
    failure = await not_fetched(sqlite_live, ca_id)
    assert (failure.code.name, failure.reason) == ("UNAVAILABLE", "BACKEND_UNAVAILABLE")
    assert "RetryInfo" in failure.details
    assert (await row_of(sqlite_live, ca_id)).number == 0


async def _make_due(live: Live, ca_id: str) -> None:
    values = {"due_at": live.clock(), "held_until": live.clock()}
    await live.app.store.commit(Unit((Update(CRLRecord, {"ca_id": ca_id}, values),)))
    publisher(live).wake()
