"""Retries that reach another replica, or two of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.config import Settings
from server.store.records import CertificateRecord
from tests.retries.creating import CREATING, Creating, Desk, fresh_id
from tests.serving import running

ALL = pytest.mark.parametrize("what", CREATING.values(), ids=CREATING)
CERTIFICATE = CREATING["certificate"]


@pytest.fixture
async def pair(settings: Settings) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two servers on one database of each kind."""
    async with running(settings) as one, running(settings) as other:
        yield Desk(one), Desk(other)


@ALL
async def test_the_other_one_knows_it(pair: tuple[Desk, Desk], what: Creating) -> None:
    one, other = pair
    request = await one.request(what, requestId=fresh_id())
    assert await one.make(what, request) == await other.make(what, request)


@ALL
async def test_both_at_once_make_one(pair: tuple[Desk, Desk], what: Creating) -> None:
    """The database lets one through; whoever comes second is answered with the same."""
    request = await pair[0].request(what, requestId=fresh_id())
    answers = await asyncio.gather(*(desk.make(what, request) for _ in range(8) for desk in pair))
    assert len({what.made(answer) for answer in answers}) == 1
    assert all(answer == answers[0] for answer in answers)


async def test_64_equals_on_two_get_one_certificate_and_its_key(pair: tuple[Desk, Desk]) -> None:
    request = await pair[0].request(CERTIFICATE, requestId=fresh_id())
    answers = await asyncio.gather(*(desk.make(CERTIFICATE, request) for _ in range(32) for desk in pair))
    assert {answer.certificate.private_key for answer in answers} == {answers[0].certificate.private_key}
    assert len(await pair[0].live.app.store.list(CertificateRecord, certified_ca_id=None)) == 1


async def test_different_bodies_at_once_make_one(pair: tuple[Desk, Desk]) -> None:
    """One of the two intents wins; the other is told that the id is taken, whichever server it asked."""
    one, other = pair
    request = await one.request(CERTIFICATE, requestId=fresh_id())
    made = await asyncio.gather(
        one.make(CERTIFICATE, request),
        other.make(CERTIFICATE, other.other(CERTIFICATE, request)),
        return_exceptions=True,
    )
    refused = [each for each in made if isinstance(each, BaseException)]
    assert len(refused) == 1
    assert "request_id" in str(refused[0])
    assert len(await one.live.app.store.list(CertificateRecord, certified_ca_id=None)) == 1
