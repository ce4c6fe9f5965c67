"""Which field of the request each part of a template came from.

Policy and linter speak of the template ("alt_names[0]"); the client knows the
request ("csr", "attributes.alt_names[2].value"). Where a part came from nowhere
in the request, the field that could have said it is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from server.errors import Violation

DEFAULTS = "profile.defaults."
"""Begins the field of a part that the profile's defaults said."""

_FIELDS = {"validity": "attributes.ttl", "alt_names": "attributes.alt_names", "subject": "attributes"}


class Origins:
    """Collects origins while a template is assembled, and moves violations to them."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def note(self, part: str, field: str) -> None:
        """Say that a part of the template came from a field of the request."""
        self._fields[part] = field

    def note_default(self, part: str, name: str) -> None:
        """Say that a part of the template is a default of the profile."""
        self._fields[part] = DEFAULTS + name

    def of(self, part: str) -> str:
        """The field that a part came from, or could have come from."""
        if part in self._fields:
            return self._fields[part]
        return _FIELDS.get(part) or "attributes." + re.sub(r"^subject\.", "", part)

    def locate(self, violations: Iterable[Violation]) -> list[Violation]:
        """The violations, told of the request's fields."""
        return [violation.at(self.of(violation.field)) for violation in violations]
