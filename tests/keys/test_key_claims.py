"""The key of a certificate that was issued late: fetched by its requester, once."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import grpc
import pytest

from certmanager.v1 import certificate_request_service_pb2 as messages
from server.store.records import CertificateRecord, ChangeRecord, RequestRecord
from tests.keys.counter import CLAIMABLE, DELIVERED, DESTROYED, Counter, fits
from tests.ordering import csr_pem, order
from tests.requests.offices import ISSUED, Person
from tests.serving import running


async def test_the_requester_gets_the_key_of_its_certificate(counter: Counter, requester: Person) -> None:
    id_ = await counter.issued_late(requester)
    claimed = (await counter.claim(id_, requester)).certificate
    assert fits(claimed)
    assert claimed.certificate_chain
    assert claimed.certificate_id == (await counter.state(id_)).certificate_id


async def test_until_then_it_is_said_to_wait(counter: Counter, requester: Person) -> None:
    """With the time of its end, and held in the database, sealed."""
    id_ = await counter.issued_late(requester)
    assert await counter.key_states(id_) == (CLAIMABLE, CLAIMABLE)
    request = await counter.state(id_)
    assert request.private_key_expires_at.ToDatetime() > request.ended_at.ToDatetime()
    assert await counter.is_held(id_)


async def test_after_that_it_is_said_to_be_delivered(counter: Counter, requester: Person) -> None:
    """By the request and by the certificate; and a change tells watchers, with the state as it was."""
    id_ = await counter.issued_late(requester)
    await counter.claim(id_, requester)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
    assert not (await counter.state(id_)).HasField("private_key_expires_at")
    assert (await counter.changes(id_))[-1] == ("ISSUED", "ISSUED")


async def test_the_answer_and_the_rows_agree_on_the_revisions(counter: Counter, requester: Person) -> None:
    """Request and certificate have the revisions of their own changes."""
    id_ = await counter.issued_late(requester)
    await counter.claim(id_, requester)
    store = counter.live.app.store
    request = await store.get(RequestRecord, id=id_)
    assert request is not None
    assert request.certificate_id
    certificate = await store.get(CertificateRecord, id=request.certificate_id)
    assert certificate is not None
    for record in (request, certificate):
        newest = (await store.list(ChangeRecord, object_id=record.id, order="-revision"))[0]
        assert record.revision == newest.revision


async def test_the_delivery_is_in_the_audit_log(counter: Counter, requester: Person) -> None:
    """Once, with who it was."""
    id_ = await counter.issued_late(requester)
    request_id = str(uuid4())
    for _ in range(2):
        await counter.claim(id_, requester, request_id)
    (row,) = await counter.told(id_, "privateKeys.deliver")
    assert row.identity_id == requester.id


async def test_a_second_claim_is_refused(counter: Counter, requester: Person) -> None:
    """With the time of the first one."""
    id_ = await counter.issued_late(requester)
    await counter.claim(id_, requester)
    failure = await counter.refused_claim(id_, requester)
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "PRIVATE_KEY_DELIVERED")
    assert failure.metadata["deliveredAt"]


async def test_the_same_claim_may_be_repeated_for_ten_minutes(counter: Counter, requester: Person) -> None:
    """And is refused as any other after that."""
    id_, request_id = await counter.issued_late(requester), str(uuid4())
    first = await counter.claim(id_, requester, request_id)
    counter.clock.forward(minutes=9, seconds=30)
    assert await counter.claim(id_, requester, request_id) == first
    counter.clock.forward(minutes=1)
    failure = await counter.refused_claim(id_, requester, request_id)
    assert failure.reason == "PRIVATE_KEY_DELIVERED"


async def test_nobody_else_repeats_it(counter: Counter, requester: Person) -> None:
    """The id of a retry is no password."""
    id_, request_id = await counter.issued_late(requester), str(uuid4())
    await counter.claim(id_, requester, request_id)
    for other in (None, await counter.person("REQUESTER")):
        failure = await counter.refused_claim(id_, other, request_id)
        assert failure.reason == "RESOURCE_NOT_FOUND"


async def test_its_id_for_another_request_is_refused(counter: Counter, requester: Person) -> None:
    request_id = str(uuid4())
    await counter.claim(await counter.issued_late(requester), requester, request_id)
    failure = await counter.refused_claim(await counter.issued_late(requester), requester, request_id)
    assert failure.reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("role", ["ADMIN", "OPERATOR", "REQUESTER"])
async def test_another_one_who_may_claim_finds_nothing(
    counter: Counter, requester: Person, role: str
) -> None:
    """And the key stays where it is."""
    id_ = await counter.issued_late(requester)
    failure = await counter.refused_claim(id_, await counter.person(role))
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND")
    assert await counter.key_states(id_) == (CLAIMABLE, CLAIMABLE)


async def test_not_even_an_owner_gets_anothers_key(counter: Counter, requester: Person) -> None:
    failure = await counter.refused_claim(await counter.issued_late(requester), None)
    assert failure.reason == "RESOURCE_NOT_FOUND"


async def test_a_request_that_waits_has_no_key_yet(counter: Counter, requester: Person) -> None:
    """The refusal tells the state, and the revision to look for."""
    id_ = await counter.waiting(await counter.profile(), by=requester)
    failure = await counter.refused_claim(id_, requester)
    assert (failure.reason, failure.metadata["state"]) == ("STATE_CONFLICT", "PENDING_APPROVAL")
    assert failure.metadata["revision"] == str((await counter.state(id_)).revision)


async def test_a_request_with_a_csr_never_has_one(counter: Counter, requester: Person) -> None:
    profile_id = await counter.profile()
    request = order(profile_id, csr=csr_pem(), common_name="a.example.com")
    answer = await counter.send(request, requester)
    await counter.approve(answer.certificate_request_id, await counter.person("OPERATOR"))
    failure = await counter.refused_claim(answer.certificate_request_id, requester)
    assert (failure.reason, failure.metadata["state"]) == ("STATE_CONFLICT", "ISSUED")


async def test_a_key_that_was_in_the_answer_is_not_claimed_again(counter: Counter) -> None:
    """Immediate issuance is a delivery; the copy for its retries is for them alone."""
    profile_id = await counter.live.profile()
    person = await counter.person("REQUESTER")
    request = order(profile_id, common_name="a.example.com", fields={"request_id": str(uuid4())})
    answer = await counter.send(request, person)
    failure = await counter.refused_claim(answer.certificate_request_id, person, request.request_id)
    assert failure.reason == "PRIVATE_KEY_DELIVERED"


async def test_of_claims_at_once_one_gets_it(counter: Counter, requester: Person) -> None:
    id_ = await counter.issued_late(requester)
    outcomes = await asyncio.gather(
        *(counter.claim(id_, requester) for _ in range(8)), return_exceptions=True
    )
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert len(await counter.told(id_, "privateKeys.deliver")) == 1


async def test_equal_claims_at_once_all_get_it(counter: Counter, requester: Person) -> None:
    """On two servers, too."""
    id_, request_id = await counter.issued_late(requester), str(uuid4())
    async with running(counter.live.settings, clock=counter.clock) as live:
        pair = counter, Counter(live, counter.clock)
        answers = await asyncio.gather(
            *(one.claim(id_, requester, request_id) for _ in range(8) for one in pair)
        )
    assert all(answer == answers[0] for answer in answers)
    assert len(await counter.told(id_, "privateKeys.deliver")) == 1


async def test_a_claim_needs_a_request_id(counter: Counter, requester: Person) -> None:
    """Else its answer could be lost for good."""
    id_ = await counter.issued_late(requester)
    request = messages.ClaimPrivateKeyRequest(certificate_request_id=id_)
    failure = await counter.live.refused(counter.stub.ClaimPrivateKey, request, token=requester.token)
    assert failure.fields == {"request_id": "STRING_UUID_EMPTY"}


async def test_a_key_that_nobody_fetches_is_destroyed(counter: Counter, requester: Person) -> None:
    """After a day, with a change and a row in the audit log that names nobody."""
    id_ = await counter.issued_late(requester)
    await counter.pass_by(hours=23, minutes=59)
    assert await counter.key_states(id_) == (CLAIMABLE, CLAIMABLE)
    await counter.pass_by(minutes=2)
    assert await counter.key_states(id_) == (DESTROYED, DESTROYED)
    assert (await counter.changes(id_))[-1] == ("ISSUED", "ISSUED")
    assert not await counter.is_held(id_)
    (row,) = await counter.told(id_, "privateKeys.destroy")
    assert row.identity_id is None


async def test_a_destroyed_key_is_told_as_such(counter: Counter) -> None:
    """Also in the seconds before it is cleared away; the owner asks, whose token has no end."""
    id_ = await counter.issued_late()
    counter.clock.forward(hours=24, seconds=1)
    assert (await counter.refused_claim(id_, None)).reason == "PRIVATE_KEY_DESTROYED"
    await counter.live.app.upkeep.round()
    failure = await counter.refused_claim(id_, None)
    assert (failure.reason, bool(failure.metadata["destroyedAt"])) == ("PRIVATE_KEY_DESTROYED", True)


async def test_two_servers_destroy_a_key_once(counter: Counter, requester: Person) -> None:
    ids = [await counter.issued_late(requester) for _ in range(4)]
    async with running(counter.live.settings, clock=counter.clock) as other:
        counter.clock.forward(days=2)
        await asyncio.gather(counter.live.app.upkeep.round(), other.app.upkeep.round())
    for id_ in ids:
        assert await counter.key_states(id_) == (DESTROYED, DESTROYED)
        assert len(await counter.told(id_, "privateKeys.destroy")) == 1


async def test_the_copy_of_a_claimed_key_is_cleared_away(counter: Counter, requester: Person) -> None:
    """Without a word: the key was delivered, and stays so."""
    id_ = await counter.issued_late(requester)
    await counter.claim(id_, requester)
    assert await counter.is_held(id_)
    await counter.pass_by(minutes=11)
    assert not await counter.is_held(id_)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
    assert await counter.told(id_, "privateKeys.destroy") == []


async def test_who_waits_gets_the_key_with_the_certificate(counter: Counter, requester: Person) -> None:
    """That is its delivery, and nothing of it is held: the answer cannot be repeated."""
    issued = asyncio.create_task(counter.awaited(requester))
    id_ = await counter.arrived(requester)
    await counter.approve(id_, await counter.person("OPERATOR"))
    answer = await issued
    assert fits(answer.certificate)
    assert answer.certificate_request.private_key_state == DELIVERED
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
    assert not await counter.is_held(id_)
    assert (await counter.refused_claim(id_, requester)).reason == "PRIVATE_KEY_DELIVERED"


async def test_a_retry_of_who_waited_gets_the_key_again(counter: Counter, requester: Person) -> None:
    """Under its own ``request_id``, with or without waiting."""
    request_id = str(uuid4())
    first = asyncio.create_task(counter.awaited(requester, request_id=request_id))
    id_ = await counter.arrived(requester)
    await counter.approve(id_, await counter.person("OPERATOR"))
    answer = await first
    profile_id = answer.certificate.profile_id
    again = await counter.ask(profile_id, by=requester, fields={"request_id": request_id})
    assert again.certificate.private_key == answer.certificate.private_key


async def test_a_retry_of_the_order_does_not_take_a_claimed_key(counter: Counter, requester: Person) -> None:
    """What was delivered to a claim is repeated to that claim alone."""
    profile_id, request_id = await counter.profile(), str(uuid4())
    id_ = await counter.waiting(profile_id, by=requester, fields={"request_id": request_id})
    await counter.approve(id_, await counter.person("OPERATOR"))
    await counter.claim(id_, requester)
    again = await counter.ask(profile_id, by=requester, fields={"request_id": request_id})
    assert (again.certificate_request.state, again.certificate.private_key) == (ISSUED, "")
    assert again.certificate.certificate_id


async def test_a_retry_of_the_order_that_waits_takes_an_owed_key(counter: Counter, requester: Person) -> None:
    """Its first answer said that it was pending; this one delivers."""
    profile_id, request_id = await counter.profile(), str(uuid4())
    id_ = await counter.waiting(profile_id, by=requester, fields={"request_id": request_id})
    await counter.approve(id_, await counter.person("OPERATOR"))
    request = order(profile_id, common_name="a.example.com", fields={"request_id": request_id})
    looked = await counter.live.call(
        counter.live.certificates.IssueCertificate, request, token=requester.token
    )
    assert (looked.certificate.private_key, await counter.key_states(id_)) == ("", (CLAIMABLE, CLAIMABLE))
    request.wait.FromSeconds(1)
    taken = await counter.live.call(
        counter.live.certificates.IssueCertificate, request, token=requester.token
    )
    assert fits(taken.certificate)
    assert await counter.key_states(id_) == (DELIVERED, DELIVERED)
