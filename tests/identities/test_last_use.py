from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from server.clock import utc_now
from server.config import Settings
from server.ra.access.last_use import LastUse
from server.ra.access.tokens import hash_token
from server.store import Store
from server.store.failures import StoreError, StoreUnavailable
from server.store.records import ObjectKind, TokenRecord
from server.store.unit import Change, Unit, Update
from tests.identities.actors import Stage
from tests.serving import running

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


async def last_used(stage: Stage, token_id: str) -> datetime | None:
    record = await stage.live.app.store.get(TokenRecord, id=token_id)
    assert record is not None
    return record.last_used_at


async def test_a_use_is_written_down_to_the_minute(stage: Stage) -> None:
    actor, uses = await stage.actor(), LastUse(stage.live.app.store)
    uses.note(actor.token_id, NOON + timedelta(seconds=59, microseconds=7))
    assert await last_used(stage, actor.token_id) is None
    await uses.close()
    assert await last_used(stage, actor.token_id) == NOON


@pytest.mark.parametrize("order", [(3, 5), (5, 3)])
async def test_the_latest_use_stays(stage: Stage, order: tuple[int, int]) -> None:
    """It never goes back: another process may have written a later use."""
    actor, uses = await stage.actor(), LastUse(stage.live.app.store)
    for minutes in order:
        uses.note(actor.token_id, NOON + timedelta(minutes=minutes))
        await uses.sweep()
    await uses.close()
    assert await last_used(stage, actor.token_id) == NOON + timedelta(minutes=5)


async def test_a_call_writes_nothing(stage: Stage) -> None:
    """However often a token is used, and whether or not it was known: the hot path has no write."""
    actor, writer = await stage.actor(), stage.live.app.store.writer
    before = writer.commits
    for _ in range(3):
        assert await stage.works(actor.token)
    assert writer.commits == before


async def test_nobodys_cache_is_dropped_by_it(stage: Stage) -> None:
    """It is no change: no feed hears of it."""
    actor, uses = await stage.actor(), LastUse(stage.live.app.store)
    before = stage.live.app.store.feed.latest
    uses.note(actor.token_id, NOON)
    await uses.close()
    assert stage.live.app.store.feed.latest == before


async def test_what_the_store_does_not_take_is_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    store, actor = stage.live.app.store, await stage.actor()
    uses = LastUse(store)
    uses.note(actor.token_id, NOON)

    async def gone(_self: Store, _unit: Unit) -> int:
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Store, "commit", gone)
        await uses.sweep()
    await uses.close()
    assert await last_used(stage, actor.token_id) == NOON


async def test_it_is_written_down_in_the_background(stage: Stage) -> None:
    """Every minute; here sooner."""
    actor, uses = await stage.actor(), LastUse(stage.live.app.store, every=timedelta(milliseconds=1))
    uses.note(actor.token_id, NOON)
    async with asyncio.timeout(10):
        while await last_used(stage, actor.token_id) is None:
            pass  # each look gives the sweeper its turn
    await uses.close()


async def test_many_tokens_are_written_in_several_units(sqlite_stage: Stage) -> None:
    """So that an issuance never waits long behind them."""
    store = sqlite_stage.live.app.store
    uses, before = LastUse(store), store.writer.units
    for n in range(250):
        uses.note(f"token-{n}", NOON)
    await uses.close()
    assert store.writer.units - before == 3


async def test_the_shutdown_writes_down_the_last_uses(settings: Settings) -> None:
    async with running(settings) as live:
        actor = await Stage(live).actor()
        assert await Stage(live).works(actor.token)
    async with running(settings) as live:
        record = await live.app.store.get(TokenRecord, hash=hash_token(actor.token))
        assert record is not None
        assert record.last_used_at is not None
        assert (record.last_used_at.second, record.last_used_at.microsecond) == (0, 0)
        assert timedelta() <= live.clock() - record.last_used_at < timedelta(minutes=3)


async def test_a_refused_token_was_not_used(settings: Settings) -> None:
    async with running(settings) as live:
        late = await live.token("late", lifetime=timedelta(seconds=-1))
        assert not await Stage(live).works(late)
    async with running(settings) as live:
        record = await live.app.store.get(TokenRecord, hash=hash_token(late))
        assert record is not None
        assert record.last_used_at is None


async def _held(stage: Stage, count: int) -> list[str]:
    for n in range(count):
        await stage.live.token(f"t{n}")
    return [token.id for token in await stage.live.app.store.list(TokenRecord)]


async def _lost(stage: Stage, *sweeps: list[str], direct: bool) -> int:
    """Units that fail while two replicas write the uses of the same tokens, each in an order of its own."""
    other = await Store.open(stage.live.settings.database, clock=utc_now)
    stores, lost = (stage.live.app.store, other), 0
    for minutes in range(10):
        at = NOON + timedelta(minutes=minutes)
        pairs = list(zip(stores, sweeps, strict=True))
        outcomes = await asyncio.gather(
            *(_swept(store, ids, at, direct=direct) for store, ids in pairs),
            *(store.commit(Unit((), (Change(ObjectKind.IDENTITY, ids[0]),))) for store, ids in pairs),
            return_exceptions=True,
        )
        lost += sum(isinstance(outcome, StoreError) for outcome in outcomes)
    await other.close()
    return lost


async def _swept(store: Store, ids: list[str], at: datetime, *, direct: bool) -> None:
    if direct:
        writes = (Update(TokenRecord, {"id": id_}, {"last_used_at": at}, expect=None) for id_ in ids)
        await store.commit(Unit(tuple(writes)))
        return
    uses = LastUse(store)
    for id_ in ids:
        uses.note(id_, at)
    await uses.close()
    if uses._noted:
        raise StoreUnavailable


@pytest.mark.parametrize("direct", [False, True], ids=["sweep", "any update"])
async def test_replicas_that_write_the_same_uses_wait_for_no_deadlock(stage: Stage, *, direct: bool) -> None:
    """In opposite orders, with a write of others in each batch: none of them is lost.

    A revoked identity's tokens are locked in whatever order the database likes: so whoever locks rows that
    are there stands in line first.
    """
    ids = await _held(stage, 60)
    assert await _lost(stage, ids, ids[::-1], direct=direct) == 0


async def test_uses_are_written_in_the_order_of_the_ids(sqlite_stage: Stage) -> None:
    """Whatever order the tokens were used in."""
    store, units = sqlite_stage.live.app.store, list[Unit]()
    commit = store.commit

    async def seen(unit: Unit) -> int:
        units.append(unit)
        return await commit(unit)

    store.commit = seen  # type: ignore[method-assign]
    uses = LastUse(store)
    for token_id in ("c", "a", "b"):
        uses.note(token_id, NOON)
    await uses.close()
    (unit,) = units
    assert [write.where["id"] for write in unit.writes if isinstance(write, Update)] == ["a", "b", "c"]
