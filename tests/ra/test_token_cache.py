"""What is remembered of a token: not for long, and of those used lately only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from server.errors import Unauthenticated
from server.ids import new_id
from server.ra.access import tokens
from server.ra.access.caller import Principal
from server.ra.access.last_use import LastUse
from server.ra.access.tokens import Authenticator, hash_token, new_token
from server.store import Change, IdentityRecord, Insert, ObjectKind, Store, TokenRecord, Unit, Update

_BEGIN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class _Uses:
    """Takes note of nothing."""

    def note(self, token_id: str, at: datetime) -> None:
        """The token was used."""


@dataclass
class _Stand:
    """An authenticator on a store, and a clock that stands still until it is moved."""

    store: Store
    now: datetime = _BEGIN

    def __post_init__(self) -> None:
        self.authenticator = Authenticator(self.store, clock=lambda: self.now, uses=cast("LastUse", _Uses()))

    async def token(self, *, lifetime: timedelta = timedelta(days=1)) -> str:
        """A token of a new identity, used once."""
        token, identity_id = new_token(), new_id()
        identity = IdentityRecord(id=identity_id, name=identity_id, kind="SERVICE", created_at=self.now)
        held = TokenRecord(
            id=new_id(),
            identity_id=identity_id,
            name="",
            hash=hash_token(token),
            created_at=self.now,
            expires_at=self.now + lifetime,
        )
        await self.store.commit(Unit((Insert(identity), Insert(held))))
        await self.authenticator.authenticate(token)
        return token

    async def revoke(self, token: str, *changes: Change) -> None:
        """Withdraws the token; nobody is told but by ``changes``."""
        write = Update(TokenRecord, {"hash": hash_token(token)}, {"revoked_at": self.now})
        await self.store.commit(Unit((write,), changes))

    def holder(self, token: str) -> str:
        """The identity of a token that is remembered."""
        known = self.authenticator.cached(token)
        assert known is not None
        return known.identity_id


@pytest.fixture
async def stand(sqlite_url: str) -> AsyncIterator[_Stand]:
    store = await Store.open(sqlite_url, clock=lambda: _BEGIN)
    yield _Stand(store)
    await store.close()


async def test_used_token_is_remembered(stand: _Stand) -> None:
    token = await stand.token()
    stand.now += timedelta(seconds=59)
    assert stand.authenticator.cached(token) is not None


@pytest.mark.parametrize("seconds", [60, 3600, -1])
async def test_memory_fades(stand: _Stand, seconds: int) -> None:
    """Also if the clock was set back, for then nobody knows how old it is."""
    token = await stand.token()
    stand.now += timedelta(seconds=seconds)
    assert stand.authenticator.cached(token) is None


async def test_use_does_not_keep_memory_fresh(stand: _Stand) -> None:
    token = await stand.token()
    for _ in range(2):
        stand.now += timedelta(seconds=30)
        known = stand.authenticator.cached(token)
    assert known is None


async def test_withdrawn_token_ends_though_nobody_is_told(stand: _Stand) -> None:
    """The feed should tell; this is what holds if it ever does not."""
    token = await stand.token()
    await stand.revoke(token)
    stand.now += timedelta(seconds=60)
    assert stand.authenticator.cached(token) is None
    with pytest.raises(Unauthenticated):
        await stand.authenticator.authenticate(token)


async def test_told_change_of_rights_forgets_at_once(stand: _Stand) -> None:
    token = await stand.token()
    await stand.revoke(token, Change(ObjectKind.IDENTITY, stand.holder(token)))
    assert stand.authenticator.cached(token) is None


async def test_change_of_ones_rights_costs_the_others_nothing(stand: _Stand) -> None:
    """Whoever makes and revokes tokens all day must not make the server look up everybody's."""
    one, other = await stand.token(), await stand.token()
    await stand.revoke(one, Change(ObjectKind.IDENTITY, stand.holder(one)))
    assert stand.authenticator.cached(one) is None
    assert stand.authenticator.cached(other) is not None


@pytest.mark.parametrize("changed", ["its own", "another's"])
async def test_right_that_changes_during_a_look_is_not_remembered(
    stand: _Stand, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    """What was read may be outdated already; a change of another identity does not matter."""
    token, other = await stand.token(), await stand.token()
    holder = stand.holder(token if changed == "its own" else other)
    stand.now += timedelta(seconds=60)
    load = stand.authenticator._load

    async def slow(digest: bytes) -> Principal:
        found = await load(digest)
        await stand.store.commit(Unit((), (Change(ObjectKind.IDENTITY, holder),)))
        return found

    monkeypatch.setattr(stand.authenticator, "_load", slow)
    await stand.authenticator.authenticate(token)
    assert (stand.authenticator.cached(token) is None) == (changed == "its own")


async def test_forgotten_identities_leave_nothing_behind(
    stand: _Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered by identity is what is remembered by token."""
    monkeypatch.setattr(tokens, "_CACHED", 2)
    held = [await stand.token() for _ in range(5)]
    await stand.revoke(held[-1], Change(ObjectKind.IDENTITY, stand.holder(held[-1])))
    known = stand.authenticator._digests
    assert {digest for digests in known.values() for digest in digests} == {hash_token(held[-2])}
    assert len(known) == 1


async def test_token_looked_up_again_is_remembered_again(stand: _Stand) -> None:
    token = await stand.token()
    stand.now += timedelta(seconds=60)
    await stand.authenticator.authenticate(token)
    assert stand.authenticator.cached(token) is not None


async def test_remembered_token_still_expires(stand: _Stand) -> None:
    token = await stand.token(lifetime=timedelta(seconds=10))
    stand.now += timedelta(seconds=10)
    with pytest.raises(Unauthenticated):
        stand.authenticator.cached(token)


async def test_token_used_longest_ago_is_forgotten_first(
    stand: _Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the one that came first: a busy client stays known however many others come by."""
    monkeypatch.setattr(tokens, "_CACHED", 2)
    busy, idle = await stand.token(), await stand.token()
    stand.authenticator.cached(busy)
    await stand.token()
    known = [token for token in (busy, idle) if stand.authenticator.cached(token)]
    assert known == [busy]
