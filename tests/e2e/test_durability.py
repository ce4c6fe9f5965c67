"""What was answered is stored, and what was signed is stored whole, whatever happens to either end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cryptography import x509

from certmanager.v1.certificate_pb2 import CertificateAttributes
from certmanager.v1.x509_pb2 import KeyAlgorithm
from tests.databases import cluster
from tests.e2e.conftest import Home
from tests.e2e.database import issued, rows, writes_blocked
from tests.e2e.processes import issue, read, serving

CALLS = 8


async def test_a_kill_after_the_answer_loses_nothing(home: Home) -> None:
    """Each answer of a burst counts, not only that of a quiet server."""
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            answers = await asyncio.gather(*(issue(process, channel) for _ in range(CALLS)))
            process.kill()
    told = [answer.certificate for answer in answers]
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            kept = [await read(process, channel, one.certificate_id) for one in told]
    assert [one.certificate for one in kept] == [one.certificate for one in told]


async def test_a_kill_in_the_middle_leaves_no_half_certificate(home: Home) -> None:
    """Calls are on their way when the process dies: afterwards each is there whole or not at all."""
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            calls = [asyncio.create_task(issue(process, channel)) for _ in range(4 * CALLS)]
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            process.kill()
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
    told = {o.certificate.certificate_id for o in outcomes if not isinstance(o, BaseException)}
    kept = {row["id"] for row in issued(home)}
    assert told
    assert told <= kept
    assert_whole(home)


async def test_a_client_that_goes_away_loses_nothing_that_was_signed(home: Home) -> None:
    """The clients leave while their certificates wait to be stored; these are stored all the same."""
    with serving(home.directory, *home.arguments) as process:
        with writes_blocked(home):
            async with process.channel() as channel:
                calls = [asyncio.create_task(issue(process, channel)) for _ in range(CALLS)]
                await process.until("certmanager_store_waiting", CALLS)
            await process.until("certmanager_rpc_in_flight", 0)
            assert all(call.done() for call in calls)
        assert process.stop() == 0
    assert len(issued(home)) == CALLS
    assert_whole(home)


async def test_an_order_that_was_begun_is_finished_without_its_client(home: Home) -> None:
    """The client leaves while its key is being made, which takes longest; nothing stops half way."""
    slow = CertificateAttributes(key_algorithm=KeyAlgorithm.KEY_ALGORITHM_RSA_4096)
    with serving(home.directory, *home.arguments) as process:
        async with process.channel() as channel:
            await issue(process, channel)  # from now on nothing is waited for before the order is begun
            call = asyncio.create_task(issue(process, channel, attributes=slow))
            await process.until("certmanager_rpc_in_flight", 1)
            call.cancel()
        assert process.stop() == 0
    assert len(issued(home)) == 2
    assert_whole(home)


async def test_a_crash_of_postgresql_after_the_answer_loses_nothing(data: Path) -> None:
    """On a cluster with PostgreSQL's own settings, which ends without writing anything more."""
    with cluster() as postgres:
        arguments = ("--database-url", postgres.url("postgres"))
        with serving(data, *arguments) as process:
            async with process.channel() as channel:
                told = (await issue(process, channel)).certificate
                postgres.crash()
                postgres.start()
                assert (await read(process, channel, told.certificate_id)).certificate == told.certificate


def assert_whole(home: Home) -> None:
    """Each certificate is readable, has an issued request, and stands in the audit log; nothing else does."""
    certificates = {row["id"]: row for row in issued(home)}
    requests = {row["id"]: row for row in rows(home, "certificate_request")}
    audited = [row["object_id"] for row in rows(home, "audit") if row["object_kind"] == "CERTIFICATE"]
    assert sorted(audited) == sorted(certificates)
    assert {row["certificate_id"] for row in requests.values()} == set(certificates)
    for row in certificates.values():
        assert requests[row["request_id"]]["state"] == "ISSUED"
        assert x509.load_der_x509_certificate(bytes(row["der"])).serial_number == int(row["serial"], 16)
