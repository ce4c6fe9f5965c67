"""What the contract says of each RPC, found by its request, which every RPC has of its own."""

from __future__ import annotations

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
    method = _METHODS.get(request.DESCRIPTOR.full_name)
    if method is None:
        return False
    if method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN:
        return True
    return "request_id" in request.DESCRIPTOR.fields_by_name and bool(getattr(request, "request_id"))  # noqa: B009
