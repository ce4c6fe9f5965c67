"""The keys that the server makes when it renews: owed to the requester until the predecessor expires."""

from __future__ import annotations

from datetime import timedelta

import grpc
import pytest

from certmanager.v1 import x509_pb2
from tests.keys.counter import Counter, fits
from tests.ordering import order
from tests.renewing.stage import SECOND, Stage
from tests.requests.offices import Person
from tests.sealing import Recipient


def counter_of(stage: Stage) -> Counter:
    """Where keys are claimed."""
    return Counter(stage.live, stage.clock)


async def renewed(stage: Stage, robot: Person) -> tuple[str, str, str]:
    """A certificate, its renewal by the server, and the request that has its key."""
    old = await stage.issued(await stage.renewing(), by=robot)
    await stage.pass_by(days=61)
    _, after = await stage.lineage(old)
    assert after.request_id is not None
    return old, after.id, after.request_id


async def test_the_requester_claims_the_key_of_the_renewal(stage: Stage) -> None:
    """Once, and it is that of the new certificate."""
    robot = await stage.official("REQUESTER")
    _, new, request_id = await renewed(stage, robot)
    assert (await stage.row(new)).private_key_state == "CLAIMABLE"
    answer = await counter_of(stage).claim(request_id, robot)
    assert fits(answer.certificate)
    assert (await stage.row(new)).private_key_state == "DELIVERED"
    failure = await counter_of(stage).refused_claim(request_id, robot)
    assert failure.reason == "PRIVATE_KEY_DELIVERED"


@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER"])
async def test_nobody_else_does(stage: Stage, role: str) -> None:
    robot, other = await stage.official("REQUESTER"), await stage.official(role)
    _, _, request_id = await renewed(stage, robot)
    failure = await counter_of(stage).refused_claim(request_id, other)
    assert failure.code in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED)


async def test_the_key_waits_until_the_predecessor_expires_and_no_longer(stage: Stage) -> None:
    """Then it is destroyed: the lineage goes on all the same."""
    robot = await stage.official("REQUESTER")
    old, new, request_id = await renewed(stage, robot)
    end = (await stage.row(old)).not_after
    stage.clock.forward(seconds=(end - stage.now - SECOND).total_seconds())
    await stage.live.app.upkeep.round()
    assert await counter_of(stage).is_held(request_id)
    stage.clock.forward(seconds=2)
    await stage.live.app.upkeep.round()
    assert not await counter_of(stage).is_held(request_id)
    assert (await stage.row(new)).private_key_state == "DESTROYED"
    assert (await counter_of(stage).refused_claim(request_id, robot)).reason == "PRIVATE_KEY_DESTROYED"
    await stage.pass_by(days=40)
    assert len(await stage.lineage(old)) == 3


async def test_a_key_is_claimed_in_the_last_second(stage: Stage) -> None:
    robot = await stage.official("REQUESTER")
    old, _, request_id = await renewed(stage, robot)
    end = (await stage.row(old)).not_after
    stage.clock.forward(seconds=(end - stage.now - SECOND).total_seconds())
    assert fits((await counter_of(stage).claim(request_id, robot)).certificate)


async def test_a_key_that_was_sealed_is_sealed_to_the_same_recipient(stage: Stage) -> None:
    """Open it was nowhere, before and after."""
    robot = await stage.official("REQUESTER")
    recipient = Recipient.fresh(x509_pb2.KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256)
    request = order(await stage.renewing(), common_name="a.example.com", ttl="90d")
    request.generated_key.CopyFrom(recipient.wish)
    answer = await stage.live.call(stage.live.certificates.IssueCertificate, request, token=robot.token)
    await stage.pass_by(days=61)
    _, after = await stage.lineage(answer.certificate.certificate_id)
    assert after.request_id is not None
    told = await counter_of(stage).claim(after.request_id, robot)
    assert not told.certificate.private_key
    octets = recipient.octets(told.certificate.sealed_private_key, request_id=after.request_id)
    assert octets


async def test_each_of_many_renewals_has_a_key_of_its_own_and_leaves_none(stage: Stage) -> None:
    """Nobody comes for them: after each predecessor's end its successor's key is gone."""
    robot = await stage.official("REQUESTER")
    old = await stage.issued(await stage.renewing(), by=robot, ttl="1h")
    await stage.until(stage.now + timedelta(hours=12))
    await stage.live.app.upkeep.round()
    rows = await stage.lineage(old)
    held = [row.private_key_state for row in rows]
    assert len(rows) > 15
    assert set(held[1:-2]) == {"DESTROYED"}
    assert held[-1] == "CLAIMABLE"
