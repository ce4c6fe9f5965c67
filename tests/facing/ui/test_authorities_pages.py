from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from certmanager.v1.certificate_authority_service_pb2 import GetCertificateAuthorityRequest
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, text_of
from tests.standing import IN_SESSION

pytestmark = IN_SESSION
ROOM = "/certificate-authorities"


async def test_the_tree_has_each_ca_below_its_signer(standing_face: Face) -> None:
    ids = standing_face.live.ids
    async with browsing(standing_face) as browser:
        shown = await browser.seen(ROOM)
    root, ca = (shown.index(f"{ROOM}/{ids[each]}") for each in ("root_ca_id", "ca_id"))
    assert root < ca
    assert "<ul>" in shown[root:ca]
    assert "CRL" in shown[root:ca]


async def test_a_name_is_never_markup(standing_face: Face) -> None:
    async with browsing(standing_face) as browser:
        made = await browser.send(
            f"{ROOM}/new",
            kind="root",
            name="<img src=x onerror=alert(1)>",
            **{"attributes.common_name": "Marked"},
        )  # fmt: skip
        pages = [await browser.seen(ROOM), (await browser.client.get(made.headers["location"])).text]
    for page in pages:
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


async def test_a_root_and_a_ca_below_it_are_made_with_all_that_was_said(standing_face: Face) -> None:
    async with browsing(standing_face) as browser:
        root = _id(await browser.send(f"{ROOM}/new", kind="root", **{"attributes.common_name": "Made Root"}))
        said = {
            "attributes.common_name": "Made Below",
            "attributes.organization": "Example",
            "attributes.key_algorithm": "EC_secp384r1",
            "attributes.ttl": "90d",
            "attributes.basic_constraints.path_length": "0",
            "name_constraints.permitted": "DNS example.com\nIP 10.0.0.0/8",
            "crl_validity": "2d",
        }
        below = await _known(standing_face, _id(
            await browser.send(f"{ROOM}/new", kind="under", parent_ca_id=root, name="Below", **said)
        ))  # fmt: skip
    assert below.parent_ca_id == root
    assert below.name == "Below"
    assert below.subject == "CN=Made Below,O=Example"
    assert below.path_length == 0
    assert below.HasField("path_length")
    assert [each.value for each in below.name_constraints.permitted] == ["example.com", "10.0.0.0/8"]
    assert below.crl_validity.ToTimedelta() == timedelta(days=2)
    assert below.not_after.seconds - below.not_before.seconds + 1 == 90 * 86400


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "under"}, "parent_ca_id"),
        ({"kind": "root", "parent_ca_id": "01a20a90-7e7e-7000-b257-f92f03768cfb"}, "parent_ca_id"),
        ({"kind": "root", "attributes.ttl": "soon"}, "attributes-ttl"),
        ({"kind": "root", "attributes.key_algorithm": "ROT13"}, "attributes-key_algorithm"),
        ({"kind": "root", "crl_validity": "1s"}, "crl_validity"),
        ({"kind": "root", "crl_shards": "many"}, "crl_shards"),
        ({"kind": "root", "crl_shards": "4"}, "crl_shards"),
        ({"kind": "root", "name_constraints.permitted": "example.com"}, "name_constraints-permitted"),
        ({"kind": "root", "name_constraints.permitted": "DNS ex ample"}, "name_constraints-permitted"),
        ({"kind": "root", "attributes.country": "Sweden"}, "attributes-country"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    standing_face: Face, fields: dict[str, str], field: str
) -> None:
    async with browsing(standing_face) as browser:
        answer = await browser.send(f"{ROOM}/new", **{"attributes.common_name": "Wrong", **fields})
    assert answer.status_code == 422, text_of(answer)
    assert f'href="#field-{field}"' in answer.text
    assert f'id="field-{field}"' in answer.text
    assert 'value="Wrong"' in answer.text


async def test_a_ca_is_renamed_disabled_and_enabled(standing_face: Face) -> None:
    id_ = await standing_face.live.authority()
    page = f"{ROOM}/{id_}"
    async with browsing(standing_face) as browser:
        assert (await browser.send(page, to="/update", name="Renamed", crl_validity="3d")).status_code == 303
        wrong = await browser.send(page, to="/update", name="Renamed", crl_validity="never")
        assert (await browser.send(page, to="/disable")).status_code == 303
        assert "Disabled" in await browser.seen(page)
        renamed = await _known(standing_face, id_)
        assert (await browser.send(page, to="/enable")).status_code == 303
        assert "Active" in await browser.seen(page)
    assert wrong.status_code == 422
    assert renamed.name == "Renamed"
    assert renamed.crl_validity.ToTimedelta() == timedelta(days=3)


@pytest.mark.parametrize("key", ["new", "same"])
async def test_a_ca_is_rotated(standing_face: Face, key: str) -> None:
    id_ = await standing_face.live.authority()
    before = await _known(standing_face, id_)
    async with browsing(standing_face) as browser:
        answer = await browser.send(f"{ROOM}/{id_}", to="/rotate", key=key, etag=before.etag)
        stale = await browser.send(f"{ROOM}/{id_}", to="/rotate", key=key, etag=before.etag)
    after = await _known(standing_face, id_)
    assert answer.status_code == 303
    assert stale.status_code == 422
    assert after.generation == 2
    old, new = (x509.load_pem_x509_certificate(each.certificate.encode()) for each in (before, after))
    assert (old.public_key() == new.public_key()) is (key == "same")


async def test_an_outside_ca_signs_one(standing_face: Face) -> None:
    async with browsing(standing_face) as browser:
        id_ = _id(
            await browser.send(f"{ROOM}/new", kind="outside", **{"attributes.common_name": "Outside Below"})
        )
        csr = await browser.get(f"{ROOM}/{id_}/download/request.csr")
        wrong = await browser.send(
            f"{ROOM}/{id_}", to="/install", certificate="none", certificate_chain="none"
        )
        signed, root = _signed_outside(csr.content)
        done = await browser.send(f"{ROOM}/{id_}", to="/install", certificate=signed, certificate_chain=root)
        assert done.status_code == 303, text_of(done)
        assert "a CA outside this server" in await browser.seen(f"{ROOM}/{id_}")
    assert wrong.status_code == 422
    assert 'href="#field-certificate"' in wrong.text


async def test_its_files_are_what_openssl_reads(standing_face: Face, tmp_path: Path) -> None:
    id_ = standing_face.live.ids["ca_id"]
    known = await _known(standing_face, id_)
    async with browsing(standing_face) as browser:
        for form in ("ca.pem", "ca.cer", "chain.pem", "list.crl"):
            answer = await browser.get(f"{ROOM}/{id_}/download/{form}")
            assert answer.headers["content-disposition"].startswith("attachment;")
            (tmp_path / form).write_bytes(answer.content)
        page = await browser.seen(f"{ROOM}/{id_}")
        missing = await browser.get(f"{ROOM}/{id_}/download/request.csr")
    printed = _openssl(
        "x509", "-inform", "DER", "-in", "ca.cer", "-noout", "-fingerprint", "-sha256", cwd=tmp_path
    )
    assert printed.strip().partition("=")[2].replace(":", "").lower() == known.fingerprint_sha256
    assert "OK" in _openssl("verify", "-CAfile", "chain.pem", "ca.pem", cwd=tmp_path)
    number = _openssl("crl", "-inform", "DER", "-in", "list.crl", "-noout", "-crlnumber", cwd=tmp_path)
    assert str(int(number.strip().partition("=")[2], 16)) in page
    assert missing.status_code == 404


async def test_a_revoked_ca_says_so(standing_face: Face) -> None:
    id_ = await standing_face.live.authority()
    async with browsing(standing_face) as browser:
        shown = await browser.seen(f"{ROOM}/{id_}")
        certificate = (
            shown.partition("Its certificate, to revoke it")[0]
            .rpartition("/certificates/")[2]
            .partition('"')[0]
        )
        assert (
            await browser.send(f"/certificates/{certificate}", to="/revoke", reason="superseded")
        ).status_code == 303
        assert "Its certificate is revoked (superseded)" in await browser.seen(f"{ROOM}/{id_}")
        refused = await browser.send(f"{ROOM}/{id_}", to="/enable")
    assert refused.status_code == 422


def _id(answer: Any) -> str:
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"].rpartition("/")[2])


async def _known(face: Face, id_: str) -> CertificateAuthority:
    stub = face.live.stub(CertificateAuthorityServiceStub)
    answer = await face.live.call(stub.GetCertificateAuthority, GetCertificateAuthorityRequest(id=id_))
    found: CertificateAuthority = answer.certificate_authority
    return found


def _signed_outside(csr: bytes) -> tuple[str, str]:
    """The certificate that a CA which is none of ours makes for a CSR, and that CA's own."""
    asked, key, now = x509.load_pem_x509_csr(csr), ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Somebody Else Root")])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip

    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())

    def made(subject: x509.Name, public: Any) -> str:
        builder = (
            x509.CertificateBuilder().issuer_name(name).subject_name(subject).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=900))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(issuer, critical=False)
        )  # fmt: skip
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    return made(asked.subject, asked.public_key()), made(name, key.public_key())


def _openssl(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout
