"""Every reason that this server gives, over the wire, with its code and its details."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import grpc.aio
import pytest

from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from server.clock import utc_now
from server.config import Settings
from server.errors import Reason
from server.ids import new_id
from tests.issuing.reasons import Code, shown
from tests.ordering import DNS, names_rule, open_policy, order
from tests.serving import Failure, Live, failure_of, running

ABSENT = "0195e1a0-0000-7000-8000-000000000000"


async def _issue(live: Live, request: Any) -> Failure:
    return await live.refused(live.certificates.IssueCertificate, request)


def _profile(live: Live, **changes: Any) -> profiles.CreateCertificateProfileRequest:
    said: dict[str, Any] = {
        "project_id": live.ids["project_id"],
        "ca_id": live.ids["ca_id"],
        "certificate_policy_id": live.ids["certificate_policy_id"],
        "slug": f"p-{new_id()}",
        "enrollment_type": profile_pb2.ENROLLMENT_TYPE_API,
        "api_config": profile_pb2.ApiEnrollmentConfig(),
    }
    return profiles.CreateCertificateProfileRequest(**(said | changes))


async def test_invalid_field(live: Live) -> None:
    """Every malformed field is named with its rule."""
    request = order("no-id", names=[(DNS, "a b")], ttl="1 day", country="de")
    failure = shown(await _issue(live, request), Reason.INVALID_FIELD, "BadRequest")
    assert failure.fields.keys() >= {"profile_id", "attributes.ttl", "attributes.country"}
    assert int(failure.metadata["violationCount"]) == len(failure.details["BadRequest"].field_violations)


async def test_invalid_field_tells_twenty_and_the_count(live: Live) -> None:
    """A hundred bad names fit no trailer: the first twenty are told, and how many there are."""
    names = [(DNS, f"bad name {place} " + "x" * 200) for place in range(100)]
    failure = await _issue(live, order(live.ids["profile_id"], names=names))
    assert len(failure.details["BadRequest"].field_violations) == 20
    assert int(failure.metadata["violationCount"]) >= 100


async def test_csr_invalid(live: Live) -> None:
    """A CSR that is none is not just any bad field."""
    failure = await _issue(live, order(live.ids["profile_id"], csr="hello"))
    assert shown(failure, Reason.CSR_INVALID, "BadRequest").fields == {"csr": "CSR_PEM"}


@pytest.mark.parametrize(
    ("field", "type_"),
    [
        ("ca_id", "CertificateAuthority"),
        ("certificate_policy_id", "CertificatePolicy"),
        ("project_id", "Project"),
    ],
)
async def test_resource_not_found_in_a_new_profile(live: Live, field: str, type_: str) -> None:
    """The answer names the resource and the field that named it."""
    absent = _profile(live, **{field: ABSENT})
    caller = await live.token("admin", roles={live.ids["project_id"]: "ADMIN"})
    failure = await live.refused(live.profiles.CreateCertificateProfile, absent, token=caller)
    shown(failure, Reason.RESOURCE_NOT_FOUND, "ResourceInfo", "BadRequest")
    resource = failure.details["ResourceInfo"]
    assert (resource.resource_type, resource.resource_name) == (f"certmanager.v1.{type_}", ABSENT)
    assert [violation.field for violation in failure.details["BadRequest"].field_violations] == [field]


async def test_resource_not_found_for_an_owner_too(live: Live) -> None:
    """Who may see every project is told of one that is not there as of any other thing."""
    absent = _profile(live, project_id=ABSENT)
    failure = await live.refused(live.profiles.CreateCertificateProfile, absent)
    shown(failure, Reason.RESOURCE_NOT_FOUND, "ResourceInfo", "BadRequest")


async def test_resource_not_found_when_it_is_what_was_asked_for(live: Live) -> None:
    """Then there is no field to name."""
    request = certificates.GetCertificateRequest(certificate_id=ABSENT)
    failure = await live.refused(live.certificates.GetCertificate, request)
    shown(failure, Reason.RESOURCE_NOT_FOUND, "ResourceInfo")
    assert failure.details["ResourceInfo"].resource_type == "certmanager.v1.Certificate"


async def test_slug_taken(live: Live) -> None:
    """The answer names who holds it."""
    request = _profile(live)
    holder = await live.call(live.profiles.CreateCertificateProfile, request)
    failure = await live.refused(live.profiles.CreateCertificateProfile, request)
    shown(failure, Reason.SLUG_TAKEN, "ResourceInfo", "BadRequest")
    assert failure.details["ResourceInfo"].resource_name == holder.certificate_profile.id
    assert failure.metadata["slug"] == request.slug


async def test_policy_violation(live: Live) -> None:
    """The answer names the policy, and for each violation the field, the rule and what is allowed."""
    policy_id = await live.policy(names_rule(DNS, allowed=["*.example.com"]))
    profile_id = await live.profile(policy_id=policy_id)
    failure = await _issue(live, order(profile_id, names=[(DNS, "a.example.com"), (DNS, "evil.org")]))
    shown(failure, Reason.POLICY_VIOLATION, "PreconditionFailure")
    assert failure.metadata["policyId"] == policy_id
    (violation,) = failure.details["PreconditionFailure"].violations
    assert (violation.type, violation.subject) == ("POLICY", "attributes.alt_names[1].value")
    assert violation.description.startswith("DNS_NOT_ALLOWED: ")
    told = [failure.metadata[f"violation0{part}"] for part in ("Rule", "Value", "Allowed")]
    assert told == ["DNS_NOT_ALLOWED", "evil.org", "*.example.com"]


async def test_policy_violation_of_a_profiles_own_defaults(live: Live) -> None:
    """A profile whose defaults its policy would refuse is not created."""
    policy_id = await live.policy(names_rule(DNS, allowed=["*.example.com"]))
    defaults = profile_pb2.CertificateDefaults(country="DE", ttl="999999999y")
    request = _profile(live, certificate_policy_id=policy_id, defaults=defaults)
    failure = await live.refused(live.profiles.CreateCertificateProfile, request)
    shown(failure, Reason.INVALID_FIELD, "BadRequest")
    assert failure.fields == {"defaults.ttl": "TIME_OUT_OF_RANGE"}
    subject = await live.policy(open_policy(subject_rules={}))
    request = _profile(live, certificate_policy_id=subject, defaults={"country": "DE"})
    failure = await live.refused(live.profiles.CreateCertificateProfile, request)
    shown(failure, Reason.POLICY_VIOLATION, "PreconditionFailure")
    assert failure.fields == {"defaults.country": "SUBJECT_ATTRIBUTE_NOT_ALLOWED"}


@pytest.mark.parametrize("only", [False, True], ids=["issue", "validate only"])
async def test_ca_not_active_when_disabled(live: Live, only: bool) -> None:  # noqa: FBT001
    """The answer names the CA and its state."""
    ca_id = await live.authority(state="DISABLED")
    profile_id = await live.profile(ca_id=ca_id)
    request = order(profile_id, common_name="a.example.com", fields={"validate_only": only})
    failure = shown(await _issue(live, request), Reason.CA_NOT_ACTIVE, "PreconditionFailure")
    assert (failure.metadata["caId"], failure.metadata["caState"]) == (ca_id, "DISABLED")


class _Clock:
    """Tells the present until a test moves it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.mark.parametrize("truncate", [False, True])
async def test_ca_not_active_when_expired(settings: Settings, truncate: bool) -> None:  # noqa: FBT001
    """Its end needs no state: the second after it the CA signs nothing, whatever the profile would cut."""
    clock = _Clock()
    async with running(settings, clock=clock) as live:
        ca_id = await live.authority(lifetime=timedelta(days=1))
        message = profile_pb2.CertificateProfile(truncate_to_ca=truncate)
        profile_id = await live.profile(ca_id=ca_id, message=message)
        clock.ahead = timedelta(days=1)
        failure = await _issue(live, order(profile_id, common_name="a.example.com", ttl="1h"))
    shown(failure, Reason.CA_NOT_ACTIVE, "PreconditionFailure")
    assert failure.metadata["caState"] == "EXPIRED"


async def test_lifetime_exceeds_ca(live: Live) -> None:
    """The answer names the longest lifetime that is left, and it is true to the second."""
    profile_id = await live.profile(
        ca_id=await live.authority(lifetime=timedelta(days=10)), policy=open_policy()
    )
    start = utc_now().replace(microsecond=0) + timedelta(hours=1)
    request = order(profile_id, common_name="a.example.com", ttl="30d", not_before=start)
    failure = shown(await _issue(live, request), Reason.LIFETIME_EXCEEDS_CA, "PreconditionFailure")
    end, longest = failure.metadata["caNotAfter"], failure.metadata["maxLifetime"]
    assert datetime.fromisoformat(end) == start + timedelta(seconds=int(longest[:-1]) - 1)
    request.attributes.ttl = longest
    assert (await live.call(live.certificates.IssueCertificate, request)).certificate.certificate
    request.attributes.ttl = f"{int(longest[:-1]) + 1}s"
    shown(await _issue(live, request), Reason.LIFETIME_EXCEEDS_CA, "PreconditionFailure")


@pytest.mark.parametrize("only", [False, True], ids=["issue", "validate only"])
async def test_profile_disabled(live: Live, only: bool) -> None:  # noqa: FBT001
    """The answer names the profile."""
    profile_id = await live.profile(disabled=True)
    request = order(profile_id, common_name="a.example.com", fields={"validate_only": only})
    failure = await _issue(live, request)
    assert (failure.reason, failure.code) == ("PROFILE_DISABLED", Code.FAILED_PRECONDITION)
    assert failure.metadata["profileId"] == profile_id


async def test_not_supported(live: Live) -> None:
    """What is still to come is said to be so, whatever the request holds."""
    begin: Any = live.certificates.RevokeCertificates
    call = begin(metadata=live.auth(), timeout=60)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    failure = failure_of(caught.value)
    assert (failure.reason, failure.code) == ("NOT_SUPPORTED", Code.UNIMPLEMENTED)


async def test_credentials_invalid(live: Live) -> None:
    """Nothing is said of what is wrong with them."""
    failure = await live.refused(
        live.certificates.IssueCertificate, order(live.ids["profile_id"]), token="nobody"
    )
    assert shown(failure, Reason.CREDENTIALS_INVALID).metadata == {}


async def test_permission_denied(live: Live) -> None:
    """The answer names what is missing."""
    token = await live.token("viewer", roles={live.ids["project_id"]: "VIEWER"})
    request = order(live.ids["profile_id"])
    failure = await live.refused(live.certificates.IssueCertificate, request, token=token)
    assert shown(failure, Reason.PERMISSION_DENIED).metadata == {"permission": "certificates.issue"}
