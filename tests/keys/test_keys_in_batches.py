"""Secrets that are due go many at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from server.store.records import AuditRecord, HeldSecretRecord, RequestRecord
from server.store.unit import Delete, Unit, Update
from tests.keys.counter import Counter
from tests.requests.offices import Person
from tests.watching.insides import counted_queries

SPENT, OWED = 12, 7


@pytest.fixture
async def spent(counter: Counter, requester: Person) -> list[str]:
    """Requests whose keys were fetched, and are kept for a retry; of as many more nobody came for them."""
    operator, profile_id = await counter.person("OPERATOR"), await counter.profile()
    ids = await asyncio.gather(*(counter.waiting(profile_id, by=requester) for _ in range(SPENT + OWED)))
    await asyncio.gather(*(counter.approve(id_, operator) for id_ in ids))
    await asyncio.gather(*(counter.claim(id_, requester, str(uuid4())) for id_ in ids[:SPENT]))
    counter.clock.forward(hours=25)
    return list(ids[:SPENT])


async def destroy(counter: Counter) -> int:
    return await counter.live.app.upkeep._chores["secrets_destroyed"]()


async def test_both_kinds_are_gone(counter: Counter, spent: list[str]) -> None:
    """Of keys that nobody came for, that is told; those that were delivered stay told as delivered."""
    assert await destroy(counter) == SPENT + OWED
    assert await destroy(counter) == 0
    store = counter.live.app.store
    assert await store.list(HeldSecretRecord) == []
    states = {request.id: request.private_key_state for request in await store.list(RequestRecord)}
    assert states == {id_: "DELIVERED" if id_ in spent else "DESTROYED" for id_ in states}
    rows = await store.list(AuditRecord, action="privateKeys.destroy")
    assert sorted(row.object_id for row in rows) == sorted(states.keys() - set(spent))


async def test_however_many_they_are_looked_at_together(counter: Counter, spent: list[str]) -> None:
    """One query for the secrets, one for their requests, one for the certificates."""
    assert spent
    with counted_queries() as made:
        await destroy(counter)
    assert len([query for query in made if "FROM token" not in query]) == 3


async def test_what_was_kept_for_retries_goes_in_one_unit(
    counter: Counter, spent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are a unit each, for each is a change; and they are handed in together."""
    store, units = counter.live.app.store, list[Unit]()
    commit = store.commit

    async def counted(unit: Unit) -> int:
        units.append(unit)
        return await commit(unit)

    monkeypatch.setattr(store, "commit", counted)
    before = store.writer.commits
    await destroy(counter)
    deleting = [unit for unit in units if any(isinstance(write, Delete) for write in unit.writes)]
    assert spent
    assert (len(deleting), sum(not unit.changes for unit in deleting)) == (1 + OWED, 1)
    assert store.writer.commits - before < OWED


async def test_what_is_kept_anew_meanwhile_stays(
    counter: Counter, spent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret goes only if it is still due when that is stored."""
    store, kept = counter.live.app.store, spent[0]
    commit = store.commit

    async def late(unit: Unit) -> int:
        anew = {"expires_at": counter.clock() + timedelta(minutes=10)}
        await commit(Unit((Update(HeldSecretRecord, {"object_id": kept}, anew),)))
        return await commit(unit)

    monkeypatch.setattr(store, "commit", late)
    await destroy(counter)
    assert [held.object_id for held in await store.list(HeldSecretRecord)] == [kept]
