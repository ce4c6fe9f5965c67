"""People who visit the pages with a browser."""

from __future__ import annotations

import os
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.facing.browser.chromium import PATIENCE, Browsers
from tests.facing.browser.faults import faults_in
from tests.facing.faces import Face

WIDE = {"width": 1280, "height": 800}
_ROOT = Path(__file__).parents[3]


@dataclass(slots=True)
class Visitor:
    """One person with a browser of their own."""

    face: Face
    page: Page
    folder: Path
    faults: list[str]
    """What went wrong in the browser, and what it asked of others than the server."""

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def project(self) -> str:
        """The path of the first project's pages."""
        return f"/projects/{self.face.live.ids['project_id']}"

    async def open(self, path: str) -> Page:
        """The page at a path of the server."""
        await self.page.goto(self.face.url + path)
        return self.page

    async def shot(self, name: str) -> None:
        """Keep a picture of the whole page as it is now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # Else what sticks to the top of the window stands in the middle of the picture.
        await self.page.evaluate("scrollTo(0, 0)")
        await self.page.screenshot(path=self.folder / f"{name}.png", full_page=True, animations="disabled")


@dataclass(slots=True)
class Visiting:
    """Makes visitors for one test."""

    browsers: Browsers
    folder: Path
    stack: AsyncExitStack
    _made: list[Visitor] = field(default_factory=list)

    async def signed_in(self, face: Face, token: str = "", **options: Any) -> Visitor:
        """Somebody who is signed in, as the owner if no token is given; ``options`` are the context's."""
        visitor = await self.stranger(face, **options)
        async with face.signed_in(token) as client:
            cookies = [
                {
                    "name": cookie.name,
                    "value": cookie.value,
                    "url": face.url,
                    "secure": True,
                    "httpOnly": True,
                }
                for cookie in client.cookies.jar
            ]
        await visitor.context.add_cookies(cookies)  # type: ignore[arg-type]
        return visitor

    async def stranger(self, face: Face, **options: Any) -> Visitor:
        """Somebody who has not signed in yet."""
        browser = await self.browsers.trusting(_ca(face))
        context = await browser.new_context(**({"viewport": WIDE, "reduced_motion": "reduce"} | options))
        self.stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE)
        name = f"{len(self._made) + 1}" if self._made else ""
        page = await context.new_page()
        visitor = Visitor(face, page, self.folder / name, faults_in(page, face.url))
        self._made.append(visitor)
        return visitor

    def prove_unharmed(self) -> None:
        """Fails if anything went wrong in a browser."""
        faults = [fault for visitor in self._made for fault in visitor.faults]
        assert not faults, "\n".join(faults)


def _ca(face: Face) -> str:
    return (face.live.directory / "ca.pem").read_text()


def kept(test: str) -> Path:
    """The folder of a test's pictures, for people to look at."""
    base = os.environ.get("CERTMANAGER_SCREENSHOTS") or _ROOT / ".screenshots"
    return Path(base) / re.sub(r"[^a-zA-Z0-9]+", "-", test.removeprefix("test_")).strip("-")
