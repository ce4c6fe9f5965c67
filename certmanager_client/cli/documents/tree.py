"""The text of a YAML or JSON document as a tree that keeps lines and takes no scalar for anything but text.

YAML 1.1 reads ``no``, ``on`` and ``12:30`` as something else than they say. Here
a scalar stays the text that stands in the file; what it means is decided by the
field that it is for. Anchors, tags and a second document are refused, and size
and depth are bounded, so that no small file can become a great tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

GREATEST_SIZE = 1024 * 1024
"""Characters of a document."""
GREATEST_DEPTH = 32

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a document."""

    path: str
    """Of the field, as ``alt_name_rules.rules[0].type``; empty where the text itself cannot be read."""
    message: str
    line: int = 0
    """From 1; 0 where it is not known."""

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else ""
        return ": ".join(filter(None, (place, self.path, self.message)))


class DocumentFault(Exception):
    """A document that cannot be understood, with everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, as its text."""

    text: str
    line: int = 0
    quoted: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is written there, or a null."""
        return not self.quoted and self.text in _EMPTY


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Tree, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; a key may stand twice, which its reader has to refuse."""

    entries: tuple[tuple[Scalar, Tree], ...] = field(default=())
    line: int = 0


Tree = Scalar | Items | Entries


def read_tree(text: str) -> Tree:
    """The document's tree. Raises DocumentFault."""
    if len(text) > GREATEST_SIZE:
        raise DocumentFault(Fault("", f"the document is longer than {GREATEST_SIZE} characters"))
    try:
        return _Events(text).document()
    except yaml.YAMLError as error:
        if text.lstrip()[:1] in {"{", "["}:
            return _read_json(text)
        raise DocumentFault(_fault_of(error)) from None


class _Events:
    """Builds a tree from the events of PyYAML's parser, which itself is not recursive."""

    def __init__(self, text: str) -> None:
        self._events = iter(yaml.parse(text, Loader=yaml.SafeLoader))

    def document(self) -> Tree:
        self._next()
        if isinstance(start := self._next(), yaml.StreamEndEvent):
            raise DocumentFault(Fault("", "the document is empty"))
        tree = self._tree(self._next(), 0)
        self._next()
        if not isinstance(start := self._next(), yaml.StreamEndEvent):
            raise DocumentFault(Fault("", "a file holds one document, not several", _line(start)))
        return tree

    def _next(self) -> Any:
        return next(self._events)

    def _tree(self, event: Any, depth: int) -> Tree:
        _refuse_tricks(event)
        if depth > GREATEST_DEPTH:
            raise DocumentFault(Fault("", f"the document is deeper than {GREATEST_DEPTH}", _line(event)))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(_whole(event.value), _line(event), quoted=event.style is not None)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._items(depth + 1)), _line(event))
        return Entries(tuple(self._entries(depth + 1)), _line(event))

    def _items(self, depth: int) -> Iterator[Tree]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._tree(event, depth)

    def _entries(self, depth: int) -> Iterator[tuple[Scalar, Tree]]:
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._tree(event, depth)
            if not isinstance(key, Scalar):
                raise DocumentFault(Fault("", "a key is a list or a mapping", key.line))
            yield key, self._tree(self._next(), depth)


def _refuse_tricks(event: Any) -> None:
    if event.anchor is not None:
        raise DocumentFault(Fault("", "anchors and aliases are not understood", _line(event)))
    if getattr(event, "tag", None) is not None:
        raise DocumentFault(Fault("", f"the tag '{event.tag}' is not understood", _line(event)))


def _whole(text: str) -> str:
    """The text with its surrogate pairs joined: JSON writes them so, and YAML's escapes keep them apart."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise DocumentFault(Fault("", "half a surrogate pair stands for no character")) from None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _fault_of(error: yaml.YAMLError) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return Fault("", f"no YAML: {error.problem}", error.problem_mark.line + 1)
    return Fault("", "no YAML: there is a character that may not be in it")


def _read_json(text: str) -> Tree:
    """For JSON that is no YAML, as with tabs before its lines; the lines of its values are not known."""
    try:
        return _of_json(json.loads(text, object_pairs_hook=_Pairs, parse_int=Scalar, parse_float=Scalar), 0)
    except json.JSONDecodeError as error:
        raise DocumentFault(Fault("", f"no JSON: {error.msg}", error.lineno)) from None
    except RecursionError:
        raise DocumentFault(Fault("", f"the document is deeper than {GREATEST_DEPTH}")) from None


class _Pairs(tuple[tuple[str, Any], ...]):
    """A JSON object with all that stands in it; a dict would drop a repeated key."""

    __slots__ = ()


def _of_json(value: Any, depth: int) -> Tree:
    if depth > GREATEST_DEPTH:
        raise DocumentFault(Fault("", f"the document is deeper than {GREATEST_DEPTH}"))
    if isinstance(value, Scalar):
        return value
    if isinstance(value, _Pairs):
        return Entries(tuple((Scalar(key, quoted=True), _of_json(one, depth + 1)) for key, one in value))
    if isinstance(value, list):
        return Items(tuple(_of_json(one, depth + 1) for one in value))
    if isinstance(value, str):
        return Scalar(_whole(value), quoted=True)
    return Scalar(json.dumps(value))
