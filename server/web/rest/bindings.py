"""The ways that lead to each RPC over HTTP, read from the contract's ``google.api.http`` annotations."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

import certmanager.v1

_HTTP: Any = annotations_pb2.http
_SAFE = "GET"
_WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Binding:
    """One verb and path that lead to an RPC."""

    method: MethodDescriptor
    verb: str
    """As ``POST``."""
    path: str
    """The contract's template, as ``/api/v1/cert-manager/certificates/{certificate_id}``."""
    body: str
    """The field of the request that the body is; ``*``: the request itself; empty: there is no body."""

    @property
    def name(self) -> str:
        """The path of the RPC, as ``/certmanager.v1.ProjectService/GetProject``."""
        return f"/{self.method.containing_service.full_name}/{self.method.name}"

    @property
    def streams(self) -> bool:
        """Whether the answer is a stream."""
        return bool(self.method.server_streaming)

    @property
    def takes(self) -> Descriptor:
        """The type of its request."""
        return self.method.input_type

    @property
    def gives(self) -> Descriptor:
        """The type of its answer, or of each message of its stream."""
        return self.method.output_type

    @property
    def segments(self) -> tuple[str, ...]:
        """What stands between the slashes of the path."""
        return tuple(self.path.strip("/").split("/"))

    @property
    def variables(self) -> tuple[str, ...]:
        """The fields that the path holds, in its order, as ``serial_key.ca_id``."""
        return tuple(part[1:-1] for part in self.segments if is_variable(part))


@cache
def bindings() -> tuple[Binding, ...]:
    """Every way to every annotated RPC, those with a literal before those with a variable in its place.

    Raises ValueError if the contract says something that cannot be served, or should not be.
    """
    found = [each for service in services() for method in service.methods for each in _ways(method)]
    for each in found:
        _prove(each)
    if len({(each.verb, _shape(each)) for each in found}) < len(found):
        raise ValueError("two RPCs of the contract have the same verb and path")
    return tuple(sorted(found, key=lambda each: (_shape(each), each.verb)))


@cache
def services() -> tuple[ServiceDescriptor, ...]:
    """Every service of the contract."""
    names = sorted(found.name for found in pkgutil.iter_modules(certmanager.v1.__path__))
    modules = [import_module(f"certmanager.v1.{name}") for name in names if name.endswith("_service_pb2")]
    return tuple(service for each in modules for service in each.DESCRIPTOR.services_by_name.values())


def field_at(descriptor: Descriptor, path: str) -> FieldDescriptor | None:
    """The field that a dotted path of contract names leads to; None if there is none."""
    name, _, rest = path.partition(".")
    field = descriptor.fields_by_name.get(name)
    if field is None or not rest:
        return field
    return None if field.message_type is None else field_at(field.message_type, rest)


def is_variable(segment: str) -> bool:
    """Whether a part of a template stands for a field."""
    return segment.startswith("{")


def _ways(method: MethodDescriptor) -> Iterator[Binding]:
    options = method.GetOptions()
    if not options.HasExtension(_HTTP):
        return
    first = options.Extensions[_HTTP]
    for rule in (first, *first.additional_bindings):
        verb = rule.WhichOneof("pattern")
        yield Binding(method, verb.upper(), getattr(rule, verb), rule.body)


def _shape(binding: Binding) -> tuple[tuple[bool, str], ...]:
    """What of a path decides which request it fits: its variables count as one and the same."""
    return tuple((is_variable(part), "" if is_variable(part) else part) for part in binding.segments)


def _prove(binding: Binding) -> None:
    """Raise ValueError for a GET that may change something, and for fields that are not there."""
    named = [*binding.variables, *filter(None, [binding.body.removeprefix(_WHOLE)])]
    missing = [name for name in named if field_at(binding.takes, name) is None]
    if missing:
        raise ValueError(f"{binding.verb} {binding.path} names a field that {binding.name} lacks: {missing}")
    if binding.method.client_streaming:
        raise ValueError(f"{binding.name} takes a stream, which no HTTP request can be")
    harmless = binding.method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    if binding.verb == _SAFE and not harmless:
        raise ValueError(f"{binding.name} may change something, and must not answer a GET")
