"""From a JSON document to a message of the contract, with everything that is wrong with it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from server.web.rest.documents import Document
from server.web.rest.faults import Fault, Faults, shortened
from server.web.rest.leaves import BadLeaf, is_leaf, leaf

_MOST_ITEMS: Final = 1000
"""Five times as many as any list of the contract may have: its own bounds tell of those below."""


def read(document: Any, message: Message, faults: Faults, *, path: str = "") -> None:
    """Write what a document says into an empty message; what it says wrongly is only told.

    ``path`` leads to the message in the request, and ends with a dot if it is not empty.
    """
    if not isinstance(document, dict):
        faults.add(Fault(path.rstrip("."), "TYPE_MISMATCH", "must be an object"))
        return
    for name in document.twice if isinstance(document, Document) else ():
        faults.add(Fault(f"{path}{_contract_name(message, name)}", "FIELD_TWICE", "the field stands twice"))
    fields, seen = fields_of(message.DESCRIPTOR), set()
    for name, value in document.items():
        field = fields.get(name)
        if field is None:
            faults.add(Fault(path + shortened(name), "FIELD_UNKNOWN", "there is no such field"))
        elif field.name in seen:
            faults.add(Fault(path + field.name, "FIELD_TWICE", "the field stands twice, in both spellings"))
        elif value is not None:
            _member(message, field, value, faults, path)
        seen.add(field.name if field else name)


@cache
def fields_of(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields of a message by their names in JSON, and in the contract."""
    return {name: field for field in descriptor.fields for name in (field.name, field.json_name)}


def take(message: Message, field: FieldDescriptor, value: Any) -> None:
    """Write what a field that is no list holds, be it a value or a message of its own."""
    if field.message_type is None:
        setattr(message, field.name, value)
    else:
        getattr(message, field.name).CopyFrom(value)


def rival(message: Message, field: FieldDescriptor) -> str:
    """The other field that stands already where only one of several may; empty if there is none."""
    choice = field.containing_oneof
    chosen = message.WhichOneof(choice.name) if choice is not None else None
    return str(chosen) if chosen and chosen != field.name else ""


def _member(message: Message, field: FieldDescriptor, value: Any, faults: Faults, path: str) -> None:
    other = rival(message, field)
    if other:
        told = f"only one of {other} and {field.name} may be set"
        faults.add(Fault(path + field.name, "ONEOF_TWICE", told))
        return
    if field.is_repeated:
        _list(message, field, value, faults, path + field.name)
        return
    if not is_leaf(field):
        part = getattr(message, field.name)
        part.SetInParent()
        read(value, part, faults, path=f"{path}{field.name}.")
        return
    try:
        take(message, field, leaf(field, value))
    except BadLeaf as error:
        faults.add(error.at(path + field.name, value))


def _list(message: Message, field: FieldDescriptor, value: Any, faults: Faults, path: str) -> None:
    if not isinstance(value, list):
        faults.add(Fault(path, "TYPE_MISMATCH", "must be a list"))
        return
    if len(value) > _MOST_ITEMS:
        faults.add(Fault(path, "LIST_TOO_LONG", f"must have at most {_MOST_ITEMS} items"))
        return
    items, plain = getattr(message, field.name), is_leaf(field)
    for index, each in enumerate(value):
        if not plain:
            read(each, items.add(), faults, path=f"{path}[{index}].")
            continue
        try:
            items.append(leaf(field, each))
        except BadLeaf as error:
            faults.add(error.at(f"{path}[{index}]", each))


def _contract_name(message: Message, name: str) -> str:
    field = fields_of(message.DESCRIPTOR).get(name)
    return field.name if field else shortened(name)
