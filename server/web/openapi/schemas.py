"""The contract's messages as JSON Schema, as the JSON API reads and writes them.

A message has one schema where it is read and one where it is written: enum
values are read in several spellings and written in one, and what is never
absent from an answer may be left out of a request.
"""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from server.web.literals import accepted, spellings
from server.web.openapi.comments import comment
from server.web.openapi.rules import excluded, is_required, items_of, of_list, of_value, rules_of

Schema = dict[str, Any]

_KINDS: Final[dict[int, Schema]] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "uint32", "minimum": 0},
    FieldDescriptor.TYPE_INT64: {"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$"},
    FieldDescriptor.TYPE_UINT64: {"type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$"},
}

_KNOWN: Final[dict[str, Schema]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.rpc.Status": {"$ref": "#/components/schemas/Status"},
}

_ABSENT_TEXTS: Final = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_ENUM)
"""Kinds that answers leave out when they are empty."""


class Schemas:
    """Makes schemas, and keeps those of messages to be referred to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def read(self, message: Descriptor) -> Schema:
        """A reference to what a request may hold."""
        return self._refer(message, f"{message.name}Input", reads=True)

    def body(self, message: Descriptor, *, without: frozenset[str]) -> Schema:
        """A reference to a whole request whose other fields stand in the path."""
        made = self._object(message, reads=True, without=without)
        name, number = message.name, 1
        while self.components.setdefault(name, made) != made:
            number += 1
            name = f"{message.name}{number}"
        return _reference(name)

    def written(self, message: Descriptor) -> Schema:
        """A reference to what an answer holds."""
        return self._refer(message, message.name, reads=False)

    def answer(self, message: Descriptor) -> Schema:
        """A reference to a whole answer: what is absent from it, and no alternative to another, is null."""
        return self._refer(message, message.name, reads=False, is_answer=True)

    def field(self, field: FieldDescriptor, *, reads: bool) -> Schema:
        """What stands in one field, with its comment."""
        rules = rules_of(field)
        if (value := _value_of_map(field)) is not None:
            told: Schema = {"type": "object", "additionalProperties": self._kind(value, reads=reads)}
        elif field.is_repeated:
            item = self._kind(field, reads=reads)
            limits = of_list(rules) if reads else {}
            item = item | of_value(items_of(rules)) if reads else item
            told = {"type": "array", "items": item, **limits}
        else:
            told = self._kind(field, reads=reads) | (of_value(rules) if reads else {})
        return _commented(told, comment(field.full_name))

    def _kind(self, field: FieldDescriptor, *, reads: bool) -> Schema:
        if field.enum_type is not None:
            return _enum(field, field.enum_type, reads=reads)
        if field.message_type is not None:
            message = field.message_type
            known = _KNOWN.get(message.full_name)
            return dict(known) if known else self.read(message) if reads else self.written(message)
        return dict(_KINDS[field.type])

    def _refer(self, message: Descriptor, name: str, *, reads: bool, is_answer: bool = False) -> Schema:
        if name not in self.components:
            self.components[name] = {}  # a message may contain itself
            self.components[name] = self._object(message, reads=reads, is_answer=is_answer)
        return _reference(name)

    def _object(
        self,
        message: Descriptor,
        *,
        reads: bool,
        is_answer: bool = False,
        without: frozenset[str] = frozenset(),
    ) -> Schema:
        properties: dict[str, Schema] = {}
        required = []
        for field in message.fields:
            if field.name in without:
                continue
            nullable = is_answer and is_nullable(field)
            told = self.field(field, reads=reads)
            properties[field.json_name] = _nullable(told) if nullable else told
            if is_required(rules_of(field)) if reads else nullable or _always(field):
                required.append(field.json_name)
        made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            made["required"] = required
        return _commented(made, comment(message.full_name))


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def is_nullable(field: FieldDescriptor) -> bool:
    """Whether an answer says ``null`` of the field while it is absent."""
    return field.message_type is not None and not field.is_repeated and field.containing_oneof is None


def _always(field: FieldDescriptor) -> bool:
    """Whether each message that has the field writes it."""
    return field.is_repeated or not (field.has_presence or field.type in _ABSENT_TEXTS)


def _value_of_map(field: FieldDescriptor) -> FieldDescriptor | None:
    """What a map holds by its keys; None of a field that is none."""
    entry = field.message_type
    if entry is None or not entry.GetOptions().map_entry:
        return None
    return entry.fields_by_name["value"]


def _enum(field: FieldDescriptor, enum: EnumDescriptor, *, reads: bool) -> Schema:
    """The spellings: answers use one a value, requests may use any."""
    if not reads:
        return {"type": "string", "enum": list(spellings(enum))}
    rules = rules_of(field)
    refused = excluded(items_of(rules) if field.is_repeated else rules)
    usable = [text for text, number in accepted(enum).items() if number not in refused]
    return {"type": "string", "enum": usable}


def _nullable(schema: Schema) -> Schema:
    description = schema.pop("description", "")
    return _commented({"anyOf": [schema, {"type": "null"}]}, description)


def _commented(schema: Schema, text: str) -> Schema:
    return schema | {"description": text} if text else schema
