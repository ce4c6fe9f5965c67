"""Nothing is left of a secret that was delivered or destroyed: nothing that the key-encryption key opens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import uuid4

import pytest

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server import keyring
from server.pki.seal import KEK
from server.store.records import AuthorityRecord
from tests.e2e.secrets_search import files, openable, rows
from tests.keys.counter import Counter, fits
from tests.ordering import order
from tests.requests.offices import Person


class Search:
    """Looks for what the KEK can open, but for the keys of the CAs."""

    def __init__(self, counter: Counter, kek: KEK) -> None:
        self._counter = counter
        self._kek = kek
        self._cas: set[bytes] = set()

    @classmethod
    async def of(cls, counter: Counter) -> Search:
        """The search on a server; the keys of its CAs stay, and are no finding."""
        live = counter.live
        search = cls(counter, await keyring.find(live.settings, live.app.store))
        await search._know_the_cas()
        return search

    async def _know_the_cas(self) -> None:
        store = self._counter.live.app.store
        for record in await store.list(AuthorityRecord):
            self._cas |= openable(self._kek, record.sealed_key or b"")
        self._cas |= openable(self._kek, await store.meta("service_ca.key") or b"")
        assert self._cas, "the search finds nothing at all"

    def in_rows(self) -> dict[str, int]:
        """How many are in which table."""
        return self._found(rows(self._counter.live.settings.database))

    def in_files(self) -> dict[str, int]:
        """How many are in which file, byte for byte, whatever is free in it and whatever is in use."""
        return self._found(files(self._counter.live.settings.data_dir))

    def _found(self, places: Iterable[tuple[str, bytes]]) -> dict[str, int]:
        found = {place: len(openable(self._kek, octets) - self._cas) for place, octets in places}
        return {place: many for place, many in found.items() if many}


@pytest.fixture
async def search(counter: Counter) -> Search:
    return await Search.of(counter)


async def use(counter: Counter, requester: Person) -> None:
    """Lets a key of each way pass: in the answer, claimed, and left where it is; and a token's secret."""
    at_once = order(counter.live.ids["profile_id"], common_name="a.example.com")
    for request_id in ("", str(uuid4())):
        at_once.request_id = request_id
        await counter.send(at_once, requester)
    await counter.claim(await counter.issued_late(requester), requester)
    await counter.issued_late(requester)
    token = access.CreateAccessTokenRequest(identity_id=requester.id, request_id=str(uuid4()))
    await counter.live.call(counter.live.stub(AccessServiceStub).CreateAccessToken, token)


async def test_while_it_is_owed_or_may_be_repeated_it_is_held(
    counter: Counter, requester: Person, search: Search
) -> None:
    """In one table, sealed: this shows that the search finds what there is."""
    await use(counter, requester)
    assert search.in_rows() == {"held_secret": 4}


async def test_once_its_time_is_over_it_is_gone(counter: Counter, requester: Person, search: Search) -> None:
    """First what was held for retries, then the key that nobody came for."""
    await use(counter, requester)
    await counter.pass_by(minutes=11)
    assert search.in_rows() == {"held_secret": 1}
    await counter.pass_by(hours=24)
    assert search.in_rows() == {}


async def test_it_is_gone_from_the_files_too(sqlite_counter: Counter) -> None:
    """Of SQLite: from pages in use and free, and from the log.

    A PostgreSQL server keeps deleted rows for a while in files of its own, as the page on operations tells.
    """
    counter, search = sqlite_counter, await Search.of(sqlite_counter)
    requester = await counter.person("REQUESTER")
    for _ in range(20):
        await use(counter, requester)
    assert sum(search.in_files().values()) >= 80
    await counter.pass_by(minutes=11)
    await counter.pass_by(hours=24)
    assert search.in_files() == {}


async def test_a_delivery_that_cannot_be_repeated_leaves_nothing(sqlite_counter: Counter) -> None:
    """Its row goes with it, and with the next round all of it."""
    counter, search = sqlite_counter, await Search.of(sqlite_counter)
    requester = await counter.person("REQUESTER")
    answer = asyncio.create_task(counter.awaited(requester))
    await counter.approve(await counter.arrived(requester), await counter.person("OPERATOR"))
    assert fits((await answer).certificate)
    assert (search.in_rows(), bool(search.in_files())) == ({}, True)
    await counter.live.app.upkeep.round()
    assert search.in_files() == {}
