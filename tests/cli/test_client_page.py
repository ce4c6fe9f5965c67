"""The programs that docs/python-client.md shows do what the page says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE
from certmanager_client import Client
from tests.cli.fake_streams import REQUEST, one, told
from tests.cli.scripted_service import served
from tests.serving import Live

PAGE = Path(__file__).parents[2] / "docs" / "python-client.md"
LIFE = [[one("PENDING_APPROVAL", 5), one("ISSUED", 9)]]


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """The names that the page's programs define."""
    names: dict[str, Any] = {}
    for block in re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        exec(block, names)
    return names


async def test_the_call_of_the_page(sqlite_live: Live, shown: dict[str, Any]) -> None:
    ca = str(sqlite_live.directory / "ca.pem")
    assert await shown["slugs"](sqlite_live.app.endpoints["grpc"], ca, sqlite_live.owner) == ["default"]


async def test_the_watch_of_the_page(shown: dict[str, Any]) -> None:
    async with served(WatchCertificateRequest=LIFE) as service, Client(service.target) as client:
        assert await shown["ended"](client, REQUEST) == "CERTIFICATE_REQUEST_STATE_ISSUED"


async def test_the_watch_without_a_loop_of_the_page(shown: dict[str, Any]) -> None:
    async with served(WatchCertificateRequest=LIFE) as service:
        assert await asyncio.to_thread(shown["states"], service.target, REQUEST) == [1, 3]


async def test_the_lineage_of_the_page(shown: dict[str, Any]) -> None:
    """A successor whose key is owed is not counted as one to use."""
    owed = told("b", 6, private_key_state=PRIVATE_KEY_STATE_CLAIMABLE)
    life = [[told("a", 5), owed, told("b", 7)]]
    async with served(WatchCertificate=life) as service, Client(service.target) as client:
        assert await shown["follow"](client, REQUEST, turns=2) == ["a", "b"]
