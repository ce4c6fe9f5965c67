"""Bad CSRs over the wire: each is refused by its rule, told of the field that held it, and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from cryptography import x509

from certmanager.v1 import x509_pb2
from tests.issuing.bad_csrs import DERS, EMPTY, PEMS, empty
from tests.ordering import DNS, EMAIL, OID, URI, csr_pem, der_of, names_rule, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION
INVALID = grpc.StatusCode.INVALID_ARGUMENT
_OURS = {
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.31",
    "2.5.29.35",
    "1.3.6.1.5.5.7.1.1",
}
"""The extensions that the server makes by itself."""


@pytest.mark.parametrize(("make", "rule"), PEMS.values(), ids=PEMS.keys())
async def test_text_that_is_no_csr_is_refused(
    standing_sqlite: Standing, make: Callable[[], str], rule: str
) -> None:
    """One block, and around it nothing but white space."""
    request = order(await _profile(standing_sqlite), csr=make())
    failure = await standing_sqlite.refused(request)
    assert (failure.code, failure.reason, failure.fields) == (INVALID, "CSR_INVALID", {"csr": rule})


@pytest.mark.parametrize(("make", "rule"), DERS.values(), ids=DERS.keys())
async def test_a_bad_csr_is_refused_by_its_rule(
    standing_sqlite: Standing, make: Callable[[], bytes], rule: str
) -> None:
    """In the bytes field as in the text field."""
    failure = await standing_sqlite.refused(order(await _profile(standing_sqlite), csr_der=make()))
    assert (failure.code, failure.reason, failure.fields) == (INVALID, "CSR_INVALID", {"csr_der": rule})


@pytest.mark.parametrize(("oid", "rule"), EMPTY.values(), ids=EMPTY.keys())
async def test_4_step_ca_cve_2026_40097_an_empty_sequence_breaks_nothing(
    standing_sqlite: Standing, oid: str, rule: str
) -> None:
    """In whatever extension: it is refused, or it says nothing and is not certified; the service lives."""
    request = order(await _profile(standing_sqlite), csr=empty(oid), names=[(DNS, "a.example.com")])
    if rule:
        assert (await standing_sqlite.refused(request)).fields["csr"] == rule
    else:
        extensions = (await standing_sqlite.issued(request)).extensions
        assert {extension.oid.dotted_string for extension in extensions} <= _OURS
    await standing_sqlite.issued(order(await _profile(standing_sqlite), names=[(DNS, "a.example.com")]))


async def test_a_csr_of_64_kib_and_one_octet_is_refused(standing_sqlite: Standing) -> None:
    """In both fields, without looking into it."""
    text = csr_pem(names=[x509.DNSName("a.example.com")])
    profile_id = await _profile(standing_sqlite)
    fits = text + " " * (65_536 - len(text))
    await standing_sqlite.issued(order(profile_id, csr=fits))
    failure = await standing_sqlite.refused(order(profile_id, csr=fits + " "))
    assert (failure.code, list(failure.fields)) == (INVALID, ["csr"])
    failure = await standing_sqlite.refused(order(profile_id, csr_der=b"\x30" * 65_537))
    assert (failure.code, list(failure.fields)) == (INVALID, ["csr_der"])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda pem: "\r\n\t " + pem + " \n\n",
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
    ],
)
async def test_white_space_and_an_old_label_are_no_fault(
    standing_sqlite: Standing, wrap: Callable[[str], str]
) -> None:
    """Windows and old programs write it so."""
    pem = wrap(csr_pem(names=[x509.DNSName("a.example.com")]))
    await standing_sqlite.issued(order(await _profile(standing_sqlite), csr=pem))


async def test_text_and_octets_are_the_same_csr(standing: Standing) -> None:
    """Either field leads to a certificate of the same key and names."""
    pem = csr_pem(names=[x509.DNSName("a.example.com")])
    profile_id = await _profile(standing)
    one = await standing.issued(order(profile_id, csr=pem))
    other = await standing.issued(order(profile_id, csr_der=der_of(pem)))
    assert one.public_key() == other.public_key() == x509.load_pem_x509_csr(pem.encode()).public_key()


@pytest.mark.parametrize(
    "text",
    ['a"b', "a'b", "a\\b", "{{ .Token.foo }}", "{{", "${x}", "%s", "a,CN=admin", "a+b=c", "#1234", "<b>"],
)
async def test_5_smallstep_audit_text_is_text(standing: Standing, text: str) -> None:
    """Quotes, braces and commas in a subject are certified as they were written, from either side."""
    profile_id = await _profile(standing)
    for request in (
        order(profile_id, common_name=text),
        order(profile_id, csr=csr_pem(subject=[(OID.COMMON_NAME, text)])),
    ):
        (entry,) = (await standing.issued(request)).subject
        assert (entry.oid, entry.value) == (OID.COMMON_NAME, text)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x00b", "\x1b[0m", "a\u2028b", "a\u202eb"])
async def test_5_smallstep_audit_lines_and_controls_are_none(standing: Standing, text: str) -> None:
    """What could forge a line or hide a part is refused in every text of a name."""
    profile_id = await _profile(standing)
    failure = await standing.refused(order(profile_id, common_name=text))
    assert (failure.code, failure.fields["attributes.common_name"]) == (INVALID, "SUBJECT_CHARACTER")
    for kind in (DNS, EMAIL, URI):
        prefix = {DNS: "", EMAIL: "a@", URI: "https://a.example/"}[kind]
        failure = await standing.refused(order(profile_id, names=[(kind, prefix + text)]))
        assert (failure.code, "attributes.alt_names[0].value" in failure.fields) == (INVALID, True)


@pytest.mark.parametrize(
    "address", ["a@", "@", "@example.com", "a", "a@@b.example", "a b@c.example", '"a"@b.example']
)
async def test_5_smallstep_audit_an_address_without_its_parts_is_refused(
    standing: Standing, address: str
) -> None:
    """The empty domain crashed another CA."""
    failure = await standing.refused(order(await _profile(standing), names=[(EMAIL, address)]))
    assert (failure.code, "attributes.alt_names[0].value" in failure.fields) == (INVALID, True)


_ALLOWED = "spiffe://example.org/ns/prod"


@pytest.mark.parametrize(
    "uri",
    [
        f"{_ALLOWED}/../admin",
        f"{_ALLOWED}/./a",
        f"{_ALLOWED}//a",
        f"{_ALLOWED}/%2e%2e/a",
        f"{_ALLOWED}/a%2fb",
        f"{_ALLOWED}/a?b",
        f"{_ALLOWED}/a#b",
        "spiffe://user@example.org/ns/prod/a",
        "spiffe://example.org:8443/ns/prod/a",
        "spiffe://example.org@evil.org/ns/prod/a",
        "spiffe://evil.org/ns/prod/a",
        "spiffe:/example.org/ns/prod/a",
        "//example.org/ns/prod/a",
        "https://example.org/ns/prod/a",
    ],
)
@pytest.mark.parametrize("route", ["request", "csr"])
async def test_27_spire_cve_2021_27098_a_misleading_uri_is_refused(
    standing_sqlite: Standing, route: str, uri: str
) -> None:
    """By the form of URIs or by the policy, from either side."""
    profile_id = await standing_sqlite.profile(names_rule(URI, allowed=[_ALLOWED]))
    if route == "csr":
        request = order(profile_id, csr=csr_pem(names=[x509.UniformResourceIdentifier(uri)]))
    else:
        request = order(profile_id, names=[(URI, uri)])
    failure = await standing_sqlite.refused(request)
    assert failure.code in (INVALID, grpc.StatusCode.FAILED_PRECONDITION)


@pytest.mark.parametrize("uri", ["SPIFFE://example.org/ns/prod/a", "spiffe://EXAMPLE.org/ns/prod/a"])
async def test_27_spire_cve_2021_27099_capitals_are_the_same_name(
    standing_sqlite: Standing, uri: str
) -> None:
    """Scheme and host compare without case, and are certified in lower case."""
    profile_id = await standing_sqlite.profile(names_rule(URI, allowed=[_ALLOWED]))
    certificate = await standing_sqlite.issued(order(profile_id, names=[(URI, uri)]))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in names] == ["spiffe://example.org/ns/prod/a"]


async def test_17_serial_entropy_of_2019_a_serial_number_is_20_random_octets(
    standing_sqlite: Standing,
) -> None:
    """Of the certificates that clients get, no two share a serial number, nor half of one."""
    profile_id = await _profile(standing_sqlite)
    request = order(profile_id, names=[(DNS, "a.example.com")])
    serials = [(await standing_sqlite.issued(request)).serial_number for _ in range(50)]
    assert {serial.bit_length() for serial in serials} <= set(range(150, 160))
    assert len(set(serials)) == len({serial >> 80 for serial in serials}) == 50
    assert len({serial % (1 << 64) for serial in serials}) == 50


async def test_28_pyca_cve_2026_26007_only_sound_curves_are_known() -> None:
    """The contract has no name for a curve over a binary field, nor for any but three."""
    curves = {name for name in x509_pb2.KeyAlgorithm.DESCRIPTOR.values_by_name if "_EC_" in name}
    assert curves == {f"KEY_ALGORITHM_EC_{name}" for name in ("PRIME256V1", "SECP384R1", "SECP521R1")}


async def _profile(standing: Standing) -> str:
    return await standing.profile(open_policy())
