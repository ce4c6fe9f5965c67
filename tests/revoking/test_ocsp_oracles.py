"""OpenSSL, GnuTLS and pkilint read the answers as we mean them, and verify them up to the root."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives import hashes
from pkilint import loader, pkix
from pkilint.pkix import extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity

from server.pki.algorithms import KeyAlgorithm
from tests.revoking.relying import REQUEST, Held, Party, lay, question, told
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_KNOWN_TO_ALL = (
    KeyAlgorithm.RSA_2048,
    KeyAlgorithm.RSA_4096,
    KeyAlgorithm.EC_PRIME256V1,
    KeyAlgorithm.EC_SECP384R1,
    KeyAlgorithm.EC_SECP521R1,
    KeyAlgorithm.ED25519,
)
_STATES = {"": "good", "KEY_COMPROMISE": "revoked", "CERTIFICATE_HOLD": "revoked"}


async def held_by(relying_party: Party, algorithm: KeyAlgorithm) -> Held:
    """A certificate of a CA with such a key."""
    ca_id = await relying_party.live.authority(algorithm)
    return await relying_party.issue(profile_id=await relying_party.live.profile(ca_id=ca_id))


@pytest.mark.parametrize("algorithm", _KNOWN_TO_ALL, ids=lambda algorithm: algorithm.name)
async def test_openssl_agrees_about_each_status(relying_party: Party, algorithm: KeyAlgorithm) -> None:
    """With a nonce, by POST: the way it asks."""
    for reason, status in _STATES.items():
        held = await held_by(relying_party, algorithm)
        if reason:
            await relying_party.revoke(held, reason)
        said = await relying_party.openssl(held)
        assert "Response verify OK" in said
        assert f"leaf: {status}" in said
        assert "WARNING" not in said


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
async def test_openssl_agrees_with_each_hash(relying_party: Party, digest: str) -> None:
    """Without a nonce, from what is given again."""
    held = await relying_party.issue()
    for _ in range(2):
        said = await relying_party.openssl(held, f"-{digest}", "-no_nonce")
        assert "Response verify OK" in said
        assert "leaf: good" in said


async def test_openssl_is_told_why_and_when(relying_party: Party) -> None:
    held = await relying_party.issue()
    await relying_party.revoke(held, "CESSATION_OF_OPERATION")
    said = await relying_party.openssl(held)
    assert "Reason: cessationOfOperation" in said
    assert "Revocation Time: " in said


async def test_openssl_reads_unknown(relying_party: Party) -> None:
    """Of a certificate that the very CA signed, but that we do not know: another one's serial number."""
    held = await relying_party.issue()
    with TemporaryDirectory() as directory:
        lay(directory, held)
        asked = (
            "-issuer",
            "issuer",
            "-serial",
            "0x1234",
            "-url",
            f"{relying_party.url}/ocsp",
            "-CAfile",
            "chain",
        )
        said = await told("openssl", "ocsp", *asked, directory=directory)
    assert "Response verify OK" in said
    assert "0x1234: unknown" in said


async def test_openssl_verifies_a_get(relying_party: Party) -> None:
    """The answer to a request in the path is the answer to the same request in a body."""
    held = await relying_party.issue()
    await relying_party.revoke(held)
    answer = await relying_party.get(question(held, digest=hashes.SHA256()))
    with TemporaryDirectory() as directory:
        lay(directory, held, response=answer.content)
        read = ("-respin", "response", "-sha256", "-issuer", "issuer", "-cert", "leaf", "-CAfile", "chain")
        said = await told("openssl", "ocsp", *read, directory=directory)
    assert "Response verify OK" in said
    assert "leaf: revoked" in said


@pytest.mark.parametrize("reason", _STATES)
async def test_gnutls_agrees(relying_party: Party, reason: str) -> None:
    """It asks, and verifies up to the root, by itself."""
    held = await relying_party.issue()
    if reason:
        await relying_party.revoke(held, reason)
    with TemporaryDirectory() as directory:
        lay(directory, held)
        asked = ("--load-cert", "leaf", "--load-issuer", "issuer", "--load-trust", "chain", "--nonce")
        said = await told("ocsptool", f"--ask={relying_party.url}/ocsp", *asked, directory=directory)
    assert "Success" in said, said
    assert f"Certificate Status: {_STATES[reason]}" in said


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda algorithm: algorithm.name)
async def test_pkilint_has_nothing_to_say(relying_party: Party, algorithm: KeyAlgorithm) -> None:
    for reason in _STATES:
        held = await held_by(relying_party, algorithm)
        if reason:
            await relying_party.revoke(held, reason)
        for nonce in (None, b"0123456789abcdef"):
            body = question(held, digest=hashes.SHA256(), nonce=nonce)
            answer = await relying_party.http.post("/ocsp", content=body, headers=REQUEST)
            assert _findings(answer.content) == []


def _findings(der: bytes) -> list[str]:
    linter = ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )
    document = loader.RFC6960OCSPResponseDocumentLoader().load_der_document(der, "response")
    return [
        f"{finding.finding.severity.name} {finding.finding.code}: {finding.message}"
        for result in linter.validate(document.root)
        for finding in result.finding_descriptions
        if finding.finding.severity <= ValidationFindingSeverity.NOTICE
    ]
