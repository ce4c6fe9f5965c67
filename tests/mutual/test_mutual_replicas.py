"""Two servers on one database: the certificate that one revokes is refused by the other."""

from __future__ import annotations

import asyncio

import grpc

from certmanager.v1 import certificate_service_pb2 as messages
from server.config import Settings
from tests.mutual.showing import by_id, code_of, issued, shown_to
from tests.ordering import open_policy
from tests.serving import running

SECONDS = 30.0
"""More than any replica needs, on a slow machine too: it is told within a second."""


async def test_what_one_replica_revokes_the_other_refuses(settings: Settings) -> None:
    """Though it has served it on this very connection a moment before."""
    mutual = settings.model_copy(update={"mtls_address": "127.0.0.1:0"})
    async with running(settings) as one, running(mutual) as two:
        shown = await issued(one)
        async with shown_to(two, shown) as stub:
            assert await code_of(stub.GetCertificate, by_id(shown)) is grpc.StatusCode.OK
            revoke = messages.RevokeCertificateRequest(certificate_id=shown.id)
            await one.call(one.certificates.RevokeCertificate, revoke)
            feed = two.app.store.feed
            async with asyncio.timeout(SECONDS):
                while await code_of(stub.GetCertificate, by_id(shown)) is grpc.StatusCode.OK:
                    await feed.wait_beyond(feed.latest, seconds=0.05)


async def test_a_ca_that_one_replica_makes_is_an_anchor_of_the_other(settings: Settings) -> None:
    """Without a restart of either."""
    mutual = settings.model_copy(update={"mtls_address": "127.0.0.1:0"})
    async with running(settings) as one, running(mutual) as two:
        ca_id = await one.authority()
        shown = await issued(one, profile_id=await one.profile(policy=open_policy(), ca_id=ca_id))
        async with asyncio.timeout(SECONDS), shown_to(two, shown) as stub:
            while await code_of(stub.GetCertificate, by_id(shown)) is not grpc.StatusCode.OK:
                await two.app.store.feed.wait_beyond(two.app.store.feed.latest, seconds=0.05)
