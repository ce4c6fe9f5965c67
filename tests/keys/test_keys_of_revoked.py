"""The key of a certificate that is revoked before anybody has come for it."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from tests.keys.counter import CLAIMABLE, DELIVERED, DESTROYED, Counter, fits
from tests.requests.offices import Person


async def revoke(counter: Counter, id_: str, reason: str = "SUPERSEDED") -> Any:
    """The certificate of a request as its revocation tells it."""
    certificate_id = (await counter.state(id_)).certificate_id
    number: Any = x509_pb2.RevocationReason.Value(f"REVOCATION_REASON_{reason}")
    request = messages.RevokeCertificateRequest(certificate_id=certificate_id, reason=number)
    return (await counter.live.call(counter.live.certificates.RevokeCertificate, request)).certificate


@pytest.mark.parametrize("reason", ["UNSPECIFIED", "KEY_COMPROMISE"])
async def test_it_is_destroyed_with_the_revocation(counter: Counter, requester: Person, reason: str) -> None:
    """Nobody gets it, and no sealed copy is left; request, certificate and the answer say so."""
    id_ = await counter.issued_late(requester)
    assert (await revoke(counter, id_, reason)).private_key_state == DESTROYED
    assert await counter.key_states(id_) == (DESTROYED, DESTROYED)
    assert not await counter.is_held(id_)
    failure = await counter.refused_claim(id_, requester)
    assert (failure.code, failure.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "PRIVATE_KEY_DESTROYED",
    )


async def test_the_audit_trail_says_by_whom(counter: Counter, requester: Person) -> None:
    """With the certificate; and whoever watches the request looks again."""
    id_ = await counter.issued_late(requester)
    revoked = await revoke(counter, id_)
    (row,) = await counter.told(id_, "privateKeys.destroy")
    assert (row.identity_id, row.details["revoked_certificate_id"]) == (
        revoked.revocation.revoked_by_identity_id,
        revoked.id,
    )
    assert (await counter.changes(id_))[-1] == ("ISSUED", "ISSUED")


async def test_a_hold_leaves_it_until_it_is_for_good(counter: Counter, requester: Person) -> None:
    id_ = await counter.issued_late(requester)
    await revoke(counter, id_, "CERTIFICATE_HOLD")
    assert await counter.key_states(id_) == (CLAIMABLE, CLAIMABLE)
    await revoke(counter, id_)
    assert await counter.key_states(id_) == (DESTROYED, DESTROYED)


async def test_one_that_was_delivered_stays_so(counter: Counter, requester: Person) -> None:
    """There is nothing to be destroyed."""
    id_ = await counter.issued_late(requester)
    await counter.claim(id_, requester)
    await revoke(counter, id_)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
    assert not await counter.told(id_, "privateKeys.destroy")


async def test_a_claim_and_a_revocation_at_once_agree(counter: Counter, requester: Person) -> None:
    """Whichever is first: the key was handed out, or is destroyed, and that is what is told."""
    ids = [await counter.issued_late(requester) for _ in range(4)]
    claims = [counter.claim(id_, requester) for id_ in ids]
    revocations = [revoke(counter, id_) for id_ in ids]
    outcomes = await asyncio.gather(*claims, *revocations, return_exceptions=True)
    for id_, claimed in zip(ids, outcomes, strict=False):
        got = not isinstance(claimed, BaseException) and fits(claimed.certificate)
        assert await counter.key_states(id_) == ((DELIVERED,) * 2 if got else (DESTROYED,) * 2)
    assert not any(isinstance(each, BaseException) for each in outcomes[len(ids) :])
