"""Maps JSON in the seed page's spelling to the contract's, by the literals of the contract alone."""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from tests.contract.walk import literal, ours

Json = dict[str, object]


def canonical(enum: EnumDescriptor, text: str) -> str:
    """The contract's name of the enum value that is spelled so."""
    for value in enum.values:
        spelling = literal(value)
        if text in (value.name, spelling.json, *spelling.alias):
            return value.name
    raise ValueError(f"{enum.name} has no value '{text}'")


def translate(message: Descriptor, body: Json) -> Json:
    """The body with each enum literal replaced by its canonical name; nothing else is touched."""
    by_name = message.fields_by_camelcase_name
    return {key: _translated(by_name[key], value) for key, value in body.items()}


def _translated(field: FieldDescriptor, value: object) -> object:
    if isinstance(value, list):
        return [_translated(field, item) for item in value]
    if field.enum_type is not None and isinstance(value, str):
        return canonical(field.enum_type, value)
    if field.message_type is not None and ours(field.message_type) and isinstance(value, dict):
        return translate(field.message_type, value)
    return value
