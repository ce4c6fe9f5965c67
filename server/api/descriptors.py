"""What the descriptors of the contract's fields tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from buf.validate import validate_pb2

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor


def rules(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The rules that stand beside the field."""
    found: validate_pb2.FieldRules = field.GetOptions().Extensions[validate_pb2.field]  # type: ignore[index,unused-ignore]
    return found


def item(field: FieldDescriptor) -> Descriptor | None:
    """The message type that the field, or each item of it, holds."""
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return kind.fields_by_name["value"].message_type
    return kind


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a map, which descriptors tell as a list of entries."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def leads_to(field: FieldDescriptor, wanted: Callable[[FieldDescriptor], bool]) -> bool:
    """Whether such a field can be reached through the field, also through a type that contains itself."""
    start = item(field)
    pending = [start] if start else []
    seen: set[str] = set()
    while pending:
        descriptor = pending.pop()
        if descriptor.full_name in seen:
            continue
        seen.add(descriptor.full_name)
        if any(wanted(each) for each in descriptor.fields):
            return True
        pending += [kind for each in descriptor.fields if (kind := item(each))]
    return False
