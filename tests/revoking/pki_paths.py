"""Where things are on the plain listener."""

from __future__ import annotations

import asyncio

from server.store.records import CRLRecord
from tests.revoking.relying import PATIENCE, Party, in_path, question


async def crl_path(relying: Party) -> str:
    """Where the CRL of the first CA is, once it was published."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await relying.live.app.store.list(CRLRecord, ca_id=relying.live.ids["ca_id"])
            if rows[0].number:
                return f"/crl/{rows[0].id}.crl"
            await asyncio.sleep(0.01)


def ca_path(relying: Party) -> str:
    return f"/ca/{relying.live.ids['ca_id']}/1.cer"


async def each_path(relying: Party) -> tuple[str, str, str]:
    """One path of each kind."""
    held = await relying.issue()
    return await crl_path(relying), ca_path(relying), f"/ocsp/{in_path(question(held))}"
