"""What a page says when the service refuses what its form asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import grpc
from starlette.requests import Request

from server.web.refusals import Broken, Refused

_CORRIGIBLE: Final = frozenset({
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
})  # fmt: skip
_INDEX: Final = re.compile(r"\[\d+\].*$")

UNPROCESSABLE: Final = 422
"""The HTTP status of a form that is shown again."""


def troubles(refused: Refused, *, whole: Sequence[str] = ()) -> tuple[Broken, ...]:
    """The broken rules, or the one sentence of a refusal without any; another kind of refusal is raised.

    ``whole`` are repeated fields that the form has one input for: what is said of an item is said there.
    """
    if refused.code not in _CORRIGIBLE:
        raise refused
    told = refused.violations or (Broken("", refused.reason, refused.message),)
    return tuple(replace(each, field=_shown(each.field, whole)) for each in told)


def _shown(field: str, whole: Sequence[str]) -> str:
    stem = _INDEX.sub("", field)
    return stem if stem in whole else field


async def entered(request: Request) -> dict[str, str]:
    """The texts of a form by their fields, without the spaces around them; passwords as they are."""
    form = await request.form()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return {name: text if name.endswith("password") else text.strip() for name, text in texts.items()}
