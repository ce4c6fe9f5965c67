"""Where things are created and changed in a form; the same for every kind of thing that a sheet shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import grpc
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.web.refusals import Broken, Refused
from server.web.service import Caller
from server.web.ui.editing.parts import Incomplete, within
from server.web.ui.editing.sheet import Difference, Filled, Sheet, changed, labelled
from server.web.ui.editing.sights import Values
from server.web.ui.pages import page
from server.web.ui.visit import Visit

Choices = Mapping[str, Sequence[tuple[str, str]]]

_OF_THE_FORM: Final = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.NOT_FOUND,
}
"""What a form is shown again for: what is wrong can be mended in it."""


async def _no_choices(_: Visit, __: Values) -> Choices:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The forms of one kind of thing."""

    noun: str
    """As ``policy``; the names of its routes begin with it."""
    article: str
    rights: str
    """What its permissions begin with, as ``certificatePolicies``."""
    called: str
    """Its name in requests, which paths of violations begin with."""
    sheet: Sheet
    fetch: Callable[[Caller, str], Awaitable[Any]]
    create: Callable[[Caller, Any, str], Awaitable[Any]]
    """Of a message and the id of the intent."""
    update: Callable[[Caller, Any, Sequence[str]], Awaitable[Any]]
    """Of a message and the fields that it changes."""
    given: Sequence[str]
    """What a copy does not take over."""
    usual: Any
    """What a new one is proposed to be."""
    proposed: tuple[tuple[str, str], ...] = ()
    """Fields that a link to the form can fill in, after the names of its query."""
    choices: Callable[[Visit, Values], Awaitable[Choices]] = _no_choices

    async def found(self, request: Request, visit: Visit) -> Any:
        """The thing that the path names. Raises HTTPException (404) for one of another project."""
        return await self._of_project(visit, request.path_params["id"])

    async def new(self, request: Request, visit: Visit) -> Response:
        """An empty form, or one filled in like another thing."""
        self._require(visit, "create")
        source = request.query_params.get("from", "")
        values = self.sheet.shown(await self._base(visit, source))
        if source:
            values["slug"] = [f"{''.join(values['slug'])[:58]}-copy"]
        for said, name in self.proposed:
            values[name] = request.query_params.getlist(said)[:1] or values[name]
        return await self._form(request, visit, _Form(values, source=source))

    async def make(self, request: Request, visit: Visit) -> Response:
        """Create what the form says."""
        values = await _submitted(request)
        source, intent = _said(values, "source"), _said(values, "request_id")
        base = await self._base(visit, source)
        filled = self._filled(values, base)
        filled.message.project_id = visit.project.id
        try:
            made = await self.create(visit.caller, filled.message, intent or str(uuid4()))
        except Refused as refused:
            wrong = self._wrong(refused, filled, values)
            return await self._form(request, visit, _Form(values, wrong=wrong, source=source, status=422))
        return self._to(request, visit, made.id)

    async def edit(self, request: Request, visit: Visit) -> Response:
        """The form of what there is."""
        self._require(visit, "update")
        stored = await self.found(request, visit)
        return await self._form(request, visit, _Form(self.sheet.shown(stored), stored=stored))

    async def save(self, request: Request, visit: Visit) -> Response:
        """Change what the form changes, unless somebody else did meanwhile."""
        values, stored = await _submitted(request), await self.found(request, visit)
        if _said(values, "etag") != stored.etag:
            return await self._overtaken(request, visit, values, stored)
        filled = self._filled(values, stored)
        mask = changed(stored, filled.message)
        try:
            if mask or filled.unreadable:
                await self.update(visit.caller, filled.message, mask)
        except Refused as refused:
            if refused.reason == "VERSION_MISMATCH":
                return await self._overtaken(request, visit, values, await self.found(request, visit))
            wrong = self._wrong(refused, filled, values)
            return await self._form(request, visit, _Form(values, wrong=wrong, stored=stored, status=422))
        return self._to(request, visit, stored.id)

    async def _overtaken(self, request: Request, visit: Visit, values: Values, stored: Any) -> Response:
        """The form again, with what saving it would undo; saved once more, it does."""
        differences = self.sheet.differences(values, self.sheet.shown(stored))
        form = _Form(values, stored=stored, differences=differences, is_overtaken=True, status=409)
        return await self._form(request, visit, form)

    async def _form(self, request: Request, visit: Visit, form: _Form) -> Response:
        choices = await self.choices(visit, form.values)
        sections = self.sheet.drawn(form.values, form.wrong, choices)
        return page(
            request, "editing/form.html", visit, status=form.status,
            desk=self, form=form, sections=sections, request_id=str(uuid4()),
            summary=labelled(form.wrong, sections),
        )  # fmt: skip

    async def _base(self, visit: Visit, source: str) -> Any:
        """What a new thing begins as: a copy keeps what no form shows."""
        base = self.sheet.message()
        base.CopyFrom(await self._of_project(visit, source) if source else self.usual)
        for name in self.given:
            base.ClearField(name)
        return base

    async def _of_project(self, visit: Visit, id_: str) -> Any:
        stored = await self.fetch(visit.caller, id_)
        if stored.project_id != visit.project.id:
            raise HTTPException(404)
        return stored

    def _filled(self, values: Values, base: Any) -> Filled:
        try:
            return self.sheet.filled(values, base)
        except Incomplete:
            raise HTTPException(400, "the form is incomplete: reload the page and try again") from None

    def _wrong(self, refused: Refused, filled: Filled, values: Values) -> tuple[Broken, ...]:
        """All that is wrong, by the fields of the form. Raises Refused if it is not the form's fault."""
        if refused.code not in _OF_THE_FORM:
            raise refused
        found = [_below(self.called, broken) for broken in refused.violations]
        if not found:
            place = "slug" if refused.code is grpc.StatusCode.ALREADY_EXISTS else ""
            found = [Broken(place, refused.reason, refused.message)]
        return self.sheet.told(filled, found, values)

    def _to(self, request: Request, visit: Visit, id_: str) -> Response:
        path = request.app.url_path_for(self.noun, project_id=visit.project.id, id=id_)
        return RedirectResponse(path, 303)

    def _require(self, visit: Visit, verb: str) -> None:
        if not visit.may(f"{self.rights}.{verb}"):
            raise HTTPException(403, f"you may not {verb} {self.article} {self.noun} here")


@dataclass(frozen=True, slots=True)
class _Form:
    """What a form shows."""

    values: Values
    wrong: Sequence[Broken] = ()
    stored: Any = None
    source: str = ""
    differences: Sequence[Difference] = ()
    is_overtaken: bool = False
    status: int = 200


async def _submitted(request: Request) -> dict[str, list[str]]:
    form = await request.form()
    return {name: [str(text) for text in form.getlist(name)] for name in form}


def _said(values: Values, name: str) -> str:
    return (values.get(name) or [""])[0]


def _below(called: str, broken: Broken) -> Broken:
    """A broken rule by the path within the message; updates put the name of the message before it."""
    inside = within(broken.field, called)
    path = broken.field if inside is None else inside.removeprefix(".")
    return Broken(path, broken.rule, broken.message, broken.allowed)
