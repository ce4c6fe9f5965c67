"""NUL, which PostgreSQL stores in no text, is refused before any database sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from server.ids import new_id
from tests.issuing.outcomes import Both, outcome_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


def _texts(message: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    field: Any
    for field in message.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield (*path, field.name)
        elif field.message_type is not None and field.message_type.full_name.startswith("certmanager."):
            yield from _texts(GetMessageClass(field.message_type), (*path, field.name))


def _with_nul(request: Any, path: tuple[str, ...]) -> Any:
    """The request with ``a NUL b`` in one of its texts."""
    target = request
    for name in path[:-1]:
        target = getattr(target, name)
        target = target.add() if hasattr(target, "add") else target
    if isinstance(getattr(target, path[-1]), str):
        setattr(target, path[-1], "a\x00b")
    else:
        getattr(target, path[-1]).append("a\x00b")
    return request


_MAY_HOLD_NUL = {("description",)}
"""Kept in the document as octets, and given back as they came."""


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (kind, path)
        for kind in (
            certificates.IssueCertificateRequest,
            profiles.CreateCertificateProfileRequest,
            certificates.GetCertificateRequest,
            profiles.GetCertificateProfileRequest,
        )
        for path in _texts(kind)
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value.__name__,
)
async def test_nul_in_a_text_is_refused_before_the_store(
    both: Both, kind: Any, path: tuple[str, ...]
) -> None:
    """As a malformed request, on both databases."""
    for standing in both:
        live, ids = standing.live, standing.live.ids
        request = kind()
        if kind is certificates.IssueCertificateRequest:
            method: Any = live.certificates.IssueCertificate
            request.profile_id = ids["profile_id"]
            request.attributes.common_name = "a.example.com"
        elif kind is certificates.GetCertificateRequest:
            method = live.certificates.GetCertificate
        elif kind is profiles.GetCertificateProfileRequest:
            method = live.profiles.GetCertificateProfile
        else:
            method = live.profiles.CreateCertificateProfile
            request.MergeFrom(
                profiles.CreateCertificateProfileRequest(
                    project_id=ids["project_id"],
                    ca_id=ids["ca_id"],
                    certificate_policy_id=ids["certificate_policy_id"],
                    slug=f"p-{new_id()}",
                    enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
                )
            )
        outcome = await outcome_of(standing, method, _with_nul(request, path))
        refused = {"INVALID_ARGUMENT", "UNIMPLEMENTED"}
        assert (path in _MAY_HOLD_NUL) if outcome == ("OK",) else outcome[0].name in refused, (path, outcome)
