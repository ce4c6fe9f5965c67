"""What a revocation does to the renewals of a certificate."""

from __future__ import annotations

import grpc
import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.ra.issuing import entries
from tests.ordering import order
from tests.revoking.desk import ACTIVE, FOR_LEAVES, Desk, new_csr
from tests.serving import Failure
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

FINAL = tuple(reason for reason in FOR_LEAVES if reason not in ("CERTIFICATE_HOLD", "KEY_COMPROMISE"))


async def scheduled(desk: Desk) -> str:
    """The id of a new certificate that the server renews, with a key that it makes."""
    request = order(await desk.profile(), common_name="a.example.com", fields={"auto_renew": True})
    answer = await desk.live.call(desk.live.certificates.IssueCertificate, request)
    return str(answer.certificate.certificate_id)


async def renewed(desk: Desk, id_: str) -> str:
    """The id of the successor of a certificate."""
    request = messages.RenewCertificateRequest(certificate_id=id_)
    answer = await desk.live.call(desk.live.certificates.RenewCertificate, request)
    return str(answer.certificate.certificate_id)


async def not_renewed(desk: Desk, id_: str) -> Failure:
    request = messages.RenewCertificateRequest(certificate_id=id_)
    return await desk.live.refused(desk.live.certificates.RenewCertificate, request)


async def test_18_dogtag_cve_2021_20179_a_compromise_is_not_renewed(desk: Desk) -> None:
    """Not even with a new key: who held the old one may be whoever asks."""
    id_ = await scheduled(desk)
    await desk.revoke(id_, "KEY_COMPROMISE")
    failure = await not_renewed(desk, id_)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION


async def test_no_member_of_its_lineage_is(desk: Desk) -> None:
    """The successor stays valid, for its key is another one, but nothing follows it; it says so."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    assert (await desk.get(second)).auto_renewal.enabled
    await desk.revoke(first, "KEY_COMPROMISE")
    told = await desk.get(second)
    assert (told.state, told.auto_renewal.enabled) == (ACTIVE, False)
    assert told.auto_renewal.reason == certificate_pb2.AUTO_RENEWAL_REASON_REVOKED
    assert (await desk.row(second)).renewal_due_at is None
    assert (await not_renewed(desk, second)).code is grpc.StatusCode.FAILED_PRECONDITION


async def test_the_newest_is_found_though_a_replicas_clock_goes_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then its id is less than that of its predecessor: what has no successor is the newest."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    with monkeypatch.context() as behind:
        behind.setattr(entries, "new_id", lambda: f"00{new_id()[2:]}")
        third = await renewed(desk, second)
    assert third < second
    await desk.revoke(first, "KEY_COMPROMISE")
    told = (await desk.get(third)).auto_renewal
    assert (told.enabled, told.reason) == (False, certificate_pb2.AUTO_RENEWAL_REASON_REVOKED)


async def test_a_watcher_of_the_successor_is_told(desk: Desk) -> None:
    """By a change of its own, before that of the certificate which was revoked."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    await desk.revoke(first, "KEY_COMPROMISE")
    successor, revoked = (await desk.changes(second))[-1], (await desk.changes(first))[-1]
    assert (successor.old_state, successor.new_state) == ("ACTIVE", "ACTIVE")
    assert successor.revision == revoked.revision - 1


async def test_it_cannot_be_switched_on_again(desk: Desk) -> None:
    """Its end is for good."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    await desk.revoke(first, "KEY_COMPROMISE")
    request = messages.UpdateCertificateRenewalRequest(certificate_id=second, enabled=True)
    answer = await desk.live.call(desk.live.certificates.UpdateCertificateRenewal, request)
    assert not answer.certificate.auto_renewal.enabled
    assert (await desk.row(second)).renewal_due_at is None


@pytest.mark.parametrize("reason", FINAL)
async def test_other_reasons_leave_the_lineage_alone(desk: Desk, reason: str) -> None:
    """The renewed one is revoked because it is not needed any more: its successor goes on."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    await desk.revoke(first, reason)
    assert (await desk.get(second)).auto_renewal.enabled
    assert await renewed(desk, second)


async def test_a_successor_that_is_revoked_already_stays_as_it_is(desk: Desk) -> None:
    """The end of the lineage adds nothing to its revocation."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    before = await desk.revoke(second, "SUPERSEDED")
    await desk.revoke(first, "KEY_COMPROMISE")
    assert await desk.get(second) == before


async def test_a_successor_that_comes_back_from_hold_is_not_renewed(desk: Desk) -> None:
    """The lineage has ended meanwhile."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    await desk.revoke(second, "CERTIFICATE_HOLD")
    await desk.revoke(first, "KEY_COMPROMISE")
    told = await desk.release(second)
    assert (told.state, told.auto_renewal.enabled) == (ACTIVE, False)
    assert (await desk.row(second)).renewal_due_at is None


async def test_each_key_of_a_lineage_may_be_compromised(desk: Desk) -> None:
    """One after the other, in any order."""
    first = await scheduled(desk)
    second = await renewed(desk, first)
    for id_ in (second, first):
        assert (await desk.revoke(id_, "KEY_COMPROMISE")).revocation.reason == 1


async def test_a_blocked_key_is_not_certified_again_in_another_lineage(desk: Desk) -> None:
    """A renewal with the CSR of a key that another certificate was revoked for is refused for the CSR."""
    csr = new_csr()
    mine, others = await desk.new(csr), await desk.new(csr)
    await desk.revoke(others, "KEY_COMPROMISE")
    request = messages.RenewCertificateRequest(certificate_id=mine, csr=csr)
    failure = await desk.live.refused(desk.live.certificates.RenewCertificate, request)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "KEY_BLOCKED" in failure.metadata.values()
