"""Requests about CAs, and what every test of them needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import ParseDict

from certmanager.v1 import certificate_authority_pb2, policy_pb2
from certmanager.v1 import certificate_authority_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from tests.serving import Failure, Live

ANYTHING = policy_pb2.CertificatePolicy(
    any_subject=policy_pb2.AnyAllowed(),
    any_alt_names=policy_pb2.AnyAllowed(),
    any_key_usages=policy_pb2.AnyAllowed(),
    any_extended_key_usages=policy_pb2.AnyAllowed(),
    any_key_algorithms=policy_pb2.AnyAllowed(),
    any_signature_algorithms=policy_pb2.AnyAllowed(),
    common_name_mode=policy_pb2.COMMON_NAME_MODE_IGNORE,
)
STATES = certificate_authority_pb2.CertificateAuthorityState
PREFIX = "CERTIFICATE_AUTHORITY_STATE_"


def authorities(live: Live) -> CertificateAuthorityServiceStub:
    """The service under test."""
    return CertificateAuthorityServiceStub(live.channel)


def order(live: Live, **fields: Any) -> messages.CreateCertificateAuthorityRequest:
    """A sound order for a root; fields in the JSON form of the contract replace its parts."""
    sound = {
        "project_id": live.ids["project_id"],
        "type": "CERTIFICATE_AUTHORITY_TYPE_ROOT",
        "attributes": {"common_name": "Test root", "key_algorithm": "KEY_ALGORITHM_EC_PRIME256V1"},
    }
    return ParseDict(_merged(sound, fields), messages.CreateCertificateAuthorityRequest())


def intermediate(live: Live, parent: str = "", **fields: Any) -> messages.CreateCertificateAuthorityRequest:
    """A sound order for an intermediate: under one of ours, or signed outside."""
    named = {"common_name": "Test intermediate", "basic_constraints": {"path_length": 0}}
    sound: dict[str, Any] = {"type": "CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE", "attributes": named}
    if parent:
        sound["parent_ca_id"] = parent
    return order(live, **_merged(sound, fields))


def _merged(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    return {**one, **{name: _merged(one.get(name), value) for name, value in other.items()}}


async def create(live: Live, request: messages.CreateCertificateAuthorityRequest, **how: Any) -> Any:
    """The CA of an order that must succeed."""
    answer = await live.call(authorities(live).CreateCertificateAuthority, request, **how)
    return answer.certificate_authority


async def get(live: Live, id_: str) -> Any:
    """A CA as it stands."""
    request = messages.GetCertificateAuthorityRequest(id=id_)
    return (await live.call(authorities(live).GetCertificateAuthority, request)).certificate_authority


def state(authority: Any) -> str:
    """The name of a CA's state."""
    return str(STATES.Name(authority.state)).removeprefix(PREFIX)


async def leaf_order(live: Live, ca_id: str, **attributes: Any) -> certificates.IssueCertificateRequest:
    """An order for a leaf of a CA, under a policy that allows everything."""
    request = certificates.IssueCertificateRequest(
        profile_id=await live.profile(ca_id=ca_id, policy=ANYTHING)
    )
    ParseDict({"common_name": "leaf", **attributes}, request.attributes)
    return request


async def issue(live: Live, ca_id: str, **attributes: Any) -> Any:
    """The answer to an order for a leaf of a CA."""
    request = await leaf_order(live, ca_id, **attributes)
    return await live.call(live.certificates.IssueCertificate, request)


def broken(failure: Failure) -> set[tuple[str, str]]:
    """Each violation as field and rule."""
    return set(_broken(failure))


def _broken(failure: Failure) -> Iterator[tuple[str, str]]:
    for name, each in failure.details.items():
        if name == "BadRequest":
            yield from ((one.field, one.reason) for one in each.field_violations)
        if name == "PreconditionFailure":
            yield from ((one.subject, one.description.partition(":")[0]) for one in each.violations)
