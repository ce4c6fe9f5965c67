"""The rules of ``buf.validate`` that JSON Schema can say, as its keywords."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor

from buf.validate import validate_pb2

_LISTS: Final = {"min_items": "minItems", "max_items": "maxItems"}
_TEXTS: Final = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern"}
_NUMBERS: Final = {"gte": "minimum", "lte": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_WORDS: Final[dict[str, dict[str, str]]] = {
    "string": _TEXTS,
    "int32": _NUMBERS,
    "uint32": _NUMBERS,
    "float": _NUMBERS,
    "double": _NUMBERS,
}


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The rules that stand beside a field."""
    found: validate_pb2.FieldRules = field.GetOptions().Extensions[validate_pb2.field]  # type: ignore[index,unused-ignore]
    return found


def is_required(rules: validate_pb2.FieldRules) -> bool:
    """Whether the field has to be there."""
    return bool(rules.required)


def of_list(rules: validate_pb2.FieldRules) -> dict[str, Any]:
    """Keywords of an array."""
    told = _told(rules.repeated, _LISTS)
    return told | {"uniqueItems": True} if rules.repeated.unique else told


def of_value(rules: validate_pb2.FieldRules) -> dict[str, Any]:
    """Keywords of one value."""
    kind = rules.WhichOneof("type") or ""
    told = _told(getattr(rules, kind), _WORDS[kind]) if kind in _WORDS else {}
    return told | {"format": "uuid"} if kind == "string" and rules.string.uuid else told


def items_of(rules: validate_pb2.FieldRules) -> validate_pb2.FieldRules:
    """The rules of each item of a list."""
    return rules.repeated.items


def excluded(rules: validate_pb2.FieldRules) -> frozenset[int]:
    """The numbers of an enum that are refused."""
    return frozenset(rules.enum.not_in)


def _told(part: Any, words: dict[str, str]) -> dict[str, Any]:
    present = {descriptor.name: value for descriptor, value in part.ListFields()}
    return {words[name]: value for name, value in present.items() if name in words}
