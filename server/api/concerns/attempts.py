"""Which calls can be repeated safely, and what tells two of them apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor

from server.ra.attempt import Attempt

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

_ID = "request_id"
# How the client names, reads and awaits what it asks for; two calls that differ in nothing else are equal.
_NOT_COMPARED = (_ID, "key_password", "wait")


def can_be_repeated(request: Descriptor) -> bool:
    """Whether the requests of a method can say which attempt they are."""
    field = request.fields_by_name.get(_ID)
    return field is not None and field.type == FieldDescriptor.TYPE_STRING


def attempt_of(method: str, request: Any) -> Attempt | None:
    """The attempt that a request of good form says it is; None if it names none, or makes nothing.

    ``method`` is the RPC's name, as ``certmanager.v1.ProjectService/CreateProject``.
    """
    if not request.request_id or getattr(request, "validate_only", False):
        return None
    compared = type(request)()
    compared.CopyFrom(request)
    for name in _NOT_COMPARED:
        if name in compared.DESCRIPTOR.fields_by_name:
            compared.ClearField(name)
    digest = hashlib.sha256(compared.SerializeToString(deterministic=True)).digest()
    return Attempt(method, request.request_id, digest)
