"""What a CA's former keys have signed is answered for by them, on and on, and by no other key of the CA."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPCertStatus

from server.store.records import CertificateRecord, ResponderRecord
from tests.operators.ca_rotating import rotate
from tests.revoking.relying import Held, Party, question_of

GOOD, REVOKED, UNKNOWN = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN


async def before_and_after(relying: Party, *, keep_key: bool) -> tuple[Held, Held]:
    """A certificate of a CA, and one of its next generation."""
    ca_id = relying.live.ids["ca_id"]
    before = await relying.issue()
    assert (await relying.ask(before)).certificate_status is GOOD
    await rotate(relying.live, ca_id, keep_key=keep_key)
    return before, await relying.issue()


@pytest.mark.parametrize("keep_key", [False, True], ids=["new key", "same key"])
async def test_both_generations_are_answered_for(relying: Party, keep_key: bool) -> None:  # noqa: FBT001
    """Each by its own key: OpenSSL verifies both."""
    for held in await before_and_after(relying, keep_key=keep_key):
        assert "leaf: good" in await relying.openssl(held)
        await relying.revoke(held)
        said = await relying.openssl(held)
        assert "Response verify OK" in said
        assert "leaf: revoked" in said


async def test_a_key_knows_nothing_of_what_another_has_signed(relying: Party) -> None:
    """It is the same CA, but whoever verifies with one key has no proof about the other's."""
    before, after = await before_and_after(relying, keep_key=False)
    for asked, other in ((before, after), (after, before)):
        answer = await relying.post(question_of(asked, other.leaf.serial_number))
        assert answer.certificate_status is UNKNOWN


async def test_each_key_has_its_responder(relying: Party) -> None:
    for held in await before_and_after(relying, keep_key=False):
        await relying.ask(held)
    rows = await relying.live.app.store.list(ResponderRecord, ca_id=relying.live.ids["ca_id"])
    assert [row.key_generation for row in rows] == [1, 2]


async def test_the_certificates_of_both_generations_are_served(relying: Party) -> None:
    for number, held in enumerate(await before_and_after(relying, keep_key=True), start=1):
        answer = await relying.http.get(f"/ca/{relying.live.ids['ca_id']}/{number}.cer")
        assert answer.content == held.issuer.public_bytes(Encoding.DER)


async def test_the_certificate_of_a_ca_is_answered_for_by_the_one_above(relying: Party) -> None:
    live = relying.live
    (record,) = await live.app.store.list(CertificateRecord, certified_ca_id=live.ids["ca_id"])
    chain = (await relying.issue()).chain
    issuer = x509.load_pem_x509_certificates(chain.encode())[-1]
    root = issuer.public_bytes(Encoding.PEM).decode()
    held = Held(record.id, x509.load_der_x509_certificate(record.der), issuer, root)
    assert (await relying.ask(held)).certificate_status is GOOD
    await relying.revoke(held, "CERTIFICATE_HOLD")
    assert "leaf: revoked" in await relying.openssl(held)
