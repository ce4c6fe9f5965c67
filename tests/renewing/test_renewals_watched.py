"""Renewals and revocations as their watchers see them, by the calls and the worker that make them."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager_client import Client, Target
from server.pki.algorithms import KeyAlgorithm
from server.pki.keys import generate
from server.store.records import ChangeRecord, ObjectKind
from tests.keys.counter import Counter
from tests.ordering import csr_pem, order
from tests.renewing.stage import Stage
from tests.watching.streams import Watcher

CLAIMABLE, DELIVERED = (
    certificate_pb2.PRIVATE_KEY_STATE_CLAIMABLE,
    certificate_pb2.PRIVATE_KEY_STATE_DELIVERED,
)
REVOKED = certificate_pb2.CERTIFICATE_STATE_REVOKED


def csr() -> str:
    return csr_pem(key=generate(KeyAlgorithm.EC_PRIME256V1))


async def issued(stage: Stage) -> Any:
    """A new certificate for a key of its owner's."""
    request = order(await stage.renewing(), csr=csr(), ttl="90d", common_name="a.example.com")
    return (await stage.live.call(stage.live.certificates.IssueCertificate, request)).certificate


async def renewed(stage: Stage, id_: str) -> str:
    """The id of the successor, for another such key."""
    request = messages.RenewCertificateRequest(certificate_id=id_, csr=csr())
    answer = await stage.live.call(stage.live.certificates.RenewCertificate, request)
    return str(answer.certificate.certificate_id)


async def latest(stage: Stage, id_: str) -> str:
    """What GetLatestCertificate says."""
    request = messages.GetLatestCertificateRequest(certificate_id=id_)
    answer = await stage.live.call(stage.live.certificates.GetLatestCertificate, request)
    return str(answer.certificate.id)


async def test_a_renewal_and_a_revocation_are_seen(stage: Stage) -> None:
    """The successor is told once, then that it is on hold, released, and revoked."""
    old = (await issued(stage)).certificate_id
    async with Watcher(stage.live).lineage(old) as stream:
        assert (await stream.next()).certificate.id == old
        new = await renewed(stage, old)
        told = (await stream.next()).certificate
        assert (told.id, told.renewed_from_certificate_id) == (new, old)
        hold = x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD
        for request, method in (
            (messages.RevokeCertificateRequest(certificate_id=new, reason=hold), "RevokeCertificate"),
            (messages.ReleaseCertificateHoldRequest(certificate_id=new), "ReleaseCertificateHold"),
            (messages.RevokeCertificateRequest(certificate_id=new), "RevokeCertificate"),
        ):
            await stage.live.call(getattr(stage.live.certificates, method), request)
            told = (await stream.next()).certificate
            assert (told.id, told.state == REVOKED) == (new, method == "RevokeCertificate")


@pytest.mark.parametrize("with_csr", [True, False])
async def test_the_replaced_certificate_changes_before_the_new_one(stage: Stage, *, with_csr: bool) -> None:
    """Whoever follows the old one has heard of it when the new one's number comes: no token parts them."""
    old = (await issued(stage)).certificate_id if with_csr else await stage.issued(await stage.renewing())
    before = stage.live.app.store.feed.latest
    if with_csr:
        await renewed(stage, old)
    else:
        await stage.pass_by(days=61)
    changes = await stage.live.app.store.list(ChangeRecord, order="revision", kind=ObjectKind.CERTIFICATE)
    ids = [change.object_id for change in changes if change.revision > before]
    assert ids.index(old) < ids.index((await stage.row(old)).renewed_by_id or "")


async def test_the_key_of_a_renewal_is_owed_and_then_claimed(stage: Stage) -> None:
    """The server renews; the successor is shown as owed, and after the claim as the one to use."""
    robot = await stage.official("REQUESTER")
    old = await stage.issued(await stage.renewing(), by=robot)
    async with Watcher(stage.live).lineage(old, token=robot.token) as stream:
        await stream.next()
        await stage.pass_by(days=61)
        while (told := (await stream.next()).certificate).id == old:
            pass
        assert told.private_key_state == CLAIMABLE
        assert await latest(stage, old) == old
        await Counter(stage.live, stage.clock).claim(told.certificate_request_id, robot)
        claimed = (await stream.next()).certificate
    assert (claimed.id, claimed.private_key_state) == (told.id, DELIVERED)
    assert await latest(stage, old) == told.id


async def test_a_client_that_was_away_ends_with_the_newest(stage: Stage) -> None:
    """With the client library, and nothing but the token that it kept."""
    old = (await issued(stage)).certificate_id
    live = stage.live
    roots = (live.settings.data_dir / "ca.pem").read_bytes()
    target = Target(live.app.endpoints["grpc"], roots=roots, token=live.owner)
    async with Client(target) as client:
        watch = client.watch_certificate(old)
        first = await anext(watch)
        await watch.aclose()
        last = old
        for _ in range(3):
            last = await renewed(stage, last)
        again = client.watch_certificate(old, resume_token=first.resume_token)
        event = await anext(again)
        await again.aclose()
    assert (event.certificate.id, event.is_owed) == (last, False)
    assert event.certificate.certificate_chain
