"""Rotations beside each other, and beside what the CA signs meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest

from server.ca.authorities import Authorities
from server.config import Settings
from server.store.records import AuthorityRecord, CertificateRecord, GenerationRecord
from tests.operators.ca_orders import authorities, create, get, intermediate, leaf_order, order
from tests.operators.ca_rotating import rotation, told, verifies
from tests.serving import Live, failure_of, running


@pytest.fixture
async def ca(live: Live) -> str:
    root = await create(live, order(live))
    return str((await create(live, intermediate(live, root.id))).id)


@pytest.fixture
def _together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who rotate have both seen the CA before either of them is stored."""
    barrier, succeed = asyncio.Barrier(2), Authorities.succeed

    async def met(*given: Any, **named: Any) -> AuthorityRecord:
        await barrier.wait()
        return await succeed(*given, **named)

    monkeypatch.setattr(Authorities, "succeed", met)


async def both(one: Live, other: Live, id_: str) -> list[Any]:
    """What comes of two rotations at once."""
    calls = (live.call(authorities(live).RotateCertificateAuthority, rotation(id_)) for live in (one, other))
    return list(await asyncio.gather(*calls, return_exceptions=True))


@pytest.mark.usefixtures("_together")
async def test_two_rotations_at_once_are_one(live: Live, ca: str) -> None:
    """Whoever comes second is told to look at it again: each of them has seen the first generation."""
    outcomes = await both(live, live, ca)
    (failed,) = (failure_of(one) for one in outcomes if isinstance(one, grpc.aio.AioRpcError))
    assert (failed.code.name, failed.reason) == ("ABORTED", "VERSION_MISMATCH")
    assert (await get(live, ca)).generation == 2
    assert len(await live.app.store.list(GenerationRecord, ca_id=ca)) == 1


@pytest.mark.usefixtures("_together")
async def test_two_replicas_rotate_once(postgres_settings: Settings) -> None:
    async with running(postgres_settings) as one, running(postgres_settings) as other:
        root = await create(one, order(one))
        outcomes = await both(one, other, root.id)
        failed = [error for error in outcomes if isinstance(error, grpc.aio.AioRpcError)]
        assert len(failed) == 1
        assert (await get(other, root.id)).generation == 2


async def test_issuance_goes_on_through_a_rotation(live: Live, ca: str, tmp_path: Path) -> None:
    """Nothing is refused, and each certificate verifies with the chain that it came with."""
    request = await leaf_order(live, ca)
    issue = live.certificates.IssueCertificate
    issuing = [asyncio.create_task(live.call(issue, request)) for _ in range(30)]
    turning = asyncio.create_task(live.call(authorities(live).RotateCertificateAuthority, rotation(ca)))
    issuing += [asyncio.create_task(live.call(issue, request)) for _ in range(30)]
    answers = await asyncio.gather(*issuing)
    now = (await turning).certificate_authority
    for answer in answers:
        made = answer.certificate
        assert verifies(made.certificate, made.certificate_chain, tmp_path)
        found = await told(live, made.certificate_id)
        assert found.certificate_chain == made.certificate_chain
        assert (found.ca_generation == 2) == (made.issuing_ca_certificate == now.certificate)


async def test_issuance_goes_on_while_another_replica_rotates(
    postgres_settings: Settings, tmp_path: Path
) -> None:
    """What a replica signs in a generation that is former by then is thrown away and made again."""
    async with running(postgres_settings) as one, running(postgres_settings) as other:
        root = await create(one, order(one))
        request = await leaf_order(one, root.id)
        issue, tasks = other.certificates.IssueCertificate, []
        for _ in range(3):
            tasks += [asyncio.create_task(other.call(issue, request)) for _ in range(10)]
            await one.call(authorities(one).RotateCertificateAuthority, rotation(root.id))
            made = (await other.call(issue, request)).certificate
            assert made.issuing_ca_certificate == (await get(one, root.id)).certificate
        for answer in await asyncio.gather(*tasks):
            made = answer.certificate
            assert verifies(made.certificate, made.certificate_chain, tmp_path)
            assert (await told(one, made.certificate_id)).certificate_chain == made.certificate_chain


async def test_a_ca_is_made_by_the_parent_of_the_moment(live: Live, tmp_path: Path) -> None:
    """What the former generation of a parent was about to sign is signed by its next one."""
    root = await create(live, order(live))
    making = [asyncio.create_task(create(live, intermediate(live, root.id))) for _ in range(5)]
    turning = live.call(authorities(live).RotateCertificateAuthority, rotation(root.id))
    await asyncio.gather(turning, *making)
    for task in making:
        made = task.result()
        assert verifies(made.certificate, made.certificate_chain, tmp_path)
        row = await live.app.store.get(CertificateRecord, certified_ca_id=made.id)
        record = await live.app.store.get(AuthorityRecord, id=made.id)
        assert row is not None
        assert record is not None
        assert row.der == record.certificate
