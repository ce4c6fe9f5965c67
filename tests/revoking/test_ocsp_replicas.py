"""What one server has revoked, the OCSP responder of another tells within a second."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest
from cryptography.x509.ocsp import OCSPCertStatus

from server.config import Settings
from tests.revoking.relying import Held, Party, party

_SECOND = 1.0


@pytest.fixture
async def two(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Party, Party]]:
    """Two servers on one database."""
    other = shutil.copytree(settings.data_dir, tmp_path / "other")
    shared = settings.model_copy(update={"database_url": settings.database})
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(party(shared))
        both = one, await stack.enter_async_context(party(shared, data_dir=other))
        yield both


async def told_within_a_second(asked: Party, held: Held, status: OCSPCertStatus) -> None:
    """Fails unless the answer becomes this one in time."""
    begun = monotonic()
    while (await asked.ask(held)).certificate_status is not status:
        assert monotonic() - begun < _SECOND
        await asyncio.sleep(0.01)


async def test_a_revocation_is_told_by_all(two: tuple[Party, Party]) -> None:
    """Though each has just told the opposite, and would tell it again without a look."""
    one, other = two
    held = await one.issue()
    for each in two:
        for _ in range(2):
            assert (await each.ask(held)).certificate_status is OCSPCertStatus.GOOD
    await one.revoke(held, "CERTIFICATE_HOLD")
    await told_within_a_second(other, held, OCSPCertStatus.REVOKED)
    await other.release(held)
    await told_within_a_second(one, held, OCSPCertStatus.GOOD)


async def test_both_sign_with_one_responder(two: tuple[Party, Party]) -> None:
    one, other = two
    held = await one.issue()
    assert (await one.ask(held)).certificates == (await other.ask(held)).certificates


async def test_a_new_ca_is_known_to_both(two: tuple[Party, Party]) -> None:
    one, other = two
    ca_id = await one.live.authority()
    held = await one.issue(profile_id=await one.live.profile(ca_id=ca_id))
    begun = monotonic()
    while (answer := await other.ask(held)).response_status.name == "UNAUTHORIZED":
        assert monotonic() - begun < _SECOND
        await asyncio.sleep(0.01)
    assert answer.certificate_status is OCSPCertStatus.GOOD
