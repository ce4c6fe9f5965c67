"""The agent keeps a certificate: it begins, renews, and goes on after a crash and a refusal."""

from __future__ import annotations

import json
from functools import partial

import grpc
import pytest

from certmanager_client.cli.agent.ordering import Wishes
from certmanager_client.errors import ApiError
from certmanager_client.target import Target
from tests.agent.issuer import Issuer
from tests.agent.keeping import Kept, begun, eventually, first, loads, refused
from tests.cli.scripted import Failing
from tests.timepiece import Timepiece


async def test_it_begins_a_lineage_with_a_key_of_its_own(kept: Kept, issuer: Issuer) -> None:
    """No key leaves the machine: a CSR does, and the server is told not to renew."""
    async with kept.running():
        await begun(kept, issuer)
    (asked,) = issuer.calls("IssueCertificate")
    assert asked.csr
    assert asked.auto_renew is False
    assert (kept.live / "key.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in kept.live.iterdir()) == [
        "ca.pem",
        "cert.pem",
        "chain.pem",
        "fullchain.pem",
        "key.pem",
    ]


async def test_the_key_is_on_the_disk_before_the_csr_is_sent(kept: Kept, issuer: Issuer) -> None:
    """What is certified after a crash can be used."""
    issuer.failing["IssueCertificate"] = [Failing(grpc.StatusCode.INTERNAL)] * 100
    async with kept.running():
        await eventually(lambda: len(issuer.calls("IssueCertificate")) > 0)
    order = json.loads((kept.root / "state.json").read_text())["order"]
    assert order["key"].startswith("-----BEGIN PRIVATE KEY-----")
    assert (kept.root / "state.json").stat().st_mode & 0o777 == 0o600


async def test_it_renews_with_a_new_key_when_the_time_has_come(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """Not before two thirds of the lifetime, less its spread; then with another key."""
    async with kept.running():
        await begun(kept, issuer)
        former = kept.key()
        clock.forward(minutes=100)
        assert not issuer.calls("RenewCertificate")
        clock.forward(minutes=21)
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert kept.key() != former
    assert issuer.calls("RenewCertificate")[0].certificate_id == issuer.issued[0].id


async def test_with_reuse_key_the_key_stays(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """For keys that are pinned elsewhere."""
    kept.wishes = Wishes(first=first, reuse_key=True)
    async with kept.running():
        await begun(kept, issuer)
        former = kept.key()
        clock.forward(minutes=121)
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert kept.key() == former


async def test_an_answer_that_is_lost_is_asked_for_again(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """With the same request id: the lineage has one renewal, not two."""
    async with kept.running():
        await begun(kept, issuer)
        issuer.loses.add("RenewCertificate")
        clock.forward(minutes=121)
        await eventually(lambda: len(issuer.calls("RenewCertificate")) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert len({each.SerializeToString() for each in issuer.calls("RenewCertificate")}) == 1


async def test_a_crash_between_issuing_and_writing_loses_nothing(kept: Kept, issuer: Issuer) -> None:
    """The next start sends the same order, and has the certificate that was issued before."""
    issuer.loses.add("IssueCertificate")
    issuer.failing["IssueCertificate"] = []
    async with kept.running():
        await eventually(lambda: len(issuer.issued) > 0)
        issuer.failing["IssueCertificate"] = [Failing(grpc.StatusCode.INTERNAL)] * 1000
    issuer.failing.clear()
    async with kept.running():
        await kept.used(issuer.issued[0].certificate)
    assert len(issuer.issued) == 1


async def test_a_second_start_goes_on_with_what_is_there(kept: Kept, issuer: Issuer) -> None:
    """It asks what is to be used, and orders nothing."""
    async with kept.running():
        await begun(kept, issuer)
    async with kept.running():
        await eventually(lambda: len(issuer.calls("GetLatestCertificate")) > 0)
    assert len(issuer.calls("IssueCertificate")) == 1


async def test_keys_of_the_server_are_claimed_when_the_watch_tells(kept: Kept, issuer: Issuer) -> None:
    """The successor is used from then on."""
    kept.wishes = Wishes(first=first, server_keys=True)
    async with kept.running():
        await begun(kept, issuer)
        owed = issuer.owe()
        issuer.tell(owed)
        await kept.used(owed.certificate)
    assert issuer.calls("ClaimPrivateKey")[0].certificate_request_id == owed.certificate_request_id
    assert issuer.calls("IssueCertificate")[0].HasField("generated_key")


async def test_an_order_that_waits_for_an_approval_is_not_sent_twice(kept: Kept, issuer: Issuer) -> None:
    """It is asked after until it is decided, over a restart of the agent, too."""
    issuer.holds = True
    async with kept.running():
        await eventually(lambda: "waits" in kept.log.getvalue())
    async with kept.running():
        await eventually(lambda: len(issuer.calls("GetCertificateRequest")) > 0)
        made = issuer.approve()
        await kept.used(made.certificate)
    assert len(issuer.calls("IssueCertificate")) == 1


async def test_a_refused_renewal_is_tried_again_with_another_order(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """A policy may be loosened again; never given up."""
    async with kept.running():
        await begun(kept, issuer)
        issuer.failing["RenewCertificate"] = [refused(grpc.StatusCode.FAILED_PRECONDITION)] * 3
        clock.forward(minutes=121)
        for count in (1, 2, 3):
            await eventually(partial(asked_for, issuer, count))
            clock.forward(minutes=6)
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert len({each.request_id for each in issuer.calls("RenewCertificate")}) == 4


async def test_after_an_expiry_that_nobody_renews_another_lineage_begins(
    kept: Kept, issuer: Issuer, clock: Timepiece
) -> None:
    """As after weeks of a machine that was off: an expired certificate may not be renewable."""
    await kept.once()
    clock.forward(hours=4)
    issuer.failing["RenewCertificate"] = [refused(grpc.StatusCode.FAILED_PRECONDITION)] * 9
    async with kept.running():
        await eventually(lambda: len(issuer.issued) > 1)
        await kept.used(issuer.issued[1].certificate)
    assert len(issuer.calls("IssueCertificate")) == 2


async def test_a_token_that_was_replaced_is_taken(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """After a refusal of the token the agent connects anew, with what stands in its file by then."""
    connected = []

    def target() -> Target:
        connected.append(1)
        return issuer.target

    kept.target = target
    async with kept.running():
        await begun(kept, issuer)
        issuer.failing["RenewCertificate"] = [refused(grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")]
        clock.forward(minutes=121)
        await eventually(lambda: len(issuer.issued) > 1)
    assert len(connected) == 2


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAUTHENTICATED],
)
async def test_a_first_order_that_is_refused_ends_the_agent(
    kept: Kept, issuer: Issuer, code: grpc.StatusCode
) -> None:
    """Whoever has started it is there to see it."""
    issuer.failing["IssueCertificate"] = [refused(code, "ANY")] * 9
    async with kept.running() as task:
        await eventually(task.done)
        with pytest.raises(ApiError):
            await task


async def test_once_does_what_is_due_and_ends(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """The first order; nothing while it is fresh; a renewal when it is due."""
    for minutes, issued in ((0, 1), (5, 1), (120, 2)):
        clock.forward(minutes=minutes)
        await kept.once()
        assert len(issuer.issued) == issued
        loads(kept.live)


async def test_old_versions_go(kept: Kept, issuer: Issuer, clock: Timepiece) -> None:
    """Two are left besides the one in use: for readers that have resolved them before."""
    for _ in range(6):
        await kept.once()
        clock.forward(minutes=121)
    assert len(list((kept.root / "versions").iterdir())) == 3
    assert kept.live.resolve().name == issuer.issued[-1].id


def asked_for(issuer: Issuer, count: int) -> bool:
    return len(issuer.calls("RenewCertificate")) >= count
