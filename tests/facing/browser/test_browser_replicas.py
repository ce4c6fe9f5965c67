"""Two servers on one PostgreSQL: what is done with one is live on the pages of the other."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from server.config import Settings
from tests.databases import Postgres
from tests.facing.browser.guests import Visiting
from tests.facing.browser.stories import approved_profile, row, somebody, waiting
from tests.facing.faces import Face, facing
from tests.standing import IN_SESSION, _settings

pytestmark = IN_SESSION


@pytest.fixture
def replicas(postgres: Postgres, postgres_home: tuple[Path, str], tmp_path: Path) -> list[Settings]:
    """The settings of both."""
    home, template = postgres_home
    url = postgres.fresh(template=template)
    homes = [shutil.copytree(home, tmp_path / name) for name in ("one", "other")]
    return [_settings(each, database_url=url) for each in homes]


@pytest_asyncio.fixture(loop_scope="session")
async def one(replicas: list[Settings]) -> AsyncIterator[Face]:
    async with facing(replicas[0]) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def other(replicas: list[Settings]) -> AsyncIterator[Face]:
    async with facing(replicas[1]) as made:
        yield made


async def test_what_is_asked_and_decided_at_one_is_live_at_the_other(
    one: Face, other: Face, visiting: Visiting
) -> None:
    """The request comes into the other's list by itself, the decision onto the first's page."""
    requester = await visiting.signed_in(one, await somebody(one, "requester", "REQUESTER"))
    operator = await visiting.signed_in(other, await somebody(other, "operator", "OPERATOR"))
    queue = await operator.open(f"{operator.project}/certificate-requests")
    await expect(queue.locator("[data-live=on]").first).to_be_attached()
    page = await waiting(requester, await approved_profile(one), "far.example.com")
    await expect(page.locator("[data-live=on]").first).to_be_attached()
    await expect(row(queue, "far.example.com")).to_be_visible()
    await row(queue, "far.example.com").get_by_text("Decide").click()
    await row(queue, "far.example.com").get_by_role("button", name="Approve").click()
    await expect(page.locator(".badge", has_text="Issued")).to_be_visible()
    await requester.shot("approved")
