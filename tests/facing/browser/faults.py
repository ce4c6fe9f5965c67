"""What goes wrong in a browser without anybody seeing it."""

from __future__ import annotations

from playwright.async_api import ConsoleMessage, Page, Request, Response

_EXPECTED = (401, 403, 404, 422)
"""What a page may be answered with: the test looks at what it says."""


def faults_in(page: Page, origin: str) -> list[str]:
    """A list that fills with what goes wrong in a page, and with what it asks of other servers."""
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A status is judged where the answer is.
        if message.type in {"error", "warning"} and "responded with a status of" not in message.text:
            faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            faults.append(f"asked of another: {request.url}")

    def failed(request: Request) -> None:
        # Leaving a page ends its event stream, and a download ends the navigation that began it.
        if request.failure != "net::ERR_ABORTED":
            faults.append(f"failed: {request.url}: {request.failure}")

    def answered(response: Response) -> None:
        wanted = (
            response.request.resource_type in {"document", "fetch", "xhr"} and response.status in _EXPECTED
        )
        if response.status >= 400 and not wanted:
            faults.append(f"answered {response.status}: {response.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", asked)
    page.on("requestfailed", failed)
    page.on("response", answered)
    return faults
