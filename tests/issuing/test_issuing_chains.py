"""Chains of the generations of CAs: read once for a page, and once for all pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ra.issuing import chains
from server.ra.setup.generations import generation_of
from tests.operators.ca_orders import create, issue, order
from tests.operators.ca_rotating import rotate
from tests.serving import Live


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """How often a generation was looked up."""
    counted: Counter[tuple[str, int]] = Counter()
    look_up = generation_of

    async def counting(store: Any, ca_id: str, number: int) -> Any:
        counted[ca_id, number] += 1
        return await look_up(store, ca_id, number)

    monkeypatch.setattr(chains, "generation_of", counting)
    return counted


async def chains_of(live: Live, ca_id: str) -> list[str]:
    """The chains of what a CA has signed, newest first."""
    request = messages.ListCertificatesRequest(ca_id=ca_id, view=certificate_pb2.CERTIFICATE_VIEW_FULL)
    answer = await live.call(live.certificates.ListCertificates, request)
    return [one.certificate_chain for one in answer.certificates]


async def test_a_generation_is_read_once(sqlite_live: Live, read: Counter[tuple[str, int]]) -> None:
    root = await create(sqlite_live, order(sqlite_live))
    old = [(await issue(sqlite_live, root.id)).certificate.certificate_chain for _ in range(3)]
    now = await rotate(sqlite_live, root.id)
    new = [(await issue(sqlite_live, root.id)).certificate.certificate_chain for _ in range(3)]
    for _ in range(2):
        assert await chains_of(sqlite_live, root.id) == [*new, *old]
    assert (set(old), set(new)) == ({root.certificate}, {now.certificate})
    assert read == {(root.id, 1): 1, (root.id, 2): 1}


async def test_what_was_not_asked_for_longest_is_forgotten(
    sqlite_live: Live, read: Counter[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded, however many CAs a server has."""
    monkeypatch.setattr(chains, "_REMEMBERED", 2)
    first, second, third = [await create(sqlite_live, order(sqlite_live)) for _ in range(3)]
    for ca in (first, second, third):
        await issue(sqlite_live, ca.id)
    for ca in (first, second, first, third, first, second):
        await chains_of(sqlite_live, ca.id)
    assert read == {(first.id, 1): 1, (second.id, 1): 2, (third.id, 1): 1}
