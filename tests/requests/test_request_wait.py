"""An order that waits for its approval, for as long as its client wants."""

from __future__ import annotations

import asyncio
from time import monotonic

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_pb2
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from server.config import Settings
from tests.ordering import csr_pem, open_policy, order
from tests.requests.asking import LONG, asking
from tests.requests.offices import ISSUED, OPERATOR, REJECTED, WAITS, Office, step
from tests.serving import running
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

SOON = Duration(nanos=300_000_000)


async def test_an_approval_ends_the_wait(office: Office) -> None:
    """The certificate is in the answer, with the approvals that it had."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    answered, id_ = await asking(office, profile_id, csr=csr_pem())
    await office.approve(id_, operator)
    answer = await answered
    assert answer.certificate_request.state == ISSUED
    assert answer.certificate.certificate_id == answer.certificate_request.certificate_id
    assert answer.certificate_request.approvals[0].decisions[0].approver_identity_id == operator.id


async def test_the_key_comes_with_the_answer(office: Office) -> None:
    """The wait claims it on behalf of the client, which counts as the delivery."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    answered, id_ = await asking(office, profile_id)
    await office.approve(id_, operator)
    answer = await answered
    assert answer.certificate.private_key.startswith("-----BEGIN PRIVATE KEY-----")
    delivered = certificate_pb2.PRIVATE_KEY_STATE_DELIVERED
    assert answer.certificate_request.private_key_state == delivered
    assert (await office.state(id_)).private_key_state == delivered


async def test_a_rejection_ends_the_wait(office: Office) -> None:
    """There is no certificate, and the state says why."""
    operator, profile_id = await office.person("OPERATOR"), await office.profile()
    answered, id_ = await asking(office, profile_id)
    await office.reject(id_, operator, comment="no")
    answer = await answered
    assert (answer.certificate_request.state, answer.certificate_request.comment) == (REJECTED, "no")
    assert not answer.HasField("certificate")


async def test_an_approval_that_leaves_it_waiting_does_not_end_the_wait(office: Office) -> None:
    """Only an end does."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    answered, id_ = await asking(office, await office.profile(step(OPERATOR, required=2)))
    await office.approve(id_, first)
    await office.approve(id_, second)
    assert (await answered).certificate_request.state == ISSUED


async def test_the_wait_is_over_in_its_time(office: Office) -> None:
    """Then the answer is the request as it waits."""
    answer = await office.ask(await office.profile(), fields={"wait": SOON})
    assert answer.certificate_request.state == WAITS


async def test_a_wait_ends_before_the_deadline(office: Office) -> None:
    """A client that allows two seconds, and waits five minutes, gets its answer within the two."""
    request = order(await office.profile(), common_name="a.example.com", fields={"wait": LONG})
    began, issue = monotonic(), office.live.stub(CertificateServiceStub).IssueCertificate
    answer = await issue(request, metadata=office.live.auth(), timeout=2)
    assert answer.certificate_request.state == WAITS
    assert 1 < monotonic() - began < 2


async def test_what_needs_no_approval_does_not_wait(sqlite_office: Office) -> None:
    """It is issued at once, whatever the client would have waited."""
    office = sqlite_office
    answer = await office.ask(await office.live.profile(policy=open_policy()), fields={"wait": LONG})
    assert answer.certificate_request.state == ISSUED


async def test_a_wait_may_be_longer_than_other_calls(sqlite_settings: Settings) -> None:
    """The limit for calls without a deadline cuts no wait: a second here, and the client waits two."""
    short = sqlite_settings.model_copy(update={"unary_timeout": 1.0})
    async with running(short) as live:
        office = Office(live)
        request = order(await office.profile(), common_name="a.example.com")
        request.wait.FromSeconds(2)
        answer = await live.stub(CertificateServiceStub).IssueCertificate(request, metadata=live.auth())
        assert answer.certificate_request.state == WAITS


async def test_a_server_that_stops_keeps_nobody_waiting(sqlite_settings: Settings) -> None:
    """The answer is the request as it waits; another server can be asked how it goes on."""
    async with running(sqlite_settings) as live:
        answered, _ = await asking(Office(live), await Office(live).profile())
        live.app.drain.start()
        async with asyncio.timeout(10):
            assert (await answered).certificate_request.state == WAITS


async def test_a_client_that_goes_away_leaves_its_request(office: Office) -> None:
    """It was stored before the wait began."""
    answered, id_ = await asking(office, await office.profile())
    answered.cancel()
    assert (await office.state(id_)).state == WAITS
