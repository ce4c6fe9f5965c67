"""The seed page's story and the contract, told by the real grpcurl with nothing but an address and ca.pem."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.e2e.grpcurl import Grpcurl
from tests.e2e.processes import Process, serving
from tests.oracles import openssl_verify, pkilint_findings

SERVICES = [
    *(f"certmanager.v1.{name}Service" for name in ("Access", "CertificateAuthority", "CertificateRequest")),
    *(f"certmanager.v1.{name}Service" for name in ("Certificate", "Policy", "Profile", "Project")),
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
]
EXIT = 64
"""grpcurl's exit code is this and the status code."""
INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS = 3, 5, 6
FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED = 9, 12, 16
NOBODYS = "550e8400-e29b-41d4-a716-446655440000"


def test_services_are_listed_without_a_token(shared: Process, grpcurl: Grpcurl) -> None:
    assert grpcurl(shared, shared.target, "list", token="").out.split() == SERVICES


def test_methods_of_a_service_are_listed(shared: Process, grpcurl: Grpcurl) -> None:
    listed = grpcurl(shared, shared.target, "list", "certmanager.v1.ProfileService").out.split()
    assert "certmanager.v1.ProfileService.CreateCertificateProfile" in listed


DESCRIBED = {
    "certmanager.v1.CertificateService": "is a service:",
    "certmanager.v1.CertificateService.IssueCertificate": "is a method:",
    "certmanager.v1.IssueCertificateRequest": "is a message:",
    "certmanager.v1.IssueCertificateRequest.csr": "is a field:",
    "certmanager.v1.IssueCertificateRequest.key_source": "is a one-of:",
    "certmanager.v1.KeyAlgorithm": "is an enum:",
    "google.rpc.BadRequest": "is a message:",
}


@pytest.mark.parametrize("symbol", DESCRIBED)
def test_a_symbol_is_described(shared: Process, grpcurl: Grpcurl, symbol: str) -> None:
    done = grpcurl(shared, shared.target, "describe", symbol, token="")
    assert done.out.startswith(f"{symbol} {DESCRIBED[symbol]}"), done.err


def test_an_unknown_symbol_is_not_found(shared: Process, grpcurl: Grpcurl) -> None:
    done = grpcurl(shared, shared.target, "describe", "certmanager.v1.CertificateService.Nothing")
    assert done.code != 0
    assert "not found" in done.err


@pytest.fixture(scope="module")
def profile(shared: Process, grpcurl: Grpcurl) -> dict[str, Any]:
    """The page's profile, under the RSA CA."""
    request = {
        "projectId": shared.ids["project_id"],
        "caId": shared.ids["rsa_ca_id"],
        "certificatePolicyId": shared.ids["certificate_policy_id"],
        "slug": "my-api-profile",
        "description": "Certificate profile for API enrollment",
        "enrollmentType": "ENROLLMENT_TYPE_API",
        "apiConfig": {"autoRenew": True, "renewBeforeDays": 7},
    }
    answer = grpcurl.call(shared, "ProfileService/CreateCertificateProfile", request)
    return dict(answer["certificateProfile"])


@pytest.fixture(scope="module")
def generated(shared: Process, grpcurl: Grpcurl, profile: dict[str, Any]) -> dict[str, Any]:
    """The page's certificate with a key of the server's making."""
    names = ("service.acme.com", "www.service.acme.com")
    request = {
        "profileId": profile["id"],
        "attributes": {
            "commonName": "service.acme.com",
            "ttl": "1y",
            "signatureAlgorithm": "SIGNATURE_ALGORITHM_RSA_SHA256",
            "keyAlgorithm": "KEY_ALGORITHM_RSA_2048",
            "keyUsages": ["KEY_USAGE_DIGITAL_SIGNATURE", "KEY_USAGE_KEY_ENCIPHERMENT"],
            "extendedKeyUsages": ["EXTENDED_KEY_USAGE_SERVER_AUTH"],
            "altNames": [{"type": "ALT_NAME_TYPE_DNS", "value": name} for name in names],
        },
        "metadata": [{"key": "env", "value": "production"}, {"key": "team", "value": "platform"}],
    }
    return grpcurl.call(shared, "CertificateService/IssueCertificate", request)


@pytest.fixture(scope="module")
def by_csr(
    shared: Process, grpcurl: Grpcurl, profile: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The page's certificate for a key of the client's making: OpenSSL's, with C and ST as on the page."""
    files = tmp_path_factory.mktemp("csr")
    subject = "/C=US/ST=Ohio/CN=service.acme.com"
    names = ("-addext", "subjectAltName=DNS:service.acme.com")
    key = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(files / "key.pem"))
    out = ("-out", str(files / "csr.pem"))
    command = ["openssl", "req", "-new", *key, "-subj", subject, *names, *out]
    subprocess.run(command, check=True, capture_output=True)
    csr = (files / "csr.pem").read_text()
    request = {"profileId": profile["id"], "csr": csr, "attributes": {"ttl": "1y"}}
    answer = grpcurl.call(shared, "CertificateService/IssueCertificate", request)
    return {**answer, "csr": csr}


def test_the_profile_is_as_it_was_asked_for(shared: Process, profile: dict[str, Any]) -> None:
    assert profile["caId"] == shared.ids["rsa_ca_id"]
    assert profile["apiConfig"] == {"autoRenew": True, "renewBeforeDays": 7}
    assert profile["slug"] == "my-api-profile"


def leaf_of(answer: dict[str, Any]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(answer["certificate"]["certificate"].encode())


def test_the_generated_key_belongs_to_the_certificate(generated: dict[str, Any]) -> None:
    key = load_pem_private_key(generated["certificate"]["privateKey"].encode(), None)
    public = leaf_of(generated).public_key()
    assert isinstance(public, RSAPublicKey)
    assert (public.key_size, public) == (2048, key.public_key())


def test_the_certificate_names_what_was_asked_for(generated: dict[str, Any]) -> None:
    names = leaf_of(generated).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["service.acme.com", "www.service.acme.com"]


def test_the_certificate_lasts_a_year(generated: dict[str, Any]) -> None:
    """The last second is in it: RFC 5280, section 4.1.2.5."""
    leaf = leaf_of(generated)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).total_seconds() == 365 * 86_400 - 1


def test_auto_renewal_is_told(generated: dict[str, Any]) -> None:
    assert generated["certificate"]["autoRenewal"]["enabled"] is True


def test_the_csr_s_key_and_names_are_certified(by_csr: dict[str, Any]) -> None:
    """The subject is the CSR's, C and ST included, for the first policy allows them; no key is told."""
    csr, leaf = x509.load_pem_x509_csr(by_csr["csr"].encode()), leaf_of(by_csr)
    assert leaf.public_key() == csr.public_key()
    assert leaf.subject == csr.subject
    assert "privateKey" not in by_csr["certificate"]


@pytest.mark.parametrize("which", ["generated", "by_csr"])
def test_others_agree_with_the_chain(which: str, request: pytest.FixtureRequest) -> None:
    """OpenSSL verifies it strictly, and pkilint finds nothing."""
    answer = request.getfixturevalue(which)
    certificate = answer["certificate"]
    intermediate, _, root = certificate["certificateChain"].partition("-----END CERTIFICATE-----\n")
    intermediate += "-----END CERTIFICATE-----\n"
    assert openssl_verify(certificate["certificate"], root=root, intermediates=(intermediate,)) == ""
    assert pkilint_findings(leaf_of(answer).public_bytes(Encoding.DER)) == []


def test_a_certificate_is_read_by_id_and_by_serial(
    shared: Process, grpcurl: Grpcurl, generated: dict[str, Any]
) -> None:
    """Both ways show one thing, with its metadata and without a key."""
    issued, method = generated["certificate"], "CertificateService/GetCertificate"
    by_id = grpcurl.call(shared, method, {"certificateId": issued["certificateId"]})
    key = {"caId": shared.ids["rsa_ca_id"], "serialNumber": issued["serialNumber"]}
    assert grpcurl.call(shared, method, {"serialKey": key}) == by_id
    assert by_id["certificate"]["certificate"] == issued["certificate"]
    metadata = {entry["key"]: entry["value"] for entry in by_id["certificate"]["metadata"]}
    assert metadata == {"env": "production", "team": "platform"}
    assert "PRIVATE KEY" not in json.dumps(by_id)


def test_metadata_and_violations_come_with_an_error(shared: Process, grpcurl: Grpcurl) -> None:
    """A ttl that the policy forbids: what is wrong, where, and by which rule."""
    attributes = {"commonName": "a.example.com", "ttl": "50y"}
    request = {"profileId": shared.ids["profile_id"], "attributes": attributes}
    code, status = grpcurl.refused(shared, "CertificateService/IssueCertificate", request)
    assert code == EXIT + FAILED_PRECONDITION
    details = {detail["@type"].rpartition(".")[2]: detail for detail in status["details"]}
    assert details["ErrorInfo"]["reason"] == "POLICY_VIOLATION"
    assert details["ErrorInfo"]["domain"] == "certmanager.v1"
    assert details["PreconditionFailure"]["violations"][0]["subject"] == "attributes.ttl"


def test_an_error_can_be_read_by_people(shared: Process, grpcurl: Grpcurl) -> None:
    """As somebody types it: the details are spelt out, for reflection tells their types."""
    request = json.dumps({"certificateId": NOBODYS})
    done = grpcurl(shared, "-d", request, shared.target, "certmanager.v1.CertificateService/GetCertificate")
    assert done.code == EXIT + NOT_FOUND
    types = ("google.rpc.ErrorInfo", "google.rpc.ResourceInfo")
    for part in ("Code: NotFound", *types, "RESOURCE_NOT_FOUND", NOBODYS):
        assert part in done.err


GET = "CertificateService/GetCertificate"
REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "malformed": (GET, {"certificateId": "x"}, INVALID_ARGUMENT, "INVALID_FIELD"),
    "absent": (GET, {"certificateId": NOBODYS}, NOT_FOUND, "RESOURCE_NOT_FOUND"),
    "unserved": ("CertificateService/RevokeCertificates", {}, UNIMPLEMENTED, "NOT_SUPPORTED"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_exit_code_is_the_status(shared: Process, grpcurl: Grpcurl, case: str) -> None:
    method, request, expected, reason = REFUSED[case]
    code, status = grpcurl.refused(shared, method, request)
    assert (code, status["code"]) == (EXIT + expected, expected)
    assert reason in {detail.get("reason") for detail in status["details"]}


@pytest.mark.parametrize("token", ["", "cm_nobody", "nothing of ours"])
def test_without_a_valid_token_nothing_is_told(shared: Process, grpcurl: Grpcurl, token: str) -> None:
    request = {"certificateId": NOBODYS}
    code, status = grpcurl.refused(shared, "CertificateService/GetCertificate", request, token=token)
    assert code == EXIT + UNAUTHENTICATED
    assert [detail["reason"] for detail in status["details"] if "reason" in detail] == ["CREDENTIALS_INVALID"]


def test_a_taken_slug_is_told(shared: Process, grpcurl: Grpcurl, profile: dict[str, Any]) -> None:
    wanted = ("projectId", "caId", "certificatePolicyId", "slug", "enrollmentType")
    request = {name: profile[name] for name in wanted}
    code, status = grpcurl.refused(shared, "ProfileService/CreateCertificateProfile", request)
    assert (code, status["details"][0]["reason"]) == (EXIT + ALREADY_EXISTS, "SLUG_TAKEN")


def test_health_is_told_without_a_token(shared: Process, grpcurl: Grpcurl) -> None:
    done = grpcurl(shared, shared.target, "grpc.health.v1.Health/Check", token="")
    assert json.loads(done.out) == {"status": "SERVING"}


def test_reflection_can_be_turned_off(sqlite_copy: Path, grpcurl: Grpcurl) -> None:
    """What is served stays served: health answers a client that has its description."""
    with serving(sqlite_copy, "--no-reflection") as process:
        done = grpcurl(process, process.target, "list")
        assert done.code != 0
        assert "does not support the reflection API" in done.err
        assert process.page("/readyz")[0] == 200


def test_a_watch_prints_the_states_and_exits_with_0(shared: Process, grpcurl: Grpcurl) -> None:
    """Nobody has to parse anything to wait for a certificate: when grpcurl ends, the request has ended."""
    order = {"profile_id": shared.ids["profile_id"], "attributes": {"common_name": "watched.example.com"}}
    issued = grpcurl.call(shared, "CertificateService/IssueCertificate", order)
    wanted = json.dumps({"certificate_request_id": issued["certificateRequestId"]})
    method = "certmanager.v1.CertificateRequestService/WatchCertificateRequest"
    done = grpcurl(shared, "-d", wanted, shared.target, method)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["certificateRequest"]["state"] == "CERTIFICATE_REQUEST_STATE_ISSUED"
    assert told["certificate"]["id"] == issued["certificate"]["certificateId"]


def test_a_watch_on_nothing_says_so_at_once(shared: Process, grpcurl: Grpcurl) -> None:
    method = "CertificateRequestService/WatchCertificateRequest"
    code, status = grpcurl.refused(shared, method, {"certificate_request_id": NOBODYS})
    assert (code - EXIT, status["code"]) == (NOT_FOUND, NOT_FOUND)
