"""Certificates as files: what OpenSSL reads in them, and what is never in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm
from tests.ordering import csr_pem, open_policy, order
from tests.serving import Live
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

PEM, DER, PKCS7 = (
    messages.CertificateBundleFormat.Value(f"CERTIFICATE_BUNDLE_FORMAT_{name}")
    for name in ("PEM", "DER", "PKCS7")
)


@pytest.fixture
def live(standing_sqlite: Standing) -> Live:
    """What a file holds cannot depend on the database."""
    return standing_sqlite.live


async def issued(live: Live, *, ca_id: str = "", **said: Any) -> Any:
    """A new certificate as it is handed out."""
    profile_id = await live.profile(ca_id=ca_id, policy=open_policy())
    request = order(profile_id, csr=csr_pem(), **{"common_name": "a.example.com", **said})
    return (await live.call(live.certificates.IssueCertificate, request)).certificate


async def bundle(live: Live, id_: str, **said: Any) -> messages.GetCertificateBundleResponse:
    """The file of a certificate."""
    request = messages.GetCertificateBundleRequest(certificate_id=id_, **said)
    answer: messages.GetCertificateBundleResponse = await live.call(
        live.certificates.GetCertificateBundle, request
    )
    return answer


def subjects(pem: bytes) -> list[str]:
    return [one.subject.rfc4514_string() for one in x509.load_pem_x509_certificates(pem)]


def openssl_pkcs7(content: bytes) -> bytes:
    """The certificates that OpenSSL finds in a PKCS #7 file, in PEM."""
    command = ["openssl", "pkcs7", "-inform", "DER", "-print_certs"]
    done = subprocess.run(command, input=content, capture_output=True, timeout=20, check=True)
    return done.stdout


def openssl_verify(file: Path, *, root: Path) -> str:
    """What OpenSSL says of the first certificate of a file, with the others as its chain."""
    command = [
        "openssl",
        "verify",
        "-no-CApath",
        "-no-CAstore",
        "-CAfile",
        str(root),
        "-untrusted",
        str(file),
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("format_", [0, PEM])
async def test_pem_is_the_certificate_and_its_chain_without_the_root(
    live: Live, tmp_path: Path, format_: Any
) -> None:
    """What a TLS server is given to read; PEM is the form if none is asked for."""
    leaf = await issued(live)
    answer = await bundle(live, leaf.certificate_id, format=format_)
    found = x509.load_pem_x509_certificates(answer.content)
    assert answer.content.decode().startswith(leaf.certificate)
    assert len(found) == 2
    assert all(one.subject != one.issuer for one in found)
    assert (answer.media_type, answer.file_name) == (
        "application/pem-certificate-chain",
        "a.example.com.pem",
    )
    *_, root = x509.load_pem_x509_certificates(leaf.certificate_chain.encode())
    (tmp_path / "leaf.pem").write_bytes(answer.content)
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    assert openssl_verify(tmp_path / "leaf.pem", root=tmp_path / "root.pem") == ""


async def test_the_root_comes_last_if_it_is_asked_for(live: Live, tmp_path: Path) -> None:
    """The file then needs nothing else to be verified by."""
    leaf = await issued(live)
    answer = await bundle(live, leaf.certificate_id, include_root=True)
    *_, root = x509.load_pem_x509_certificates(answer.content)
    assert root.subject == root.issuer
    assert len(subjects(answer.content)) == 3
    (tmp_path / "all.pem").write_bytes(answer.content)
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    assert openssl_verify(tmp_path / "all.pem", root=tmp_path / "root.pem") == ""


async def test_a_leaf_right_under_a_root_stands_alone(live: Live) -> None:
    """Its chain is the root and nothing else."""
    leaf = await issued(live, ca_id=live.ids["root_ca_id"])
    assert len(subjects((await bundle(live, leaf.certificate_id)).content)) == 1
    whole = await bundle(live, leaf.certificate_id, include_root=True)
    assert len(subjects(whole.content)) == 2


@pytest.mark.parametrize("include_root", [False, True])
@pytest.mark.parametrize("algorithm", [KeyAlgorithm.RSA_2048, KeyAlgorithm.ED25519])
async def test_pkcs7_holds_what_pem_does(live: Live, algorithm: KeyAlgorithm, *, include_root: bool) -> None:
    """OpenSSL reads the same certificates out of both."""
    leaf = await issued(live, ca_id=await live.authority(algorithm))
    pem = await bundle(live, leaf.certificate_id, include_root=include_root)
    answer = await bundle(live, leaf.certificate_id, format=PKCS7, include_root=include_root)
    read = x509.load_pem_x509_certificates(
        b"".join(
            re.findall(rb"-----BEGIN.*?-----END CERTIFICATE-----\n", openssl_pkcs7(answer.content), re.DOTALL)
        )
    )
    assert set(read) == set(x509.load_pem_x509_certificates(pem.content))
    assert (answer.media_type, answer.file_name) == ("application/pkcs7-mime", "a.example.com.p7b")


async def test_der_is_the_certificate_alone(live: Live) -> None:
    """There is no place for a chain in it."""
    leaf = await issued(live)
    answer = await bundle(live, leaf.certificate_id, format=DER, include_root=True)
    found = x509.load_der_x509_certificate(answer.content)
    assert found.public_bytes(Encoding.PEM).decode() == leaf.certificate
    assert (answer.media_type, answer.file_name) == ("application/pkix-cert", "a.example.com.cer")


@pytest.mark.parametrize(
    ("common_name", "stem"),
    [
        ("*.example.com", "wildcard.example.com"),
        ("../../etc/passwd", "etc_passwd"),
        ('a"; rm -rf / #\\', "a_rm_-rf"),
        ("Jürgen Größe", "J_rgen_Gr_e"),
        ("x" * 64, "x" * 64),
        (".hidden", "hidden"),
    ],
)
async def test_a_file_name_is_safe_anywhere(live: Live, common_name: str, stem: str) -> None:
    """It can be neither a path nor a piece of a command line."""
    leaf = await issued(live, common_name=common_name)
    assert (await bundle(live, leaf.certificate_id)).file_name == f"{stem}.pem"


async def test_what_has_no_name_is_called_by_its_number(live: Live) -> None:
    """The serial number names it."""
    leaf = await issued(live, common_name="日本")
    assert (await bundle(live, leaf.certificate_id)).file_name == f"{leaf.serial_number}.pem"


async def test_it_is_found_by_its_serial_number(live: Live) -> None:
    """As everything else about a certificate."""
    leaf = await issued(live)
    key = messages.SerialKey(ca_id=leaf.ca_id, serial_number=leaf.serial_number.upper())
    request = messages.GetCertificateBundleRequest(serial_key=key)
    answer = await live.call(live.certificates.GetCertificateBundle, request)
    assert answer.content == (await bundle(live, leaf.certificate_id)).content


async def test_no_key_is_ever_in_it(live: Live) -> None:
    """Also of a certificate whose key the server made."""
    profile_id = await live.profile(policy=open_policy())
    request = order(profile_id, common_name="a.example.com")
    leaf = (await live.call(live.certificates.IssueCertificate, request)).certificate
    assert leaf.private_key
    for format_ in (PEM, DER, PKCS7):
        answer = await bundle(live, leaf.certificate_id, format=format_, include_root=True)
        assert b"PRIVATE" not in answer.content
