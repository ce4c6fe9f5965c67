"""From the tree of a document to the message that it states, by the message's own descriptor."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager_client import literals
from certmanager_client.cli.documents.tree import (
    DocumentFault,
    Entries,
    Fault,
    Items,
    Scalar,
    Tree,
    read_tree,
)
from certmanager_client.cli.terminal.times import read_instant, read_span

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_HABITS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


@dataclass(frozen=True, slots=True)
class Stated:
    """A message, and which of its own fields the document names: some have no presence in the message."""

    message: Any
    named: frozenset[str]


def read_document(text: str, kind: type[Message], *, aliases: Mapping[str, str] | None = None) -> Stated:
    """The message that a YAML or JSON text states. Raises DocumentFault with all faults.

    ``aliases`` are further names of top-level fields, as ``ca`` for ``ca_id``.
    """
    tree, message, reading = read_tree(text), kind(), _Reading()
    if not isinstance(tree, Entries):
        raise DocumentFault(Fault("", "a mapping of fields is expected", tree.line))
    named = reading.fill(message, tree, path="", names=_names(message.DESCRIPTOR) | dict(aliases or {}))
    if reading.faults:
        raise DocumentFault(*reading.faults)
    return Stated(message, frozenset(named))


def _names(descriptor: Any) -> dict[str, str]:
    """The fields by each of their spellings."""
    return {spelling: one.name for one in descriptor.fields for spelling in (one.camelcase_name, one.name)}


class _Wrong(Exception):
    """Why a scalar cannot be the value of its field."""


@dataclass(slots=True)
class _Reading:
    """One pass over a tree, and what it found wrong."""

    faults: list[Fault] = field(default_factory=list)

    def fill(self, message: Any, tree: Entries, *, path: str, names: Mapping[str, str]) -> Iterable[str]:
        """Set what the tree names, and answer the names of those fields."""
        seen: dict[str, str] = {}
        for key, value in tree.entries:
            place = f"{path}.{key.text}" if path else key.text
            name = names.get(key.text)
            if name is None:
                self._fault(place, _no_such_field(key.text, names), key)
                continue
            one = message.DESCRIPTOR.fields_by_name[name]
            taken = name if one.containing_oneof is None else one.containing_oneof.name
            if taken in seen:
                self._fault(place, f"there is '{seen[taken]}' already", key)
                continue
            seen[taken] = key.text
            self._set(message, one, value, place)
        return {names[spelling] for spelling in seen.values()}

    def _set(self, message: Any, one: FieldDescriptor, value: Tree, path: str) -> None:
        if isinstance(value, Scalar) and value.empty:
            self._fault(path, "there is no value; leave the field out" + _or_braces(one), value)
        elif one.is_repeated:
            self._set_items(message, one, value, path)
        elif one.message_type is not None and one.message_type.full_name not in _TEXTUAL:
            # What is set but empty says something too: that anything is allowed, say.
            getattr(message, one.name).SetInParent()
            self._set_message(getattr(message, one.name), value, path)
        else:
            self._set_scalar(message, one, value, path)

    def _set_items(self, message: Any, one: FieldDescriptor, value: Tree, path: str) -> None:
        if not isinstance(value, Items):
            self._fault(path, "a list is expected", value)
            return
        target = getattr(message, one.name)
        for index, item in enumerate(value.items):
            place = f"{path}[{index}]"
            if one.message_type is not None:
                self._set_message(target.add(), item, place)
            else:
                self._take(target.append, one, item, place)

    def _set_message(self, message: Any, value: Tree, path: str) -> None:
        if isinstance(value, Entries):
            self.fill(message, value, path=path, names=_names(message.DESCRIPTOR))
        else:
            self._fault(path, "a mapping of fields is expected", value)

    def _set_scalar(self, message: Any, one: FieldDescriptor, value: Tree, path: str) -> None:
        if one.message_type is not None:
            self._take(getattr(message, one.name).CopyFrom, one, value, path)
        else:
            self._take(lambda found: setattr(message, one.name, found), one, value, path)

    def _take(self, sink: Callable[[Any], object], one: FieldDescriptor, value: Tree, path: str) -> None:
        if not isinstance(value, Scalar):
            self._fault(path, "a single value is expected", value)
            return
        if value.empty:
            self._fault(path, "there is no value", value)
            return
        try:
            sink(_value(one, value.text))
        except _Wrong as error:
            self._fault(path, str(error), value)
        except ValueError:
            # protobuf's own bounds: an integer that is too great for its field.
            self._fault(path, f"'{value.text}' is out of range", value)

    def _fault(self, path: str, message: str, at: Tree) -> None:
        self.faults.append(Fault(path, message, at.line))


def _no_such_field(text: str, names: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(text, names, n=1, cutoff=0.7)
    return "there is no such field" + (f"; '{close[0]}' perhaps?" if close else "")


def _or_braces(one: FieldDescriptor) -> str:
    """For a field like ``any_subject``, whose being there is all that it says."""
    kind = one.message_type
    return ", or write {}" if kind is not None and not kind.fields and not one.is_repeated else ""


def _value(one: FieldDescriptor, text: str) -> Any:
    if one.enum_type is not None:
        return _enum(one.enum_type, text)
    if one.message_type is not None:
        return _textual(one.message_type.full_name, text)
    if one.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _truth(text)
    if one.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return text
    if not _INTEGER.fullmatch(text):
        raise _Wrong(f"'{text}' is not a whole number")
    return int(text)


def _textual(kind: str, text: str) -> Message:
    try:
        return _TEXTUAL[kind](text)
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _enum(enum: EnumDescriptor, text: str) -> int:
    try:
        return literals.number(enum, text)
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _truth(text: str) -> bool:
    if text in {"true", "false"}:
        return text == "true"
    meant = _HABITS.get(text.lower(), text.lower())
    hint = meant if meant in {"true", "false"} else "true or false"
    raise _Wrong(f"'{text}' is neither true nor false: write {hint}")


_TEXTUAL: Mapping[str, Callable[[str], Message]] = {
    Duration.DESCRIPTOR.full_name: read_span,
    Timestamp.DESCRIPTOR.full_name: read_instant,
}
"""The messages that a document writes as one scalar."""
