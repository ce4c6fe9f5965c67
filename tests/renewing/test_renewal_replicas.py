"""Two servers on one database: a lineage has no branches, whoever is asked."""

from __future__ import annotations

import asyncio

import grpc.aio

from server.config import Settings
from server.errors import Reason
from tests.renewing.renewer import renew
from tests.renewing.stage import Stage
from tests.serving import failure_of, running

SEVERAL = 6


async def test_two_servers_renew_once(stage: Stage, settings: Settings) -> None:
    """Each certificate is renewed by one of them; the other one is told of the successor."""
    profile_id = await stage.renewing()
    ids = [await stage.issued(profile_id) for _ in range(SEVERAL)]
    async with running(settings, clock=stage.clock) as live:
        other = Stage(live, stage.clock)
        calls = [renew(where, id_) for id_ in ids for where in (stage, other)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    failures = [failure_of(each) for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert [each.reason for each in failures] == [Reason.STATE_CONFLICT.value] * SEVERAL
    successors = {(await stage.row(id_)).renewed_by_id for id_ in ids}
    assert {each.metadata["renewedByCertificateId"] for each in failures} == successors
    assert [len(await stage.lineage(id_)) for id_ in ids] == [2] * SEVERAL
