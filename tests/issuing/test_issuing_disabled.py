"""A CA that is disabled while an issuance is under way: nothing is issued once that was answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from server.ca.pool import CryptoPool
from server.config import Settings
from server.pki.algorithms import KeyAlgorithm
from server.store.records import CertificateRecord, RequestRecord
from tests.operators.ca_orders import leaf_order
from tests.serving import Live, running


async def disable(live: Live) -> None:
    request = messages.DisableCertificateAuthorityRequest(id=live.ids["ca_id"])
    stub = live.stub(CertificateAuthorityServiceStub)
    await live.call(stub.DisableCertificateAuthority, request)


def keys_that_wait(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Has each key made only once the second event is set; the first tells that one is awaited."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    generate = CryptoPool.generate

    async def slow(self: CryptoPool, algorithm: KeyAlgorithm) -> Any:
        begun.set()
        await go_on.wait()
        return await generate(self, algorithm)

    monkeypatch.setattr(CryptoPool, "generate", slow)
    return begun, go_on


async def nothing_is_issued(live: Live, other: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order through one server, whose CA is disabled through the other while the key is made."""
    begun, go_on = keys_that_wait(monkeypatch)
    request = await leaf_order(live, live.ids["ca_id"])
    pending = asyncio.create_task(live.refused(live.certificates.IssueCertificate, request))
    async with asyncio.timeout(20):
        await begun.wait()
    await disable(other)
    go_on.set()
    failure = await pending
    assert (failure.reason, failure.metadata["caState"]) == ("CA_NOT_ACTIVE", "DISABLED")
    assert await live.app.store.list(CertificateRecord, certified_ca_id=None) == []
    assert await live.app.store.list(RequestRecord) == []


async def test_nothing_is_issued_once_the_ca_was_disabled(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key took its time; by then there is no CA to sign it, and neither certificate nor key goes out."""
    await nothing_is_issued(live, live, monkeypatch)


async def test_nothing_is_issued_once_another_replica_disabled_the_ca(
    postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the server has heard of it or not: what is stored is judged by what the database says."""
    async with running(postgres_settings) as one, running(postgres_settings) as other:
        monkeypatch.setattr(type(one.app.store.feed), "_tell", lambda *_: None)
        await nothing_is_issued(one, other, monkeypatch)
