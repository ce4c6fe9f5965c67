"""Whatever a client sends, the answer is one of the contract's, and it does not depend on the database."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from certmanager.v1 import certificate_pb2, policy_pb2
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import profile_service_pb2 as profiles
from server.ids import new_id
from tests.issuing.outcomes import Both, outcome_of
from tests.ordering import OID, csr_pem, der_of, open_policy, pem_of
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_INT32 = st.integers(-(2**31), 2**31 - 1)
# RSA is left out: to make such keys is slow and proves nothing here.
_KEY_NUMBERS = st.sampled_from([0, 4, 5, 7, 8, 9, 11, 255, -1, 2**31 - 1, -(2**31)])
_ENUM = st.one_of(st.integers(-1, 12), _INT32)
_SECONDS = st.one_of(st.integers(-(2**62), 2**62), st.integers(-(2**33), 2**36), st.just(0))
_HOSTS = st.from_regex(r"(\*\.)?[a-z0-9.-]{1,40}", fullmatch=True)
# A sound slug is taken once only: an example that is tried again would find it taken.
_SLUG = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_DER = der_of(
    csr_pem(
        (x509.BasicConstraints(ca=False, path_length=None), True),
        subject=[(OID.COMMON_NAME, "a.example.com"), (OID.ORGANIZATION_NAME, "Acme")],
        names=[x509.DNSName("a.example.com"), x509.RFC822Name("a@example.com")],
    )
)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)) + content


_CONTENTS = st.one_of(
    st.binary(max_size=20),
    st.integers(200, 4000).map(lambda size: b"\xff" * size + b"\x7f"),
    st.integers(256, 4000).map(lambda size: b"\x05\x00" * (size // 2)),
)
# Noise seldom passes the first octet; these are read to the bottom.
_VALUES = st.one_of(
    st.binary(max_size=20),
    st.builds(_tlv, st.sampled_from([0x01, 0x02, 0x04, 0x05, 0x06, 0x0C, 0x30, 0x31, 0xA0]), _CONTENTS),
    st.builds(lambda content: _tlv(0x30, _tlv(0x06, content)), st.binary(max_size=100)),
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A sound CSR with some octets changed, cut out or put in."""
    octets = bytearray(_DER)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(octets) - 1))
        octets[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(octets)


@st.composite
def _attributes(draw: st.DrawFn) -> certificate_pb2.CertificateAttributes:
    message: Any = certificate_pb2.CertificateAttributes()
    for name in draw(
        st.sets(st.sampled_from(["common_name", "organization", "country", "state", "locality"]))
    ):
        setattr(message, name, draw(st.one_of(_TEXT, _HOSTS)))
    for kind, value in draw(st.lists(st.tuples(_ENUM, st.one_of(_TEXT, _HOSTS)), max_size=4)):
        message.alt_names.add(type=kind, value=value)
    message.key_usages.extend(draw(st.lists(_ENUM, max_size=3)))
    message.extended_key_usages.extend(draw(st.lists(_ENUM, max_size=3)))
    oids = st.one_of(_TEXT, st.from_regex(r"[0-2](\.[0-9]{1,25}){1,8}", fullmatch=True))
    message.extended_key_usage_oids.extend(draw(st.lists(oids, max_size=2)))
    message.key_algorithm = draw(_KEY_NUMBERS)
    message.signature_algorithm = draw(_ENUM)
    _say_when(message, draw)
    if draw(st.booleans()):
        message.basic_constraints.is_ca = draw(st.booleans())
        message.basic_constraints.path_length = draw(_INT32)
    for oid, octets in draw(st.lists(st.tuples(oids, _VALUES), max_size=2)):
        message.custom_extensions.add(oid=oid, value=octets, critical=draw(st.booleans()))
    return message  # type: ignore[no-any-return]


def _say_when(message: Any, draw: st.DrawFn) -> None:
    nanos = draw(st.one_of(st.just(0), _INT32))
    match draw(st.integers(0, 3)):
        case 1:
            durations = st.from_regex(r"[1-9][0-9]{0,9}[smhdwy]", fullmatch=True)
            message.ttl = draw(st.one_of(_TEXT, durations))
        case 2:
            message.lifetime.CopyFrom(Duration(seconds=draw(_SECONDS), nanos=nanos))
        case 3:
            message.not_after.CopyFrom(Timestamp(seconds=draw(_SECONDS), nanos=nanos))
    if draw(st.booleans()):
        message.not_before.CopyFrom(Timestamp(seconds=draw(_SECONDS), nanos=nanos))


_PROFILES: dict[int, str] = {}


async def _open_profile(standing: Standing) -> str:
    if id(standing) not in _PROFILES:
        policy = open_policy(ca=policy_pb2.CaRule())
        _PROFILES[id(standing)] = await standing.profile(policy)
    return _PROFILES[id(standing)]


async def _same(both: Both, request: certificates.IssueCertificateRequest) -> tuple[Any, ...]:
    """The outcome of an order, which must be the same on both databases."""
    outcomes = []
    for standing in both:
        request.profile_id = await _open_profile(standing)
        outcomes.append(await outcome_of(standing, standing.live.certificates.IssueCertificate, request))
    assert outcomes[0] == outcomes[1]
    return outcomes[0]


@often
@given(_attributes())
async def test_attributes_of_any_kind(both: Both, attributes: certificate_pb2.CertificateAttributes) -> None:
    """Names, times, usages and extensions beyond all bounds."""
    await _same(both, certificates.IssueCertificateRequest(attributes=attributes))


@often
@given(_attributes())
async def test_what_is_judged_is_what_is_issued(
    both: Both, attributes: certificate_pb2.CertificateAttributes
) -> None:
    """``validate_only`` finds fault with an order if and only if the order is refused."""
    request = certificates.IssueCertificateRequest(attributes=attributes, validate_only=True)
    standing = both[0]
    request.profile_id = await _open_profile(standing)
    judged = await standing.live.call(standing.live.certificates.IssueCertificate, request)
    request.validate_only = False
    outcome = await outcome_of(standing, standing.live.certificates.IssueCertificate, request)
    assert bool(judged.violations) == (outcome != ("OK",))


@often
@given(st.one_of(st.binary(max_size=400), _mutated(), st.just(_DER)), st.booleans())
async def test_csrs_of_any_kind(both: Both, octets: bytes, as_text: bool) -> None:  # noqa: FBT001
    """Noise and nearly sound CSRs, as DER and in armour."""
    request = certificates.IssueCertificateRequest()
    if as_text:
        request.csr = pem_of(octets)
    else:
        request.csr_der = octets
    outcome = await _same(both, request)
    assert outcome[0] == "OK" or octets != _DER


@often
@given(
    st.one_of(
        _TEXT, _TEXT.map(lambda text: csr_pem() + text), _TEXT.map(lambda text: f"-----BEGIN {text}-----")
    )
)
@example("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----")
async def test_text_of_any_kind_for_a_csr(both: Both, text: str) -> None:
    """What stands around the armour, or instead of it."""
    outcome = await _same(both, certificates.IssueCertificateRequest(csr=text))
    assert outcome[0] != "OK"


@st.composite
def _around(draw: st.DrawFn) -> certificates.IssueCertificateRequest:
    request: Any = certificates.IssueCertificateRequest(key_password=draw(_TEXT))
    request.key_format = draw(_ENUM)
    if draw(st.booleans()):
        recipient = request.generated_key.recipient_key
        recipient.kem, recipient.public_key = draw(_ENUM), draw(st.binary(max_size=66))
    request.attributes.common_name = "a.example.com"
    if draw(st.booleans()):
        request.auto_renew = draw(st.booleans())
    keys = st.one_of(_TEXT, st.from_regex(r"[a-z.]{1,9}", fullmatch=True))
    for key, value in draw(st.lists(st.tuples(keys, _TEXT), max_size=3)):
        request.metadata.add(key=key, value=value)
    return request  # type: ignore[no-any-return]


@often
@given(_around())
async def test_what_stands_around_the_attributes(
    both: Both, request: certificates.IssueCertificateRequest
) -> None:
    """Metadata with any text in it, formats that there are not, recipients' keys that are none."""
    await _same(both, request)


@st.composite
def _profiles(draw: st.DrawFn) -> profiles.CreateCertificateProfileRequest:
    request: Any = profiles.CreateCertificateProfileRequest(
        slug=draw(st.one_of(st.just(""), _TEXT)), description=draw(_TEXT)
    )
    request.enrollment_type = draw(st.one_of(st.just(1), _ENUM))
    request.private_key_delivery = draw(st.one_of(st.integers(0, 3), _ENUM))
    request.defaults.ttl = draw(st.from_regex(r"[1-9][0-9]{0,8}[smhdwy]", fullmatch=True))
    for name in draw(st.sets(st.sampled_from(["common_name", "organization", "country", "state"]))):
        setattr(request.defaults, name, draw(_TEXT))
    return request  # type: ignore[no-any-return]


@often
@given(_profiles())
async def test_profiles_of_any_kind(both: Both, request: profiles.CreateCertificateProfileRequest) -> None:
    """A new profile is stored as it was said, or refused."""
    outcomes = []
    is_taken_as_said = bool(request.slug) and not _SLUG.fullmatch(request.slug)
    for standing in both:
        ids = standing.live.ids
        request.project_id, request.ca_id = ids["project_id"], ids["ca_id"]
        request.certificate_policy_id = ids["certificate_policy_id"]
        request.slug = request.slug if is_taken_as_said else f"p-{new_id()}"
        outcomes.append(await outcome_of(standing, standing.live.profiles.CreateCertificateProfile, request))
    assert outcomes[0] == outcomes[1]


@often
@given(_TEXT)
async def test_keys_of_any_kind_to_look_up(both: Both, text: str) -> None:
    """Ids, slugs and serial numbers are malformed, or name nothing."""
    for standing in both:
        live = standing.live
        serial = certificates.SerialKey(ca_id=live.ids["ca_id"], serial_number=text)
        slug = profiles.ProfileSlug(project_id=live.ids["project_id"], slug=text)
        for method, request in (
            (live.certificates.GetCertificate, certificates.GetCertificateRequest(certificate_id=text)),
            (live.certificates.GetCertificate, certificates.GetCertificateRequest(serial_key=serial)),
            (live.profiles.GetCertificateProfile, profiles.GetCertificateProfileRequest(slug=slug)),
        ):
            outcome = await outcome_of(standing, method, request)
            assert outcome[0].name in ("INVALID_ARGUMENT", "NOT_FOUND")
