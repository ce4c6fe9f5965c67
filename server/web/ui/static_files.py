"""Style sheets, scripts and pictures, each under a URL of its content, so that browsers keep it for good."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from starlette import staticfiles
from starlette.responses import Response
from starlette.types import Scope

from server.web.ui.headers import HEADERS

STATIC: Final = Path(__file__).resolve().parent / "static"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "no-cache"


@cache
def versioned(name: str) -> str:
    """The URL of a file, as ``/static/site.css?v=0123456789abcdef``. Raises FileNotFoundError."""
    return f"/static/{name}?v={version(name)}"


@cache
def version(name: str) -> str:
    """What a file's content is known by."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:16]


class StaticFiles(staticfiles.StaticFiles):
    """Serves the files of the folder, and nothing that a link in it leads to."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC, follow_symlink=False)

    def file_response(
        self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file; it may be kept only if the URL asks for this very content."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])
        is_this = asked[-1] == version(str(Path(full_path).relative_to(STATIC)))
        caching = _FOR_GOOD if is_this else _ASKED_AGAIN
        response.headers.update({**HEADERS, "cache-control": caching})
        return response
