"""People who use the pages without a mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page

_FAR = 150
"""Stops of the Tab key that nothing is further away than."""


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something is focused. Fails if it never is."""
    await target.wait_for()
    for _ in range(_FAR):
        if await target.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {target}")


async def pressed(page: Page, target: Locator) -> None:
    """Tab to something, and press Enter."""
    await tab_to(page, target)
    await page.keyboard.press("Enter")
