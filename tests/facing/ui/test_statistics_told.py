"""What GetCertificateStatistics tells, over gRPC and over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest_asyncio

from certmanager.v1 import certificate_service_pb2 as messages
from tests.facing.faces import Face
from tests.facing.ui.overview_scene import Scene, set_scene
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(standing_face: Face) -> Scene:
    """Looked at by every test of this module, and changed by none."""
    return await set_scene(standing_face)


async def test_the_numbers_are_told(scene: Scene) -> None:
    counted = await scene.counted()
    today = scene.face.live.clock().date()
    assert [day.date for day in counted.issued] == [
        (today - timedelta(days=29 - n)).isoformat() for n in range(30)
    ]
    assert [day.count for day in counted.issued] == [0] * 29 + [3]
    assert _present(counted) == (3, 1, 1, 2)
    assert not counted.capped


async def test_as_many_days_as_asked_for(scene: Scene) -> None:
    assert len((await scene.counted(days=90)).issued) == 90
    (only,) = (await scene.counted(days=1)).issued
    assert only.count == 3


async def test_a_requester_is_told_of_its_own(scene: Scene) -> None:
    """One certificate of three; both requests are its own."""
    counted = await scene.counted(scene.requester)
    assert _present(counted) == (1, 1, 0, 2)
    assert sum(day.count for day in counted.issued) == 1


async def test_the_numbers_are_there_for_curl(scene: Scene) -> None:
    path = f"/api/v1/cert-manager/certificates/statistics?projectId={scene.project_id}&days=2"
    async with scene.face.client(scene.viewer) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [day["count"] for day in told["issued"]] == [0, 3]
    assert (told["active"], told["expiring"], told["capped"]) == (3, 1, False)


def _present(counted: messages.GetCertificateStatisticsResponse) -> tuple[int, ...]:
    return (counted.active, counted.expiring, counted.renewals_failing, counted.pending_approval)
