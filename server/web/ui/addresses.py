"""Where to go on after signing in: pages of ours only."""

from __future__ import annotations

from urllib.parse import SplitResult, urlencode, urlsplit

from starlette.requests import Request


def own_path(target: str) -> str:
    r"""The target if it is a path of ours, else the start: never another site.

    Browsers take backslashes for slashes and drop control characters, so that
    ``/\evil`` and ``/<tab>/evil`` name another host (WHATWG URL, 4.4).
    """
    if target[:1] != "/" or target[1:2] in {"/", "\\"} or not target.isprintable() or "\\" in target:
        return "/"
    return target


def page_of(request: Request) -> str:
    """The page that somebody looks at: the one asked for, or the one that a form or a script stands in."""
    if request.method in {"GET", "HEAD"} and "hx-request" not in request.headers:
        query = request.url.query
        return own_path(request.url.path + (f"?{query}" if query else ""))
    stands_in = url_in(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    if stands_in is None or stands_in.netloc != request.headers.get("host"):
        return "/"
    return own_path(stands_in.path + (f"?{stands_in.query}" if stands_in.query else ""))


def url_in(header: str) -> SplitResult | None:
    """The URL that a header holds; None for what is none, which anybody may send."""
    try:
        return urlsplit(header)
    except ValueError:
        return None


def sign_in_path(request: Request, *, why: str = "") -> str:
    """The sign-in page, and back to this one afterwards."""
    asked = {"next": page_of(request), "why": why}
    query = urlencode({key: value for key, value in asked.items() if value not in {"", "/"}})
    path = str(request.app.url_path_for("sign-in"))
    return f"{path}?{query}" if query else path
