"""Partial updates: which fields of a resource a request changes (AIP-134), and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from server.api.validation import violations
from server.errors import Invalid, Nature, Violation

M = TypeVar("M", bound=Message)

_EVERYTHING = "*"
_PART = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Updatable:
    """A resource, and which of its fields no update changes."""

    field: str
    """The field of the request that holds the resource, as ``certificate_policy``."""
    given: frozenset[str]
    """Fields that the server alone writes: a mask may not name them, a resource may carry them."""
    fixed: frozenset[str]
    """Fields that were decided at creation: they may be repeated, not changed."""
    needed: frozenset[str]
    """Fields that may be changed, and not cleared."""

    def merged(self, request: Any, stored: M) -> M:
        """The stored resource with what the request changes. Raises Invalid with all that is wrong with it.

        Without a mask, the fields that are set are changed; ``*`` stands for all. What
        the mask names and the request leaves unset is cleared.
        """
        result, faults = self.merging(request, stored)
        if faults:
            raise Invalid("what the update would make breaks rules of form", violations=faults)
        return result

    def merging(self, request: Any, stored: M) -> tuple[M, tuple[Violation, ...]]:
        """As ``merged``, for who tells more faults together with those of the outcome, which are answered.

        Raises Invalid only for those of the mask.
        """
        wanted: M = getattr(request, self.field)
        faults = tuple(self._faults(request.update_mask.paths, wanted, stored))
        if faults:
            raise Invalid("the request names fields that cannot be changed", violations=faults)
        result = type(stored)()
        result.CopyFrom(stored)
        for path in self._paths(request.update_mask.paths, wanted):
            _take(result, wanted, path.split("."))
        return result, tuple(self._outcome_faults(result))

    def _outcome_faults(self, result: Message) -> Iterator[Violation]:
        """What is missing, and the contract's rules: a mask of parts can make what no request could hold."""
        missing = [name for name in sorted(self.needed) if not getattr(result, name)]
        for name in missing:
            yield _fault(f"{self.field}.{name}", "FIELD_REQUIRED", "the field must be set")
        for each in violations(result):
            name = _PART.split(each.field, maxsplit=1)[0]
            if name not in {*missing, *self.given, *self.fixed}:  # what stands there is not the client's
                yield each.at(".".join(filter(None, (self.field, each.field))))

    def _paths(self, named: Sequence[str], wanted: Message) -> Sequence[str]:
        if _EVERYTHING in named:
            named = list(wanted.DESCRIPTOR.fields_by_name)
        elif not named:
            named = [field.name for field, _ in wanted.ListFields()]
        return [path for path in named if path not in self.given | self.fixed]

    def _faults(self, named: Sequence[str], wanted: Message, stored: Message) -> Iterator[Violation]:
        is_whole = not named or _EVERYTHING in named
        named = [path for path in named if path != _EVERYTHING]
        descriptor: Any = wanted.DESCRIPTOR
        for path in named:
            if not FieldMask(paths=[path]).IsValidForDescriptor(descriptor):
                yield _fault("update_mask", "UPDATE_MASK_UNKNOWN", "there is no such field", value=path)
            elif path.partition(".")[0] in self.given | self.fixed:
                yield _fault("update_mask", "FIELD_IMMUTABLE", "the field never changes", value=path)
        if is_whole:
            yield from self._changed(wanted, stored)

    def _changed(self, wanted: Message, stored: Message) -> Iterator[Violation]:
        for field, value in wanted.ListFields():
            if field.name in self.fixed and value != getattr(stored, field.name):
                path = f"{self.field}.{field.name}"
                yield _fault(path, "FIELD_IMMUTABLE", "the field never changes", value=str(value))


def _take(target: Message, source: Message, path: Sequence[str]) -> None:
    name, *rest = path
    if not rest:
        _replace(target, source, name)
    elif target.HasField(name) or source.HasField(name):
        _take(getattr(target, name), getattr(source, name), rest)


def _replace(target: Message, source: Message, name: str) -> None:
    """Whole, be it a value, a list or a message: the one field of ``source`` that is left replaces it."""
    only = type(source)()
    only.CopyFrom(source)
    for field, _ in source.ListFields():
        if field.name != name:
            only.ClearField(field.name)
    target.ClearField(name)
    target.MergeFrom(only)


def _fault(field: str, rule: str, message: str, *, value: str = "") -> Violation:
    return Violation(field, rule, message, value=value[:256], nature=Nature.FORM)
