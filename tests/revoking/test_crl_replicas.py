"""Several processes publish, and a database comes back from a backup: no number comes twice or goes back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from server.config import Settings
from server.ra.revoking.publication import Publication
from server.store.records import AuditRecord, CRLRecord
from server.store.unit import Unit, Update
from tests.revoking.crl_desk import crl_of, issued, published, publisher, revoke, row_of, serials
from tests.serving import Live, running
from tests.timepiece import Timepiece
from tests.watching.streams import until


@pytest.fixture
async def pair(postgres_settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Live, Live]]:
    """Two servers on one PostgreSQL."""
    home = shutil.copytree(postgres_settings.data_dir, tmp_path / "second")
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(running(postgres_settings)),
            await stack.enter_async_context(running(postgres_settings.model_copy(update={"data_dir": home}))),
        )


async def test_what_one_revokes_is_published_whoever_does_it(pair: tuple[Live, Live]) -> None:
    """Within a second or so, and the other tells the same CRL."""
    one, other = pair
    certificate = await issued(one)
    ca_id = one.ids["ca_id"]
    await published(other, ca_id)
    await revoke(one, certificate.id)
    row = await published(other, ca_id, lambda row: row.entries == 1)
    assert serials(await crl_of(other, row)) == {certificate.serial}
    assert await row_of(one, ca_id) == row


async def test_no_number_is_given_twice(pair: tuple[Live, Live]) -> None:
    """Both are woken by each revocation, and each CRL is made by one of them."""
    one, other = pair
    certificates = [await issued(one) for _ in range(6)]
    for number, certificate in enumerate(certificates):
        await revoke(pair[number % 2], certificate.id)
        for live in pair:
            publisher(live).wake()
        await asyncio.sleep(0.3)
    row = await published(other, one.ids["ca_id"], lambda row: row.entries == len(certificates))
    audit = await one.app.store.list(AuditRecord, order="sequence", object_id=row.id)
    numbers = [int(str(each.details["crl_number"])) for each in audit]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == row.number
    assert publisher(one).counts()["failures_total"] == publisher(other).counts()["failures_total"] == 0


async def test_a_crowd_of_revocations_makes_few_crls(live: Live) -> None:
    """At most one a second, and the last of them has all."""
    certificates = [await issued(live) for _ in range(20)]
    first = await published(live, live.ids["ca_id"])
    for certificate in certificates:
        await revoke(live, certificate.id)
    row = await published(live, first.ca_id, lambda row: row.entries == len(certificates))
    audit = await live.app.store.list(AuditRecord, order="sequence", object_id=row.id)
    times = [each.at for each in audit]
    # A second lies between beginnings; what is told are ends, and the first may take longer than the last.
    assert len(times) - 1 <= (times[-1] - times[0]).total_seconds() + 1


async def test_a_claim_of_a_dead_replica_passes_on(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its lease is over, whoever looks makes the CRL; until then nobody does."""
    monkeypatch.setattr("server.ra.revoking.claims.LEASE", timedelta(seconds=1.5))
    row = await published(live, live.ids["ca_id"])
    dead = Publication(live.app.store, None, None, clock=live.clock)  # type: ignore[arg-type]
    claim = await dead.claim(row)
    assert claim is not None
    assert await dead.claim(row) is None
    publisher(live).wake()
    later = await published(live, row.ca_id, lambda now: now.number > row.number)
    assert later.this_update is not None
    assert later.held_until > claim.until


async def test_the_slower_of_two_throws_away_what_it_made(live: Live) -> None:
    """Its lease was over before it was done: what it read may be older than what is published."""
    row = await published(live, live.ids["ca_id"])
    certificate = await issued(live)
    slow = _publication(live)
    await _forget_hold(live, row)
    claim = await slow.claim(await row_of(live, row.ca_id))
    assert claim is not None
    await _forget_hold(live, row)
    await revoke(live, certificate.id)
    newer = await published(live, row.ca_id, lambda now: now.entries == 1)
    assert await slow.publish(claim) is None
    assert await row_of(live, row.ca_id) == newer


async def test_whoever_was_overtaken_leaves_it_due(live: Live) -> None:
    """The slower one may have read before a revocation that the other has seen: nobody waits for a lease."""
    row = await published(live, live.ids["ca_id"])
    certificate = await issued(live)
    slow, quick = _publication(live), _publication(live)
    with _resting(live):
        await _forget_hold(live, row)
        slower = await slow.claim(await row_of(live, row.ca_id))
        await _forget_hold(live, row)
        await revoke(live, certificate.id)
        quicker = await quick.claim(await row_of(live, row.ca_id))
        assert slower is not None
        assert quicker is not None
        assert await slow.publish(slower)
        assert await quick.publish(quicker) is None
        assert (await row_of(live, row.ca_id)).due_at <= live.clock() < quicker.until


async def test_a_claim_lasts_as_long_as_it_is_used(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that takes longer than a lease is not made by two."""
    monkeypatch.setattr("server.ra.revoking.claims.LEASE", timedelta(seconds=2))
    row = await published(live, live.ids["ca_id"])
    making, claims = _publication(live), _publication(live)._claims
    with _resting(live):
        await _forget_hold(live, row)
        claim = await making.claim(await row_of(live, row.ca_id))
        assert claim is not None
        first = claim.until
        async with claims.kept(claim):
            await until(lambda: claim.until > first)
            assert await live.app.store.due_crls(first, limit=1) == []
        assert await making.publish(claim)


async def test_what_is_revoked_while_one_is_made_makes_another_due(live: Live) -> None:
    """The certificate may come too late for the one, and is then on the next."""
    row = await published(live, live.ids["ca_id"])
    certificate = await issued(live)
    making = _publication(live)
    await _forget_hold(live, row)
    claim = await making.claim(await row_of(live, row.ca_id))
    assert claim is not None
    await revoke(live, certificate.id)
    made = await making.publish(claim)
    assert made is not None
    assert (await row_of(live, row.ca_id)).due_at <= live.clock()
    publisher(live).wake()
    await published(live, row.ca_id, lambda now: now.number > made.number and now.entries == 1)


async def test_numbers_rise_after_a_restore(sqlite_settings: Settings, tmp_path: Path) -> None:
    """An older copy of the database knows nothing of the last ones: the time does."""
    clock = Timepiece()
    async with running(sqlite_settings, clock=clock) as live:
        first = await published(live, live.ids["ca_id"])
    copy = shutil.copytree(sqlite_settings.data_dir, tmp_path / "copy")
    async with running(sqlite_settings, clock=clock) as live:
        clock.forward(days=4)
        publisher(live).wake()
        lost = await published(live, first.ca_id, lambda row: row.number > first.number)
    async with running(sqlite_settings.model_copy(update={"data_dir": copy}), clock=clock) as live:
        row = await published(live, first.ca_id, lambda row: row.number > first.number)
    assert row.number > lost.number


@contextmanager
def _resting(live: Live) -> Iterator[None]:
    """The server itself makes no CRL meanwhile."""
    own = publisher(live)
    looked, own._look = own._look, _nothing  # type: ignore[method-assign]
    try:
        yield
    finally:
        own._look = looked  # type: ignore[method-assign]


async def _nothing() -> float:
    return 60.0


def _publication(live: Live) -> Publication:
    """A second one beside that of the server, as another replica has."""
    own = publisher(live)._publication
    return Publication(live.app.store, own._authorities, own._pool, clock=live.clock)


async def _forget_hold(live: Live, row: CRLRecord) -> None:
    """As if the time of a hold, or of a lease, were over."""
    await live.app.store.commit(
        Unit((Update(CRLRecord, {"id": row.id}, {"held_until": row.held_until.replace(year=2000)}),))
    )
