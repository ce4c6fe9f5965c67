"""Fields of a form that hold several values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from certmanager.v1.policy_pb2 import CustomExtensionRule
from server.web import literals
from server.web.ui.editing.kinds import Unreadable, enum_of, number_of, refuse_unknown

_INDEX: Final = re.compile(r"\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Checks:
    """Several members of an enum."""

    control: str = "checks"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """Their spellings."""
        return [literals.spelling(enum_of(message, name), number) for number in getattr(message, name)]

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Those that stay keep their order, which may mean something; new ones come last."""
        wanted = [number_of(enum_of(message, name), text) for text in texts]
        kept = [number for number in getattr(message, name) if number in wanted]
        message.ClearField(name)
        getattr(message, name).extend([*kept, *(number for number in wanted if number not in kept)])
        refuse_unknown(texts, wanted)

    def item(self, message: Any, name: str, rest: str) -> str:
        """The spelling of the member."""
        return _item(self.texts(message, name), rest)


@dataclass(frozen=True, slots=True)
class Lines:
    """Several strings, one a line."""

    control: str = "lines"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """All of them as one text."""
        return ["\n".join(getattr(message, name))]

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Empty lines and spaces around a line mean nothing."""
        message.ClearField(name)
        getattr(message, name).extend(lines(texts))

    def item(self, message: Any, name: str, rest: str) -> str:
        """The string itself."""
        return _item(getattr(message, name), rest)


@dataclass(frozen=True, slots=True)
class Extensions:
    """Rules on custom extensions, one a line: an OID, and what else may or must be."""

    control: str = "lines"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """All of them as one text."""
        return ["\n".join(map(self._line, getattr(message, name)))]

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """The contract judges the OIDs; a word that is none of ours makes an OID that it refuses."""
        message.ClearField(name)
        strange = []
        for line in lines(texts):
            oid, *words = line.split()
            unknown = set(words) - {"critical", "required"}
            strange += [line] * bool(unknown)
            getattr(message, name).add(
                oid=line[:120] if unknown else oid,
                allow_critical="critical" in words,
                required="required" in words,
            )
        if strange:
            told = ", ".join(f"'{line}'" for line in strange)
            raise Unreadable(f"after an OID only the words critical and required may stand: {told}")

    def item(self, message: Any, name: str, rest: str) -> str:
        """The line."""
        return _item([self._line(rule) for rule in getattr(message, name)], rest)

    @staticmethod
    def _line(rule: CustomExtensionRule) -> str:
        words = (rule.oid, rule.allow_critical and "critical", rule.required and "required")
        return " ".join(word for word in words if word)


def lines(texts: Sequence[str]) -> list[str]:
    """The lines that say something."""
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _item(items: Sequence[str], rest: str) -> str:
    match = _INDEX.match(rest)
    return items[int(match[1])] if match and int(match[1]) < len(items) else ""
