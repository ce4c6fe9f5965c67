"""Whether people who cannot see well, or see on something small, can use a page: axe-core's word for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

NARROW: Final = {"width": 375, "height": 740}

_AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
_RUN: Final = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.help}: ${found.nodes.map(node => node.html).join(" | ")}`)"""
_OVERFLOW: Final = """() => {
    const width = document.scrollingElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    const scrolls = each => each
        && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
    const over = [...document.body.querySelectorAll("*")].filter(each =>
        each.getBoundingClientRect().right > width && !scrolls(each.parentElement.closest("main *")));
    return ["wider than the window", ...over.slice(0, 5).map(each => each.outerHTML.slice(0, 120))];
}"""
"""What makes the page itself wider than the window, if anything; a table may scroll in its own part."""


async def assert_accessible(page: Page) -> None:
    """No serious finding in a wide light window, nor in a narrow dark one, which nothing overflows."""
    wide = page.viewport_size
    assert wide is not None
    await _examine(page, wide, "light")
    await _examine(page, NARROW, "dark")
    over = await page.evaluate(_OVERFLOW)
    assert over == [], f"{page.url} is wider than a narrow window:\n" + "\n".join(over)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(wide)


async def _examine(page: Page, size: Any, scheme: Any) -> None:
    await page.set_viewport_size(size)
    await page.emulate_media(color_scheme=scheme)
    # The page's own policy lets no script in; what the debugger runs is not the page's.
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_AXE)
    found = await page.evaluate(_RUN)
    assert found == [], f"{page.url}, {scheme}, {size['width']} wide:\n" + "\n".join(found)
