"""NUL, which PostgreSQL takes in no text, in every text of every list request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc.aio
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from certmanager.v1 import (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    project_service_pb2,
)
from tests.serving import Failure, Live, failure_of

MODULES: tuple[Any, ...] = (
    access_service_pb2,
    certificate_authority_service_pb2,
    certificate_service_pb2,
    policy_service_pb2,
    profile_service_pb2,
    project_service_pb2,
)


def lists() -> Iterator[Any]:
    """The descriptors of all RPCs that list."""
    for module in MODULES:
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from (method for method in service.methods if method.name.startswith("List"))


def texts(kind: Any) -> Iterator[tuple[str, ...]]:
    """The paths of all texts of a message."""
    for field in kind.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield (field.name,)
        elif field.message_type is not None and field.message_type.full_name.startswith("certmanager."):
            yield from ((field.name, *rest) for rest in texts(GetMessageClass(field.message_type)))


def with_nul(live: Live, kind: Any, path: tuple[str, ...]) -> Any:
    """A request for a list of the first project with NUL in one text."""
    request = kind()
    if hasattr(request, "project_id"):
        request.project_id = live.ids["project_id"]
    part = request
    for name in path[:-1]:
        part = getattr(part, name)
        part = part.add() if hasattr(part, "add") else part
    if isinstance(getattr(part, path[-1]), str):
        setattr(part, path[-1], "a\0b")
    else:
        getattr(part, path[-1]).append("a\0b")
    return request


async def answer_to(live: Live, method: Any, request: Any) -> Failure | None:
    """How the call fails; None if it does not."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    reply = GetMessageClass(method.output_type)
    call = live.channel.unary_unary(path, type(request).SerializeToString, reply.FromString)
    try:
        await call(request, metadata=live.auth(), timeout=60)
    except grpc.aio.AioRpcError as error:
        return failure_of(error)
    return None


async def test_nul_in_a_list_request_is_malformed(live: Live) -> None:
    """Refused before any database sees it, of whatever text; or the list is not built yet."""
    wrong, refused = [], set()
    for method in lists():
        kind = GetMessageClass(method.input_type)
        for path in texts(kind):
            failure = await answer_to(live, method, with_nul(live, kind, path))
            code = failure.code.name if failure else "OK"
            refused |= {method.name} if code == "INVALID_ARGUMENT" else set()
            if code not in ("INVALID_ARGUMENT", "UNIMPLEMENTED"):
                wrong.append((method.name, path, code))
    assert wrong == []
    assert refused >= {
        "ListProjects", "ListIdentities", "ListAccessTokens", "ListRoleBindings", "ListAuditEvents",
        "ListCertificateAuthorities", "ListCertificatePolicies", "ListCertificateProfiles",
        "ListCertificates",
    }  # fmt: skip
