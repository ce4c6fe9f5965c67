"""The steered CA, a clock that tests move, and an agent that uses both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.issuer import Issuer, serving
from tests.agent.keeping import Kept
from tests.timepiece import Timepiece


@pytest.fixture
def clock() -> Timepiece:
    return Timepiece()


@pytest.fixture
async def issuer(clock: Timepiece) -> AsyncIterator[Issuer]:
    async with serving(Issuer(now=clock)) as made:
        yield made


@pytest.fixture
def kept(issuer: Issuer, clock: Timepiece, tmp_path: Path) -> Kept:
    return Kept(tmp_path / "web", lambda: issuer.target, clock)
