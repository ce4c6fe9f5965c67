"""What a form shows when the service refuses it: each broken rule beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from server.web.refusals import Broken
from server.web.ui.moments import exact

_BETWEEN: Final = re.compile(r"[.\[\]]+")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d", re.ASCII)
"""As the service writes what it would allow: always with its offset."""
_LAST: Final = re.compile(r"[._](?=oids?$)|\.")
_SHORT_NAME: Final = (
    "write small letters, digits and hyphens, beginning with a letter and not ending with a hyphen"
)
_OID: Final = "write an object identifier, as 1.3.6.1.5.5.7.3.17"
_FORMS: Final = {
    "slug": _SHORT_NAME,
    "country": "write the two capital letters of a country, as DE",
    "ttl": "write a whole number and one of s, m (minutes), h, d, w, y, as 90d",
    "oid": _OID,
    "oids": _OID,
    "key": "write letters, digits and any of . _ / -",
}
"""What is to be written into fields for which the contract has a pattern, by their names."""


def errors_for(violations: Iterable[Broken]) -> dict[str, list[str]]:
    """The sentences for each field, by its path in the request, as ``attributes.common_name``."""
    errors: dict[str, list[str]] = {}
    for broken in violations:
        errors.setdefault(broken.field, []).append(told(broken))
    return errors


def told(broken: Broken) -> str:
    """What is wrong, and what would have been allowed if that is known and not said yet."""
    message = _sentence(broken)
    if not broken.allowed or broken.allowed in message:
        return message
    return f"{message} (allowed: {_MOMENT.sub(_exactly, broken.allowed)})"


def _exactly(found: re.Match[str]) -> str:
    """A time as people read it; what only looks like one, such as part of a name, stays."""
    try:
        return exact(datetime.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def _sentence(broken: Broken) -> str:
    """For people: a regular expression tells most of them nothing."""
    if broken.rule != "STRING_PATTERN":
        return broken.message
    name = _LAST.split(broken.field.rstrip("]0123456789["))[-1]
    return _FORMS.get(name, broken.message)


def field_id(name: str) -> str:
    """The id that the input of a name has in its page, as ``field-attributes-alt_names-1-value``."""
    return "field-" + _BETWEEN.sub("-", name).strip("-")
