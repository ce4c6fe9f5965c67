"""How a private key that the server made leaves it: each form of each key, and each mode of a profile."""

from __future__ import annotations

import json
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import text

from certmanager.v1 import certificate_pb2, profile_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm
from server.ra.keys.delivery import delivered
from tests.oracles import openssl_pkcs12
from tests.ordering import DNS, csr_pem, open_policy, order
from tests.sealing import BOTH_KEMS, P256, X25519, Recipient, keys_in
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

PASSWORD = "correct horse \u00e4"
PKCS12 = {"key_format": x509_pb2.KEY_FORMAT_PKCS12, "key_password": PASSWORD}
ML_DSA = [algorithm for algorithm in KeyAlgorithm if algorithm.name.startswith("ML_DSA")]
DELIVERED = certificate_pb2.PRIVATE_KEY_STATE_DELIVERED


def number(algorithm: KeyAlgorithm) -> Any:
    return x509_pb2.KeyAlgorithm.Value(f"KEY_ALGORITHM_{algorithm.name}")


def leaf_of(answer: messages.IssueCertificateResponse) -> x509.Certificate:
    return x509.load_pem_x509_certificate(answer.certificate.certificate.encode())


@pytest.mark.parametrize("algorithm", [a for a in KeyAlgorithm if a not in ML_DSA])
async def test_a_key_in_a_pkcs12_file(standing_sqlite: Standing, algorithm: KeyAlgorithm) -> None:
    """OpenSSL finds the certificate's key, the certificate and the chain; the key is nowhere else."""
    profile_id = await standing_sqlite.profile(open_policy())
    request = order(profile_id, fields=PKCS12, common_name="a.example.com", key_algorithm=number(algorithm))
    answer = (await standing_sqlite.issue(request)).certificate
    assert keys_in(answer) == {"pkcs12"}
    told = openssl_pkcs12(answer.pkcs12, PASSWORD)
    key: Any = load_pem_private_key(told.pem.encode(), None)
    chain = (answer.certificate + answer.certificate_chain).encode()
    assert x509.load_pem_x509_certificates(told.pem.encode()) == x509.load_pem_x509_certificates(chain)
    assert key.public_key() == x509.load_pem_x509_certificate(chain).public_key()
    assert "friendlyName: a.example.com" in told.pem
    assert openssl_pkcs12(answer.pkcs12, PASSWORD + "x").pem == ""


@pytest.mark.parametrize(("fields", "thread"), [(PKCS12, "crypto"), ({}, "MainThread")])
async def test_a_password_is_stretched_off_the_loop(
    standing_sqlite: Standing, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], thread: str
) -> None:
    """Many files at once would keep the loop from all its other work."""
    threads = []

    def noting(*args: Any, **named: Any) -> Any:
        threads.append(current_thread().name)
        return delivered(*args, **named)

    monkeypatch.setattr("server.ra.issuing.issuance.delivered", noting)
    profile_id = await standing_sqlite.profile(open_policy())
    await standing_sqlite.issue(order(profile_id, fields=fields, common_name="a.example.com"))
    assert [name.partition("_")[0] for name in threads] == [thread]


@pytest.mark.parametrize("omit", [False, True])
async def test_the_chain_in_the_file_is_the_answers(standing_sqlite: Standing, *, omit: bool) -> None:
    """Without its root if the profile says so; also if nothing is left of it then."""
    live = standing_sqlite.live
    profile_id = await standing_sqlite.profile(open_policy(), ca_id=live.ids["root_ca_id"], omit_root=omit)
    answer = (await standing_sqlite.issue(order(profile_id, fields=PKCS12, common_name="a"))).certificate
    pem = openssl_pkcs12(answer.pkcs12, PASSWORD).pem
    assert len(x509.load_pem_x509_certificates(pem.encode())) == (1 if omit else 2)


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
@pytest.mark.parametrize("kem", BOTH_KEMS)
async def test_a_sealed_key(standing_sqlite: Standing, kem: Any, algorithm: KeyAlgorithm) -> None:
    """Its recipient finds the certificate's key in it; the answer holds no other."""
    recipient = Recipient.fresh(kem)
    fields = {"generated_key": recipient.wish}
    profile_id = await standing_sqlite.profile(open_policy())
    request = order(profile_id, fields=fields, common_name="a.example.com", key_algorithm=number(algorithm))
    answer = await standing_sqlite.issue(request)
    assert keys_in(answer.certificate) == {"sealed_private_key"}
    assert answer.certificate.sealed_private_key.kem == kem
    assert recipient.opened(answer).public_key() == leaf_of(answer).public_key()


@pytest.mark.parametrize("kem", BOTH_KEMS)
async def test_a_sealed_key_opens_as_the_page_tells(standing_sqlite: Standing, kem: Any) -> None:
    """The lines of docs/issuance.md, as a reader would copy them."""
    page = (Path(__file__).parents[2] / "docs" / "issuance.md").read_text(encoding="utf-8")
    lines = page.partition("```python\n")[2].partition("```")[0]
    recipient = Recipient.fresh(kem)
    profile_id = await standing_sqlite.profile(open_policy())
    fields = {"generated_key": recipient.wish}
    answer = await standing_sqlite.issue(order(profile_id, fields=fields, common_name="a.example.com"))
    there: dict[str, Any] = {"answer": answer, "recipient_private_key": recipient.key}
    exec(lines if kem == X25519 else lines.replace("KEM.X25519", "KEM.P256"), there)
    assert there["key"].public_key() == leaf_of(answer).public_key()


async def test_a_sealed_key_is_its_requests(standing_sqlite: Standing) -> None:
    """It does not open as the key of another request of the same recipient."""
    recipient = Recipient.fresh(X25519)
    fields = {"generated_key": recipient.wish}
    profile_id = await standing_sqlite.profile(open_policy())
    request = order(profile_id, fields=fields, common_name="a.example.com")
    first, second = await standing_sqlite.issue(request), await standing_sqlite.issue(request)
    with pytest.raises(InvalidTag):
        recipient.octets(first.certificate.sealed_private_key, request_id=second.certificate_request_id)


CSR, OPEN, FILE, SEALED = "csr", "open", "file", "sealed"
TABLE: dict[tuple[str, str], dict[str, str] | set[str]] = {
    ("DELIVER_ONCE", CSR): set(),
    ("DELIVER_ONCE", OPEN): {"private_key"},
    ("DELIVER_ONCE", FILE): {"pkcs12"},
    ("DELIVER_ONCE", SEALED): {"sealed_private_key"},
    ("SEALED_ONLY", CSR): set(),
    ("SEALED_ONLY", OPEN): {"generated_key.recipient_key": "RECIPIENT_KEY_REQUIRED"},
    ("SEALED_ONLY", FILE): {"generated_key.recipient_key": "RECIPIENT_KEY_REQUIRED"},
    ("SEALED_ONLY", SEALED): {"sealed_private_key"},
    ("FORBID", CSR): set(),
    ("FORBID", OPEN): {"csr": "KEY_GENERATION_FORBIDDEN"},
    ("FORBID", FILE): {"csr": "KEY_GENERATION_FORBIDDEN"},
    ("FORBID", SEALED): {"csr": "KEY_GENERATION_FORBIDDEN"},
}
FORMS: dict[str, str | None] = {CSR: None, OPEN: "PKCS8_PEM", FILE: "PKCS12", SEALED: "SEALED"}


def wishing(profile_id: str, source: str) -> messages.IssueCertificateRequest:
    """An order with a CSR, or for a key in one of the forms."""
    if source == CSR:
        return order(profile_id, csr=csr_pem(), names=[(DNS, "a.example.com")])
    wishes: dict[str, dict[str, Any]] = {
        OPEN: {},
        FILE: PKCS12,
        SEALED: {"generated_key": Recipient.fresh(P256).wish},
    }
    return order(profile_id, fields=wishes[source], names=[(DNS, "a.example.com")])


@pytest.mark.parametrize(("mode", "source"), TABLE)
async def test_each_mode_with_each_source(standing: Standing, mode: str, source: str) -> None:
    """The key is in one field at most, or all that speaks against it is told."""
    delivery = profile_pb2.PrivateKeyDelivery.Value(f"PRIVATE_KEY_DELIVERY_{mode}")
    request = wishing(await standing.profile(open_policy(), private_key_delivery=delivery), source)
    expected = TABLE[mode, source]
    if isinstance(expected, dict):
        assert (await standing.refused(request)).fields == expected
        return
    answer = await standing.issue(request)
    assert keys_in(answer.certificate) == expected
    assert answer.certificate_request.private_key_state == (0 if source == CSR else DELIVERED)


@pytest.mark.parametrize("source", FORMS)
async def test_the_audit_log_tells_in_which_form_a_key_went(standing: Standing, source: str) -> None:
    """One event a key, by whom it was ordered, on the request; none for a CSR."""
    answer = await standing.issue(wishing(await standing.profile(open_policy()), source))
    query = "SELECT identity_id, details FROM audit WHERE action = 'privateKeys.deliver' AND object_id = :id"
    with standing.engine.connect() as connection:
        rows = connection.execute(text(query), {"id": answer.certificate_request_id}).all()
    form, requester = FORMS[source], answer.certificate.requester_identity_id
    told = [(row.identity_id, json.loads(row.details)) for row in rows]
    assert told == ([(requester, {"form": form})] if form else [])


@pytest.mark.parametrize("source", [OPEN, FILE, SEALED])
async def test_a_later_look_tells_no_key(standing_sqlite: Standing, source: str) -> None:
    """Delivered, says the certificate, and nothing more."""
    live = standing_sqlite.live
    answer = await standing_sqlite.issue(wishing(await standing_sqlite.profile(open_policy()), source))
    asked = messages.GetCertificateRequest(certificate_id=answer.certificate.certificate_id)
    told = (await live.call(live.certificates.GetCertificate, asked)).certificate
    assert told.private_key_state == DELIVERED
    assert keys_in(told) == set()
