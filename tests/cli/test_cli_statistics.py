"""``certmanager statistics``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Desk, desk_at
from tests.ordering import open_policy, order
from tests.serving import Live


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, where one certificate was issued that ends soon."""
    profile = await sqlite_live.profile(policy=open_policy())
    asked = order(profile, common_name="a.example.com", ttl="2d")
    await sqlite_live.call(sqlite_live.certificates.IssueCertificate, asked)
    return desk_at(sqlite_live, tmp_path)


async def test_certificates_are_counted(desk: Desk) -> None:
    """Today's row is the last of as many as were asked for."""
    told = await desk.told("statistics", "--days", "2")
    assert (len(told["issued"]), told["expiring"]) == (2, 1)
    assert told["issued"][-1]["count"] >= 1
    assert told["active"] >= 1
