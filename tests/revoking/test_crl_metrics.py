"""What an operator is told of CRLs on the metrics page."""

from __future__ import annotations

import asyncio
import re
import urllib.request

from server.config import Settings
from tests.revoking.crl_desk import PATIENCE, issued, published, revoke
from tests.serving import Live, running


async def test_each_crl_has_its_number_age_end_and_entries(settings: Settings) -> None:
    """By CA, key and shard; as soon as it is published."""
    async with running(settings.model_copy(update={"metrics_address": "127.0.0.1:0"})) as live:
        ca_id = live.ids["ca_id"]
        certificate = await issued(live)
        await revoke(live, certificate.id)
        row = await published(live, ca_id, lambda row: row.entries == 1)
        told = await _told(live, ca_id, "crl_number", row.number)
        assert told["crl_entries"] == 1
        assert 0 <= told["crl_age_seconds"] < PATIENCE
        assert 0 <= 7 * 86_400 - told["crl_seconds_left"] < PATIENCE
        page = await _page(live)
        assert float(re.findall(r"^certmanager_crls_published_total (\S+)$", page, re.MULTILINE)[0]) >= 1
        assert "certmanager_crls_failures_total 0.0" in page


async def _told(live: Live, ca_id: str, name: str, value: float) -> dict[str, float]:
    """The numbers of a CA's CRL once one of them is as wanted."""
    pattern = rf'^certmanager_(crl_\w+)\{{ca_id="{ca_id}",key_generation="1",shard="0"\}} (\S+)$'
    async with asyncio.timeout(PATIENCE):
        while True:
            found = re.findall(pattern, await _page(live), re.MULTILINE)
            told = {each: float(number) for each, number in found}
            if told.get(name) == value:
                return told


async def _page(live: Live) -> str:
    def fetch() -> str:
        with urllib.request.urlopen(f"{live.app.endpoints['metrics']}/metrics") as page:
            return str(page.read().decode())

    return await asyncio.to_thread(fetch)
