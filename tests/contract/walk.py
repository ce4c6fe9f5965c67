"""Walks the descriptors of the whole contract."""

from __future__ import annotations

import importlib
import pathlib
from collections.abc import Iterator
from typing import Any, cast

from google.protobuf.descriptor import (
    Descriptor,
    DescriptorBase,
    EnumDescriptor,
    EnumValueDescriptor,
    FieldDescriptor,
    FileDescriptor,
    MethodDescriptor,
    ServiceDescriptor,
)

from certmanager.v1 import options_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ROOT / "proto" / "certmanager" / "v1"
PACKAGE = "certmanager.v1"


def files() -> list[FileDescriptor]:
    """Every file of the contract, by name."""
    names = sorted(path.stem for path in PROTOS.glob("*.proto"))
    return [importlib.import_module(f"{PACKAGE}.{name}_pb2").DESCRIPTOR for name in names]


def services() -> list[ServiceDescriptor]:
    return [service for file in files() for service in file.services_by_name.values()]


def methods() -> list[MethodDescriptor]:
    return [method for service in services() for method in service.methods]


def messages() -> list[Descriptor]:
    """Every message of the contract; none is nested in another."""
    return [message for file in files() for message in file.message_types_by_name.values()]


def enums() -> list[EnumDescriptor]:
    return [enum for file in files() for enum in file.enum_types_by_name.values()]


def extension(element: DescriptorBase, option: Any) -> Any:
    """A custom option's value; the stubs do not tell which options it extends."""
    return element.GetOptions().Extensions[option]


def permission(method: MethodDescriptor) -> str:
    return str(extension(method, options_pb2.permission))


def literal(value: EnumValueDescriptor) -> options_pb2.Literal:
    return cast("options_pb2.Literal", extension(value, options_pb2.literal))


def ours(message: Descriptor) -> bool:
    return message.file.package == PACKAGE


def reachable(start: Descriptor) -> Iterator[Descriptor]:
    """The message and every message of the contract that it can hold."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        message = waiting.pop()
        if message.full_name in seen or not ours(message):
            continue
        seen.add(message.full_name)
        yield message
        waiting.extend(field.message_type for field in message.fields if field.message_type)


def fields_under(start: Descriptor) -> Iterator[FieldDescriptor]:
    for message in reachable(start):
        yield from message.fields


def requests() -> list[Descriptor]:
    return [method.input_type for method in methods()]
