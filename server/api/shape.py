"""What is looked at in a message before the rules of the contract are: how much it holds, its ids and times.

The evaluation of the rules goes through every item of a list, also of one
that is longer than its own rule lets it be; the price of one message of a
mebibyte would be minutes. So lists are counted first, and one that is too long
is the whole answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from server.api.descriptors import is_map, item, leads_to, rules
from server.api.startup import StartupError
from server.api.times import TIMES, time_fault
from server.errors import Invalid, Nature, Violation

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message

# Lists in messages that are not ours, and so carry no rule.
_FOREIGN: Final = {"google.protobuf.FieldMask.paths": 100}
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KEY_CHARACTERS: Final = 64


class _Bound(NamedTuple):
    """A list or map and how many items it may have."""

    name: str
    most: int
    rule: str


class _Plan(NamedTuple):
    """What to look at in a message of one type: names of its fields."""

    bounds: tuple[_Bound, ...]
    ids: tuple[str, ...]
    id_lists: tuple[str, ...]
    times: tuple[str, ...]
    single: tuple[str, ...]
    """Fields that hold one message with something to look at in it."""
    lists: tuple[str, ...]
    maps: tuple[str, ...]


def prepare_shape(descriptor: Descriptor) -> None:
    """Plans a message and all that it can hold; raises ``StartupError`` for a list without a bound."""
    pending, seen = [descriptor], {descriptor.full_name}
    while pending:
        current = pending.pop()
        _plan(current)
        held = [kind for field in current.fields if (kind := item(field)) and kind.full_name not in seen]
        seen.update(kind.full_name for kind in held)
        pending += held


def settle(message: Message) -> tuple[Violation, ...]:
    """Writes every id in its one spelling, and finds the times that cannot be.

    Raises Invalid, and looks no further, if a list is longer than it may be.
    """
    found: list[Violation] = []
    for path, part, plan in _walk(message, ""):
        _count(path, part, plan)
        _spell_ids(part, plan)
        found += _wrong_times(path, part, plan)
    return tuple(found)


def _walk(message: Any, path: str) -> Iterator[tuple[str, Any, _Plan]]:
    """The message and those in it, each before what it holds: who stops in time never enters a list."""
    plan = _plan(message.DESCRIPTOR)
    yield path, message, plan
    for name in plan.single:
        if message.HasField(name):
            yield from _walk(getattr(message, name), f"{path}{name}.")
    for name in plan.lists:
        for index, each in enumerate(getattr(message, name)):
            yield from _walk(each, f"{path}{name}[{index}].")
    for name in plan.maps:
        for key, each in getattr(message, name).items():
            yield from _walk(each, f"{path}{name}[{json.dumps(str(key)[:_KEY_CHARACTERS])}].")


def _count(path: str, message: Any, plan: _Plan) -> None:
    broken = tuple(
        Violation(
            path + bound.name,
            bound.rule,
            f"must have at most {bound.most} items",
            str(many),
            nature=Nature.FORM,
        )
        for bound in plan.bounds
        if (many := len(getattr(message, bound.name))) > bound.most
    )
    if broken:
        raise Invalid("the request holds too much", violations=broken)


def _spell_ids(message: Any, plan: _Plan) -> None:
    """In lower case, as RFC 9562, section 4, has them written: they are compared as text."""
    for name in plan.ids:
        text = getattr(message, name)
        if (lower := _lower(text)) != text:
            setattr(message, name, lower)
    for name in plan.id_lists:
        texts = getattr(message, name)
        texts[:] = [_lower(text) for text in texts]


def _lower(text: str) -> str:
    """What is no id stays as it is: the violation shall show what was sent."""
    lower = text.lower()
    return lower if lower != text and _UUID.fullmatch(text) else text


def _wrong_times(path: str, message: Any, plan: _Plan) -> Iterator[Violation]:
    for name in plan.times:
        if message.HasField(name) and (fault := time_fault(name, getattr(message, name))):
            yield Violation(path + name, *fault, nature=Nature.FORM)


@cache
def _plan(descriptor: Descriptor) -> _Plan:
    fields = descriptor.fields
    nested = [field for field in fields if not _is_time(field) and leads_to(field, _matters)]
    ids = [field for field in fields if _is_id(field)]
    return _Plan(
        bounds=tuple(_bound(field) for field in fields if field.is_repeated),
        ids=tuple(field.name for field in ids if not field.is_repeated),
        id_lists=tuple(field.name for field in ids if field.is_repeated),
        times=tuple(field.name for field in fields if _is_time(field)),
        single=tuple(field.name for field in nested if not field.is_repeated),
        lists=tuple(field.name for field in nested if field.is_repeated and not is_map(field)),
        maps=tuple(field.name for field in nested if is_map(field)),
    )


def _bound(field: FieldDescriptor) -> _Bound:
    own, kind = rules(field), "repeated"
    most, rule = own.repeated.max_items, "REPEATED_MAX_ITEMS"
    if is_map(field):
        kind, most, rule = "map", own.map.max_pairs, "MAP_MAX_PAIRS"
    most = most or _FOREIGN.get(field.full_name, 0)
    if not most:
        raise StartupError(f"the contract does not bound the {kind} field {field.full_name}")
    return _Bound(field.name, most, rule)


def _matters(field: FieldDescriptor) -> bool:
    return field.is_repeated or _is_id(field) or _is_time(field)


def _is_id(field: FieldDescriptor) -> bool:
    own = rules(field)
    return own.repeated.items.string.uuid if field.is_repeated else own.string.uuid


def _is_time(field: FieldDescriptor) -> bool:
    kind = field.message_type
    return kind is not None and not field.is_repeated and kind.full_name in TIMES
