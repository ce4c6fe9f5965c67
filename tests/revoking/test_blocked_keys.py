"""A compromised key is blocked for everybody, on every way to a certificate, and on every process."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
import pytest

from server.config import Settings
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import generate, spki_sha256
from server.ra.revoking import blocked
from server.store.records import BlockedKeyRecord, CertificateRecord, ObjectKind
from server.store.unit import Change, Insert, Unit
from tests.ordering import OID, csr_pem, der_of, open_policy, order
from tests.requests.offices import FAILED, Office
from tests.revoking.desk import FOR_LEAVES, Desk, new_csr
from tests.serving import Failure, Live, failure_of, running
from tests.standing import IN_SESSION, Standing

IS_BLOCKED = (grpc.StatusCode.INVALID_ARGUMENT, "CSR_INVALID", {"csr": "KEY_BLOCKED"})


def told(failure: Failure) -> tuple[Any, str, dict[str, str]]:
    return failure.code, failure.reason, failure.fields


async def refused(live: Live, profile_id: str, csr: str, *, token: str | None = None) -> Failure:
    """How an order with a CSR is refused; fails if that stores anything."""
    request = order(profile_id, csr=csr, common_name="b.example.com")
    failure = await live.refused(live.certificates.IssueCertificate, request, token=token)
    assert await live.app.store.list(CertificateRecord, profile_id=profile_id) == []
    return failure


async def block(live: Live, key: Any, *changes: Change) -> None:
    """Store a key as blocked, as another process does; without a change this one does not hear of it."""
    row = BlockedKeyRecord(
        spki_sha256=spki_sha256(key.public_key()),
        project_id=live.ids["project_id"],
        certificate_id=new_id(),
        blocked_at=live.clock(),
    )
    await live.app.store.commit(Unit((Insert(row),), changes))


@IN_SESSION
@pytest.mark.parametrize(
    "algorithm", [KeyAlgorithm.EC_PRIME256V1, KeyAlgorithm.RSA_2048, KeyAlgorithm.ED25519]
)
async def test_18_dogtag_cve_2021_20179_the_key_is_refused_to_anyone(
    desk: Desk, algorithm: KeyAlgorithm
) -> None:
    """In another CSR, for other names, for another requester in another project, under another CA."""
    live, key = desk.live, generate(algorithm)
    await desk.revoke(await desk.new(new_csr(key)), "KEY_COMPROMISE")
    project_id = await live.project(f"other-{new_id()}")
    ca_id = await live.authority(project_id=project_id, parent=None, path_length=None)
    policy_id = await live.policy(open_policy(), project_id=project_id)
    profile_id = await live.profile(ca_id=ca_id, policy_id=policy_id, project_id=project_id)
    token = await desk.role("REQUESTER", project_id=project_id)
    csr = csr_pem(key=key, subject=[(OID.ORGANIZATION_NAME, "Somebody else")])
    assert told(await refused(live, profile_id, csr, token=token)) == IS_BLOCKED


@IN_SESSION
async def test_a_hold_that_becomes_a_compromise_blocks_it_too(desk: Desk) -> None:
    """Until then the key may be certified again."""
    csr = new_csr()
    id_ = await desk.new(csr)
    await desk.revoke(id_, "CERTIFICATE_HOLD")
    await desk.new(csr)
    await desk.revoke(id_, "KEY_COMPROMISE")
    assert told(await refused(desk.live, await desk.profile(), csr)) == IS_BLOCKED


@IN_SESSION
@pytest.mark.parametrize("reason", [reason for reason in FOR_LEAVES if reason != "KEY_COMPROMISE"])
async def test_no_other_reason_blocks_it(desk: Desk, reason: str) -> None:
    """The key is as good as before."""
    csr = new_csr()
    await desk.revoke(await desk.new(csr), reason)
    assert await desk.new(csr)


@IN_SESSION
async def test_validate_only_tells_it_with_all_the_rest(desk: Desk) -> None:
    """As a violation of the CSR, beside one of the policy."""
    csr = new_csr()
    await desk.revoke(await desk.new(csr), "KEY_COMPROMISE")
    request = order(await desk.profile(any_subject=None), csr=csr, common_name="b.example.com")
    request.validate_only = True
    answer = await desk.live.call(desk.live.certificates.IssueCertificate, request)
    assert ("csr", "KEY_BLOCKED") in {(one.field, one.rule) for one in answer.violations}
    assert len(answer.violations) > 1


@IN_SESSION
async def test_the_der_field_is_named_if_it_held_the_csr(sqlite_desk: Desk) -> None:
    """The violation points at what the client sent."""
    csr = new_csr()
    await sqlite_desk.revoke(await sqlite_desk.new(csr), "KEY_COMPROMISE")
    request = order(await sqlite_desk.profile(), csr_der=der_of(csr), common_name="b.example.com")
    failure = await sqlite_desk.live.refused(sqlite_desk.live.certificates.IssueCertificate, request)
    assert failure.fields == {"csr_der": "KEY_BLOCKED"}


@IN_SESSION
async def test_two_certificates_of_one_key_may_both_be_compromised(desk: Desk) -> None:
    """The second revocation finds the key blocked, and is none the worse for it."""
    csr = new_csr()
    ids = [await desk.new(csr), await desk.new(csr)]
    answers = [await desk.revoke(id_, "KEY_COMPROMISE") for id_ in ids]
    assert {answer.revocation.reason for answer in answers} == {1}
    found = [
        row for id_ in ids for row in await desk.live.app.store.list(BlockedKeyRecord, certificate_id=id_)
    ]
    assert len(found) == 1


@IN_SESSION
async def test_what_this_process_has_not_heard_of_is_refused_all_the_same(desk: Desk) -> None:
    """Another process was faster: what was signed meanwhile is thrown away, and the answer says why."""
    key, profile_id = generate(KeyAlgorithm.EC_PRIME256V1), await desk.profile()
    await block(desk.live, key)
    assert told(await refused(desk.live, profile_id, new_csr(key))) == IS_BLOCKED


@IN_SESSION
@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_request_that_waited_is_refused_at_its_approval(desk: Desk, *, is_heard: bool) -> None:
    """It is kept as FAILED with the violation, whether or not this process had heard of it."""
    office, key = Office(desk.live), generate(KeyAlgorithm.EC_PRIME256V1)
    id_ = await office.waiting(await office.profile(), csr=new_csr(key))
    digest = spki_sha256(key.public_key())
    await block(desk.live, key, *([Change(ObjectKind.KEY, digest)] if is_heard else []))
    await office.approve(id_, by=await office.person("OPERATOR"))
    told_of = (await office.get(id_)).certificate_request
    assert told_of.state == FAILED
    assert "KEY_BLOCKED" in str(told_of.error)


async def test_another_process_hears_of_it(settings: Settings) -> None:
    """It tells so to who only asks, which no guard of the database could."""
    async with running(settings) as one, running(settings) as other:
        here, csr = Desk(one), new_csr()
        request = order(await here.profile(), csr=csr, common_name="b.example.com")
        request.validate_only = True
        assert not (await other.call(other.certificates.IssueCertificate, request)).violations
        await here.revoke(await here.new(csr), "KEY_COMPROMISE")
        async with asyncio.timeout(10):
            while other.app.store.feed.told < one.app.store.feed.told:
                await other.app.store.feed.wait_beyond(other.app.store.feed.told, seconds=0.1)
        answer = await other.call(other.certificates.IssueCertificate, request)
        assert [(one.field, one.rule) for one in answer.violations] == [("csr", "KEY_BLOCKED")]


async def test_nothing_is_issued_once_it_is_blocked(settings: Settings) -> None:
    """Of many orders through another process at the same time, those stored before it come through."""
    async with running(settings) as one, running(settings) as other:
        here, key = Desk(one), generate(KeyAlgorithm.EC_PRIME256V1)
        profile_id, csr = await here.profile(), new_csr(key)
        id_ = await here.new(csr)
        orders = [order(profile_id, csr=csr, common_name=f"{n}.example.com") for n in range(20)]
        issue = (other.call(other.certificates.IssueCertificate, each) for each in orders)
        answers = await asyncio.gather(*issue, here.revoke(id_, "KEY_COMPROMISE"), return_exceptions=True)
        (blocking,) = await here.changes(spki_sha256(key.public_key()))
        issued = await one.app.store.list(CertificateRecord, profile_id=profile_id)
        assert all(row.revision < blocking.revision for row in issued)
        failures = [failure_of(one) for one in answers if isinstance(one, grpc.aio.AioRpcError)]
        assert len(issued) + len(failures) == len(orders)
        assert all(told(failure) == IS_BLOCKED for failure in failures)


async def test_a_server_that_starts_knows_all_of_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those beyond the first page."""
    monkeypatch.setattr(blocked, "_PAGE", 2)
    keys = [generate(KeyAlgorithm.ED25519) for _ in range(5)]
    async with running(settings) as live:
        for key in keys:
            await block(live, key)
    async with running(settings) as live:
        known = blocked.BlockedKeys(live.app.store)
        await known.load()
        assert [known.holds(key.public_key()) for key in keys] == [True] * 5
        assert not known.holds(generate(KeyAlgorithm.ED25519).public_key())


@IN_SESSION
async def test_the_feed_tells_of_it_once(standing: Standing) -> None:
    """By the SHA-256 of the key, and of no project: the key is blocked in all of them."""
    desk, key = Desk(standing.live), generate(KeyAlgorithm.EC_PRIME256V1)
    id_ = await desk.new(new_csr(key))
    await desk.revoke(id_, "KEY_COMPROMISE")
    (change,) = await desk.changes(spki_sha256(key.public_key()))
    assert (change.kind, change.project_id) == (ObjectKind.KEY, None)
