"""Makes pages from templates."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.web import literals
from server.web.ui import forms, moments, words
from server.web.ui.headers import HEADERS
from server.web.ui.static_files import versioned
from server.web.ui.visit import Visit


def page(
    request: Request, template: str, visit: Visit | None = None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """The page of a template, or the fragment that a template of a fragment gives."""
    html = _ENVIRONMENT.get_template(template).render(request=request, visit=visit, **context)
    return HTMLResponse(html, status, headers=HEADERS)


def go_on(request: Request, path: str) -> Response:
    """To another page of ours after something was done; a script is told so, and has the browser go there."""
    if "hx-request" in request.headers:
        return Response(headers={**HEADERS, "hx-redirect": path})
    return RedirectResponse(path, 303, headers=HEADERS)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": versioned, "clock": _clock}
    made.filters |= {
        "field_id": forms.field_id,
        "told": forms.told,
        "when": moments.when,
        "iso": moments.iso,
        "exact": moments.exact,
        "relative": _relative,
        "word": _word,
        "literal": _literal,
    }
    return made


@pass_context
def _clock(context: Context) -> str:
    """The server's time, which scripts go by."""
    return moments.iso(_now(context))


@pass_context
def _relative(context: Context, moment: datetime) -> str:
    """From now, by the clock that the sessions go by."""
    return moments.relative(moment, _now(context))


def _now(context: Context) -> datetime:
    now: datetime = context["request"].app.state.sessions.clock()
    return now


def _word(number: int, enum: str) -> str:
    """For people: ``usage|word("KeyUsage")``."""
    return words.spelled(words.enum_named(enum), number)


def _literal(number: int, enum: str) -> str:
    """For forms and URLs: ``usage|literal("KeyUsage")``."""
    return literals.spelling(words.enum_named(enum), number)


__all__ = ["HEADERS", "go_on", "page"]
_ENVIRONMENT: Final = _environment()
