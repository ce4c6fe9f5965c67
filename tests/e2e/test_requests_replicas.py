"""Two servers on one PostgreSQL: whichever is asked, a request has one life, one certificate and one key."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import psycopg
import pytest
from google.protobuf.duration_pb2 import Duration

from server.config import Settings
from tests.databases import Postgres
from tests.e2e.pairs import ISSUED, Pair, Replica, connected, news, pair, two_servers
from tests.e2e.processes import Process, eventually
from tests.serving import failure_of

EACH = 32
LONG = Duration(seconds=50)


@pytest.fixture(scope="module")
def database(postgres: Postgres, postgres_home: tuple[Path, str]) -> str:
    """The URL of a database that is set up."""
    return postgres.fresh(template=postgres_home[1])


@pytest.fixture(scope="module")
def servers(
    database: str, postgres_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Process, Process]]:
    """Both of them, for all tests that let them live."""
    home = shutil.copytree(postgres_home[0], tmp_path_factory.mktemp("pair") / "first")
    with two_servers(home, database) as processes:
        yield processes


@pytest.fixture
async def both(servers: tuple[Process, Process]) -> AsyncIterator[Pair]:
    """The servers, with a profile of the test's own."""
    async with connected(servers) as found:
        yield found


async def test_watchers_on_both_see_every_state_once(both: Pair) -> None:
    """In order, and under the same revisions, wherever they are and wherever it was decided."""
    id_ = await both.one.ask(both.profile_id)
    streams = [replica.watch(id_) for replica in both.replicas for _ in range(EACH)]
    told = [await asyncio.gather(*(news(stream) for stream in streams))]
    for token in both.operators:
        await both.other.approve(id_, token)
        told.append(await asyncio.gather(*(news(stream) for stream in streams)))
    assert await asyncio.gather(*(news(stream) for stream in streams)) == [grpc.aio.EOF] * len(streams)
    ((first, second, last),) = {tuple(map(_seen, messages)) for messages in zip(*told, strict=True)}
    assert first[0] < second[0] < last[0]
    assert [each[1] for each in (first, second, last)] == [2, 1, 0]


async def test_approvals_at_both_at_once_are_all_counted(both: Pair, database: str) -> None:
    """The two that each of eight requests needs: the later one issues, once; both servers tell the same."""
    ids = [await both.one.ask(both.profile_id) for _ in range(8)]
    streams = [replica.watch(id_) for id_ in ids for replica in both.replicas]
    approving = zip(both.replicas, both.operators, strict=True)
    await asyncio.gather(*(replica.approve(id_, token) for replica, token in approving for id_ in ids))
    ends = await asyncio.gather(*(_last(stream) for stream in streams))
    assert {end.certificate_request.state for end in ends} == {ISSUED}
    assert {len(end.certificate_request.approvals[0].decisions) for end in ends} == {2}
    assert sorted({end.certificate.id for end in ends}) == sorted(_certificates(database, *ids))


async def test_one_approver_at_both_at_once_counts_once(both: Pair) -> None:
    """One decision a step, wherever it is said: the request goes on waiting for somebody else."""
    id_ = await both.one.ask(both.profile_id)
    calls = (replica.approve(id_, both.operators[0]) for _ in range(8) for replica in both.replicas)
    assert {answer.approvals_missing for answer in await asyncio.gather(*calls)} == {1}


async def test_64_equals_over_both_get_one_certificate_and_its_key(both: Pair, database: str) -> None:
    """The issue's own figure: all get it, the private key too."""
    profile_id, request_id = both.one.process.ids["profile_id"], str(uuid4())
    calls = (
        replica.order(profile_id, request_id=request_id) for _ in range(EACH) for replica in both.replicas
    )
    answers = await asyncio.gather(*calls)
    (key,) = {answer.certificate.private_key for answer in answers}
    assert key.startswith("-----BEGIN PRIVATE KEY-----")
    assert {answer.certificate.certificate for answer in answers} == {answers[0].certificate.certificate}
    made = _certificates(database, answers[0].certificate_request_id)
    assert made == [answers[0].certificate.certificate_id]


async def test_64_equal_orders_over_both_make_one_request_that_waits(both: Pair, database: str) -> None:
    """So do those that need approvals."""
    request_id = str(uuid4())
    calls = (
        replica.order(both.profile_id, request_id=request_id)
        for _ in range(EACH)
        for replica in both.replicas
    )
    (id_,) = {answer.certificate_request_id for answer in await asyncio.gather(*calls)}
    assert _requests(database, both.profile_id) == [id_]


async def test_a_claim_is_repeated_at_the_other_one(both: Pair) -> None:
    """Under its id the same answer; under another one it is too late, at both."""
    id_, request_id = await both.issued(), str(uuid4())
    first = await both.one.claim(id_, request_id)
    assert first.certificate.private_key.startswith("-----BEGIN PRIVATE KEY-----")
    assert await both.other.claim(id_, request_id) == first
    assert [await _refusal(replica, id_) for replica in both.replicas] == ["PRIVATE_KEY_DELIVERED"] * 2


async def test_equal_claims_at_both_at_once_all_get_the_key(both: Pair) -> None:
    """It is one delivery, whoever comes first."""
    id_, request_id = await both.issued(), str(uuid4())
    calls = (replica.claim(id_, request_id) for _ in range(8) for replica in both.replicas)
    (key,) = {answer.certificate.private_key for answer in await asyncio.gather(*calls)}
    assert key.startswith("-----BEGIN PRIVATE KEY-----")


async def test_of_different_claims_at_both_at_once_one_gets_the_key(both: Pair) -> None:
    """All others are refused: nobody is told it twice."""
    id_ = await both.issued()
    calls = (_refusal(replica, id_) for _ in range(8) for replica in both.replicas)
    assert sorted(await asyncio.gather(*calls)) == ["", *["PRIVATE_KEY_DELIVERED"] * 15]


async def test_a_claim_is_repeated_though_its_server_died(postgres_settings: Settings) -> None:
    """The answer was lost on its way, the key was not."""
    async with pair(postgres_settings) as both:
        id_, request_id = await both.issued(), str(uuid4())
        first = await both.one.claim(id_, request_id)
        both.one.process.kill()
        assert await both.other.claim(id_, request_id) == first


async def test_an_order_that_waits_is_repeated_though_its_server_died(postgres_settings: Settings) -> None:
    """Its retry waits on at the other one, and gets the certificate and the key of the one request."""
    async with pair(postgres_settings) as both:
        said = {"request_id": str(uuid4()), "wait": LONG}
        waiting = asyncio.create_task(both.one.order(both.profile_id, **said))
        id_ = await asyncio.to_thread(_appeared, postgres_settings.database_url, both.profile_id)
        both.one.process.kill()
        with pytest.raises(grpc.aio.AioRpcError) as broken:
            await waiting
        assert broken.value.code() is grpc.StatusCode.UNAVAILABLE
        again = asyncio.create_task(both.other.order(both.profile_id, **said))
        for token in both.operators:
            await both.other.approve(id_, token)
        answer = await again
        assert answer.certificate_request_id == id_
        assert answer.certificate.private_key.startswith("-----BEGIN PRIVATE KEY-----")


def _seen(message: Any) -> tuple[int, int, int]:
    """What a watcher was told: the revision, the approvals that are missing, and the state."""
    request = message.certificate_request
    return message.revision, request.approvals_missing, request.state


async def _last(stream: Any) -> Any:
    """The last message of a watch that ends with OK."""
    messages = [message async for message in stream]
    assert await stream.code() is grpc.StatusCode.OK
    return messages[-1]


async def _refusal(replica: Replica, id_: str) -> str:
    """The reason that a claim of its own is refused for; empty if it is granted."""
    try:
        await replica.claim(id_, str(uuid4()))
    except grpc.aio.AioRpcError as error:
        return failure_of(error).reason
    return ""


def _certificates(database: str, *request_ids: str) -> list[str]:
    """The ids of all certificates of the requests."""
    return _ids(database, "SELECT id FROM certificate WHERE request_id::text = ANY(%s)", list(request_ids))


def _requests(database: str, profile_id: str) -> list[str]:
    """The ids of all requests under the profile."""
    return _ids(database, "SELECT id FROM certificate_request WHERE profile_id::text = %s", profile_id)


def _appeared(database: str, profile_id: str) -> str:
    """The id of the one request under the profile, once it is stored."""
    return str(eventually(lambda: _requests(database, profile_id))[0])


def _ids(database: str, query: str, value: Any) -> list[str]:
    with psycopg.connect(database) as connection:
        return [str(row[0]) for row in connection.execute(query.encode(), (value,))]
