"""What let strangers in elsewhere, and cannot here; numbered as in the PKI rules."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message

from certmanager.v1 import certificate_pb2, policy_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_service_pb2 as profiles
from server.api.concerns import access as concern
from server.ids import new_id
from server.ra.access import tokens
from server.ra.access.tokens import Authenticator, hash_token
from server.store.records import ObjectKind, RoleBindingRecord, TokenRecord
from server.store.unit import Change, Insert, Unit
from tests.access.people import People
from tests.access.places import ABSENT
from tests.ordering import order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_INJECTIONS = (
    "*)(uid=*",
    "' or 1=1 --",
    '" or ""="',
    "a%00b",
    "a\x00b",
    "..%2f..%2f",
    "%",
    "_",
    "\\",
    "{{a}}",
)


async def _raise(*_: Any) -> Any:
    raise RuntimeError("the verifier broke")


def _raise_now(*_: Any) -> Any:
    raise RuntimeError("the verifier broke")


@pytest.mark.parametrize(
    ("place", "name", "broken"),
    [
        (Authenticator, "cached", _raise_now),
        (Authenticator, "_load", _raise),
        (tokens, "hash_token", _raise_now),
        (concern, "authorize", _raise_now),
    ],
)
async def test_1_step_ca_cve_2025_44005_a_verifier_that_fails_denies(
    people: People, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, broken: Any
) -> None:
    """An error while credentials are judged is never taken for their being good."""
    live = people.live
    token = await live.token(f"unseen-{new_id()}", roles={live.ids["project_id"]: "ADMIN"})
    monkeypatch.setattr(place, name, broken)
    if name == "authorize":
        monkeypatch.setattr("server.api.served.authorize", broken)
    issue = order(live.ids["profile_id"], common_name="a.example.com")
    failure = await live.refused(live.certificates.IssueCertificate, issue, token=token)
    assert failure.code is grpc.StatusCode.INTERNAL
    assert "verifier" not in failure.message


_UNKNOWN = (-1, 7_000, 255, 2_147_483_647, -2_147_483_648)


def _with(request: Message, path: str, number: int) -> Message:
    *parents, last = path.split(".")
    target: Any = request
    for parent in parents:
        target = getattr(target, parent)
        target = target.add() if hasattr(target, "add") else target
    if isinstance(getattr(target, last), int):
        setattr(target, last, number)
    else:
        getattr(target, last).append(number)
    return request


@pytest.mark.parametrize("number", _UNKNOWN)
@pytest.mark.parametrize(
    "path",
    [
        "attributes.key_algorithm",
        "attributes.signature_algorithm",
        "attributes.key_usages",
        "attributes.extended_key_usages",
        "attributes.alt_names.type",
        "key_format",
    ],
)
async def test_2_step_ca_cve_2026_30836_an_unknown_enum_value_is_refused(
    standing_sqlite: Standing, path: str, number: int
) -> None:
    """A number that the contract does not know falls through no check: the field is named and refused."""
    request = order(standing_sqlite.live.ids["profile_id"], common_name="a.example.com")
    failure = await standing_sqlite.refused(_with(request, path, number))  # type: ignore[arg-type]
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert any("DEFINED_ONLY" in rule or "NOT_IN" in rule for rule in failure.fields.values()), failure.fields


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (x509_pb2.KeyUsage, "attributes.key_usages"),
        (x509_pb2.ExtendedKeyUsage, "attributes.extended_key_usages"),
        (x509_pb2.AltNameType, "attributes.alt_names.type"),
    ],
)
async def test_2_step_ca_cve_2026_30836_nothing_said_is_no_value(
    standing_sqlite: Standing, kind: Any, path: str
) -> None:
    """UNSPECIFIED in a list is a mistake, and not the first of the values."""
    request = order(standing_sqlite.live.ids["profile_id"], common_name="a.example.com")
    failure = await standing_sqlite.refused(_with(request, path, 0))  # type: ignore[arg-type]
    assert failure.reason == "INVALID_FIELD"


@pytest.mark.parametrize("number", _UNKNOWN)
@pytest.mark.parametrize("path", ["enrollment_type", "private_key_delivery", "defaults.key_algorithm"])
async def test_2_step_ca_cve_2026_30836_an_unknown_way_to_enroll_is_refused(
    people: People, path: str, number: int
) -> None:
    """A profile says only what the contract knows."""
    live = people.live
    request = _with(people.new_profile(), path, number)
    failure = await live.refused(live.profiles.CreateCertificateProfile, request)
    assert (failure.code, list(failure.fields)) == (grpc.StatusCode.INVALID_ARGUMENT, [path])


@pytest.mark.parametrize("role", ["operator", "requester", "viewer", "auditor", "nobody"])
async def test_7_vault_cve_2023_0665_only_admins_set_up(people: People, role: str) -> None:
    """The methods of administration are denied to every other role, before their request is read."""
    live = people.live
    for request in (people.new_profile(), profiles.CreateCertificateProfileRequest()):
        failure = await live.refused(
            live.profiles.CreateCertificateProfile, request, token=people.tokens[role]
        )
        assert failure.code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("text", _INJECTIONS)
async def test_19_dogtag_cve_2023_4727_no_identifier_is_an_expression(people: People, text: str) -> None:
    """Text made to escape a query is a malformed id, slug or serial number, and finds nothing."""
    live = people.live
    serial = certificates.SerialKey(ca_id=live.ids["ca_id"], serial_number=text)
    slug = profiles.ProfileSlug(project_id=live.ids["project_id"], slug=text)
    asked: list[tuple[Any, Message]] = [
        (live.certificates.IssueCertificate, order(text)),
        (live.certificates.GetCertificate, certificates.GetCertificateRequest(certificate_id=text)),
        (live.certificates.GetCertificate, certificates.GetCertificateRequest(serial_key=serial)),
        (live.profiles.GetCertificateProfile, profiles.GetCertificateProfileRequest(id=text)),
        (live.profiles.GetCertificateProfile, profiles.GetCertificateProfileRequest(slug=slug)),
        (live.profiles.CreateCertificateProfile, people.new_profile(ca_id=text)),
        (live.profiles.CreateCertificateProfile, people.new_profile(slug=text)),
    ]
    codes = {(await live.refused(method, request)).code for method, request in asked}
    assert codes == {grpc.StatusCode.INVALID_ARGUMENT}


@pytest.mark.parametrize(
    "text", ["*)(uid=*", "' or 1=1", "a%00", "cm_*", "cm_%", "cm_' or '1'='1", "cm_" + "0" * 72]
)
async def test_19_dogtag_cve_2023_4727_no_token_is_an_expression(people: People, text: str) -> None:
    """What is not a token of ours is nobody's, whatever a query would make of it."""
    live = people.live
    request = profiles.GetCertificateProfileRequest(id=live.ids["profile_id"])
    failure = await live.refused(live.profiles.GetCertificateProfile, request, token=text)
    assert failure.code is grpc.StatusCode.UNAUTHENTICATED


async def test_23_lemur_a_policy_that_says_nothing_allows_nothing(standing: Standing) -> None:
    """An absent section means none: of an empty policy, every part of a request is refused."""
    profile_id = await standing.profile(policy_pb2.CertificatePolicy())
    request = order(
        profile_id,
        common_name="a.example.com",
        key_usages=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE],
        extended_key_usages=[x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH],
        basic_constraints=certificate_pb2.BasicConstraints(is_ca=True),
        custom_extensions=[certificate_pb2.CustomExtension(oid="1.2.3.4", value=b"\x05\x00")],
    )
    failure = await standing.refused(request)
    assert failure.fields == {
        "attributes.common_name": "DNS_NOT_ALLOWED",
        "attributes.key_usages": "KEY_USAGE_NOT_ALLOWED",
        "attributes.extended_key_usages": "EXTENDED_KEY_USAGE_NOT_ALLOWED",
        "attributes.key_algorithm": "KEY_ALGORITHM_NOT_ALLOWED",
        "attributes.basic_constraints": "CA_NOT_ALLOWED",
        "attributes.basic_constraints.path_length": "PATH_LENGTH_EXCEEDS_CA",
        "attributes.custom_extensions[0]": "CUSTOM_EXTENSION_NOT_ALLOWED",
    }


async def test_23_lemur_a_profile_that_says_nothing_lets_nothing_pass(standing: Standing) -> None:
    """Without their flags a profile does not truncate, does not renew, and takes no key for granted."""
    profile_id = await standing.live.profile(message=profile_pb2.CertificateProfile())
    too_long = await standing.refused(order(profile_id, common_name="a.example.com", ttl="19y"))
    assert too_long.code is grpc.StatusCode.FAILED_PRECONDITION
    answer = await standing.issue(order(profile_id, common_name="a.example.com"))
    assert not answer.certificate.auto_renewal.enabled


async def test_23_lemur_a_binding_that_the_server_cannot_judge_grants_nothing(people: People) -> None:
    """A role of a newer server is no right here, and no outage."""
    token = await _bound(people, role="SUPERUSER")
    assert await _reads(people, token, people.home.profile_id) == "PERMISSION_DENIED"


async def test_23_lemur_a_role_for_one_profile_is_none_for_another(people: People) -> None:
    """It grants what it says where it says so, and tells nothing of the profile beside it."""
    token = await _bound(people, role="ADMIN", profile_id=people.home.profile_id)
    assert await _reads(people, token, people.home.profile_id) == "OK"
    assert await _reads(people, token, people.live.ids["rsa_profile_id"]) == "NOT_FOUND"


async def _bound(people: People, **binding: Any) -> str:
    """The token of an identity with a binding in the first project, stored behind the server's back."""
    live = people.live
    token = await live.token(f"bound-{new_id()}")
    record = await live.app.store.get(TokenRecord, hash=hash_token(token))
    assert record is not None
    held = RoleBindingRecord(
        id=new_id(),
        identity_id=record.identity_id,
        project_id=people.home.project_id,
        created_at=live.clock(),
        **binding,
    )
    await live.app.store.commit(Unit((Insert(held),), (Change(ObjectKind.IDENTITY, record.identity_id),)))
    return token


async def _reads(people: People, token: str, profile_id: str) -> str:
    request = profiles.GetCertificateProfileRequest(id=profile_id)
    call: Any = people.live.profiles.GetCertificateProfile(
        request, metadata=people.live.auth(token), timeout=60
    )
    return str((await call.code()).name)


@pytest.mark.parametrize(
    "unit", ["-----BEGIN ", "-----BEGIN CERTIFICATE REQUEST-----\n", "-----END ", "\n", "A"]
)
@pytest.mark.parametrize("size", [60_000, 1_000_000])
async def test_25_cert_manager_cve_2024_12401_armour_costs_next_to_nothing(
    standing_sqlite: Standing, unit: str, size: int
) -> None:
    """Text that looks like PEM without end is refused at once: by its size, or in linear time below that."""
    request = order(standing_sqlite.live.ids["profile_id"], csr=unit * (size // len(unit)))
    live = standing_sqlite.live
    began = perf_counter()
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert perf_counter() - began < 0.5
    assert (failure.code, "csr" in failure.fields) == (grpc.StatusCode.INVALID_ARGUMENT, True)


async def test_hidden_objects_stay_hidden_from_a_lookup_by_name(people: People) -> None:
    """A slug of another project and one that nobody took are told alike."""
    live, token = people.live, people.tokens["admin"]
    failures = []
    for slug in (people.away.profile_slug, "nobody-took-this"):
        key = profiles.ProfileSlug(project_id=people.away.project_id, slug=slug)
        request = profiles.GetCertificateProfileRequest(slug=key)
        failure = await live.refused(live.profiles.GetCertificateProfile, request, token=token)
        failures.append((failure.code, failure.reason, failure.message.replace(slug, "")))
    assert failures[0] == failures[1] == (grpc.StatusCode.NOT_FOUND, "RESOURCE_NOT_FOUND", failures[1][2])


async def test_an_absent_profile_is_named_with_the_field(people: People) -> None:
    """Of several ids in a request, the answer says which one led nowhere."""
    failure = await people.live.refused(people.live.certificates.IssueCertificate, order(ABSENT))
    assert failure.details["ResourceInfo"].resource_name == ABSENT
    assert [v.field for v in failure.details["BadRequest"].field_violations] == ["profile_id"]
