"""What the contract says of each RPC, found by its request, which every RPC has of its own."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_request_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    project_service_pb2,
)

Q = TypeVar("Q", bound=Message)

_FILES = (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_request_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    project_service_pb2,
)
_METHODS: dict[str, MethodDescriptor] = {
    method.input_type.full_name: method
    for file in _FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


def may_repeat(request: Message) -> bool:
    """Whether sending the request again does nothing that sending it once did not.

    Either the contract says so of the RPC, or the request names its intent
    with a ``request_id``.
    """
    return _is_idempotent(request) or _names_intent(request)


def with_intent(request: Q) -> Q:
    """The request; if it creates something and has no ``request_id``, a copy that has a new one."""
    if "request_id" not in request.DESCRIPTOR.fields_by_name or _names_intent(request):
        return request
    if _is_idempotent(request) or getattr(request, "validate_only", False):
        return request
    named: Any = type(request)()
    named.CopyFrom(request)
    named.request_id = str(uuid.uuid4())
    return named  # type: ignore[no-any-return]


def _is_idempotent(request: Message) -> bool:
    method = _METHODS.get(request.DESCRIPTOR.full_name)
    return method is not None and (method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN)


def _names_intent(request: Message) -> bool:
    return bool(getattr(request, "request_id", ""))
