"""What a single field of a form can be: how a value is written into it, and read from it.

A text that cannot be the value of its field is reported, and the message gets
a value in its place that the contract refuses: so what else is wrong, which
only the service can tell, is told at the same time, and nothing can come of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from google.protobuf.duration_pb2 import Duration

from server.web import literals
from server.web.ui.editing.spans import read_span, written_span

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_OUTSIDE: Final = -1
"""No whole number and no duration of the contract may be negative."""
_NO_MEMBER: Final = 9999


class Unreadable(ValueError):
    """Why a text cannot be the value of its field."""


class Kind(Protocol):
    """A kind of field."""

    @property
    def control(self) -> str:
        """The macro that draws it."""
        ...

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """What stands in the field for what the message holds; nothing for what it does not hold."""
        ...

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Set what stands in the field, or clear it if nothing does. Raises Unreadable."""
        ...

    def item(self, message: Any, name: str, rest: str) -> str:
        """Which of its items a path within the field means, as ``[2]``; empty if it means the whole."""
        ...


class _Single:
    """A field of one value."""

    def item(self, _: Any, __: str, ___: str) -> str:
        """There are none."""
        return ""


@dataclass(frozen=True, slots=True)
class Text(_Single):
    """A string."""

    control: str = "text"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """The string itself."""
        return [text] if (text := getattr(message, name)) else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Spaces around it are of no meaning."""
        message.ClearField(name)
        if texts:
            setattr(message, name, texts[0])


@dataclass(frozen=True, slots=True)
class Lifetime(_Single):
    """The lifetime of defaults: written as ``ttl``, whichever of the two fields holds it."""

    control: str = "text"

    def texts(self, message: Any, _: str) -> Sequence[str]:
        """The shorthand."""
        if message.HasField("lifetime"):
            return [written_span(message.lifetime)]
        return [message.ttl] if message.ttl else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """The contract itself knows the shorthand."""
        message.ClearField("lifetime")
        Text().take(message, name, texts)


@dataclass(frozen=True, slots=True)
class Span(_Single):
    """A duration."""

    control: str = "text"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """The shorthand."""
        return [written_span(getattr(message, name))] if message.HasField(name) else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Nothing is not the same as no time at all."""
        message.ClearField(name)
        if not texts:
            return
        try:
            getattr(message, name).CopyFrom(read_span(texts[0]))
        except ValueError as error:
            getattr(message, name).CopyFrom(Duration(seconds=_OUTSIDE))
            raise Unreadable(str(error)) from None


@dataclass(frozen=True, slots=True)
class Whole(_Single):
    """A whole number."""

    control: str = "text"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """Its digits; a number without presence in the message stands for nothing if it is 0."""
        field = message.DESCRIPTOR.fields_by_name[name]
        is_said = message.HasField(name) if field.has_presence else getattr(message, name)
        return [str(getattr(message, name))] if is_said else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Digits only."""
        message.ClearField(name)
        if not texts:
            return
        if not _NUMBER.fullmatch(texts[0]):
            setattr(message, name, _OUTSIDE)
            raise Unreadable("write a whole number")
        setattr(message, name, int(texts[0]))


@dataclass(frozen=True, slots=True)
class Flag(_Single):
    """A box to tick."""

    control: str = "flag"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """Ticked or not."""
        return ["on"] if getattr(message, name) else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """Ticked or not."""
        setattr(message, name, bool(texts))


@dataclass(frozen=True, slots=True)
class Pick(_Single):
    """One member of an enum, or none."""

    unsaid: str
    """The words for none."""
    control: str = "select"

    def texts(self, message: Any, name: str) -> Sequence[str]:
        """Its spelling."""
        number = getattr(message, name)
        return [literals.spelling(enum_of(message, name), number)] if number else []

    def take(self, message: Any, name: str, texts: Sequence[str]) -> None:
        """One of the choices, or nothing."""
        message.ClearField(name)
        if texts:
            number = number_of(enum_of(message, name), texts[0])
            setattr(message, name, number)
            refuse_unknown(texts, [number])


def enum_of(message: Any, name: str) -> Any:
    """The descriptor of a field's enum."""
    return message.DESCRIPTOR.fields_by_name[name].enum_type


def number_of(enum: Any, text: str) -> int:
    """The number of a spelling; one that the contract does not know if there is none."""
    try:
        return literals.number(enum, text)
    except literals.UnknownLiteral:
        return _NO_MEMBER


def refuse_unknown(texts: Sequence[str], numbers: Sequence[int]) -> None:
    """Raises Unreadable for a text without a number."""
    for text, number in zip(texts, numbers, strict=True):
        if number == _NO_MEMBER:
            raise Unreadable(f"'{text[:64]}' is none of the choices")
