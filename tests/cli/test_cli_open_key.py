"""``certmanager open-key``: a sealed key is opened with its recipient's private key, without a server."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from certmanager_client.cli.sealing.document import SealedKey
from certmanager_client.cli.sealing.opening import Unopened, opened
from tests.cli.commands import Desk
from tests.cli.sealed_desks import NAME, SEALED, ask, fits, openssl, recipient, recipients_desk
from tests.serving import Live


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with a recipient's keys."""
    return recipients_desk(sqlite_live, tmp_path / "desk")


@pytest.fixture
async def sealed(desk: Desk) -> Desk:
    """The same after an issuance, with no way to the server."""
    await desk.done(*ask())
    return Desk(desk.home)


@pytest.mark.parametrize("kind", ["x25519", "p256"])
async def test_a_sealed_key_is_opened_offline_and_is_that_of_the_certificate(desk: Desk, kind: str) -> None:
    """For either mechanism; what is issued holds no open key, and OpenSSL reads what is opened."""
    recipient(desk, kind)
    issued = await desk.run(*ask(), "--out-dir", "out")
    assert issued.code == 0, issued.err
    assert sorted(path.name for path in (desk.home / "out").iterdir()) == [
        f"{NAME}.chain.crt", f"{NAME}.crt", SEALED
    ]  # fmt: skip
    opened = await Desk(desk.home).run("open-key", f"out/{SEALED}", "--key", "mine.pem")
    assert (opened.code, opened.out) == (0, f"the private key is in out/{NAME}.key\n")
    assert fits(desk, f"out/{NAME}.key", f"out/{NAME}.crt")


async def test_both_files_are_for_their_owner_only(sealed: Desk) -> None:
    """Whatever is opened as well as what is sealed."""
    await sealed.done("open-key", SEALED, "--key", "mine.pem")
    assert [mode(sealed.home / name) for name in (SEALED, f"{NAME}.key")] == [0o600, 0o600]


@pytest.mark.parametrize(
    ("other", "why"), [("x25519", "it is sealed to another key"), ("p256", "which the key is not for")]
)
async def test_another_key_does_not_open_it(sealed: Desk, other: str, why: str) -> None:
    """A sentence, the status of a file that is not as it must be, and no file."""
    recipient(sealed, other, "other")
    outcome = await sealed.run("open-key", SEALED, "--key", "other.pem")
    assert outcome.code == 2
    assert f"certmanager: {SEALED} cannot be opened with the key in other.pem: " in outcome.err
    assert why in outcome.err
    assert not (sealed.home / f"{NAME}.key").exists()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"certificateRequestId": "01a20933-3160-7000-89ed-6ad32515c677"}, "cannot be opened with"),
        ({"ciphertext": "AAAA"}, "cannot be opened with"),
        ({"enc": ""}, "holds no sealed key: its 'enc' is missing, or no text"),
        ({"enc": "%"}, "holds no sealed key: its 'enc' is not base64"),
        ({"ciphertext": None}, "holds no sealed key: its 'ciphertext' is missing, or no text"),
        ({"kem": "RSA"}, "holds no sealed key: its 'kem' 'RSA' is none of DHKEM_X25519_HKDF_SHA256, "),
        ("[]", "holds no sealed key: it is not a JSON object"),
        ("[" * 60_000, "holds no sealed key: it is not JSON"),
        ("\xff", "holds no sealed key: it is not JSON"),
        (" " * 70_000, "is longer than 65536 octets"),
    ],
)
async def test_a_damaged_file_is_told(sealed: Desk, damage: Any, told: str) -> None:
    """Also one that was passed off as another request's."""
    file = sealed.home / SEALED
    whole = json.loads(file.read_text())
    file.write_text(json.dumps(whole | damage) if isinstance(damage, dict) else damage, encoding="latin-1")
    outcome = await sealed.run("open-key", SEALED, "--key", "mine.pem")
    assert (outcome.code, outcome.out, told in outcome.err) == (2, "", True), outcome.err


async def test_an_older_key_stays_unless_it_is_forced(sealed: Desk) -> None:
    """It may be the only one."""
    key = sealed.home / f"{NAME}.key"
    key.write_text("older")
    outcome = await sealed.run("open-key", SEALED, "--key", "mine.pem")
    kept = key.read_text()
    await sealed.done("open-key", SEALED, "--key", "mine.pem", "--force")
    told = f"certmanager: {NAME}.key is there already; --force replaces what is there\n"
    assert (outcome.code, outcome.err, kept) == (2, told, "older")
    assert fits(sealed)


async def test_the_opened_key_goes_where_it_is_said(sealed: Desk) -> None:
    """To a file or to stdout; one that comes from stdin has no place of its own."""
    text = (sealed.home / SEALED).read_text()
    await sealed.done("open-key", "-", "--key", "mine.pem", "--out", "k.pem", stdin=text)
    shown = await sealed.done("open-key", SEALED, "--key", "mine.pem", "--out", "-")
    assert shown == (sealed.home / "k.pem").read_text()
    nowhere = await sealed.run("open-key", "-", "--key", "mine.pem", stdin=text)
    assert (nowhere.code, nowhere.err) == (2, "certmanager: say with --out where the key goes\n")


async def test_json_tells_where_the_key_is_or_what_it_is(sealed: Desk) -> None:
    """It is in the document only if stdout was asked for."""
    to_stdout = await sealed.told("open-key", SEALED, "--key", "mine.pem", "--out", "-")
    to_file = await sealed.told("open-key", SEALED, "--key", "mine.pem")
    key = (sealed.home / f"{NAME}.key").read_text()
    assert (to_stdout["privateKey"], to_stdout["files"]) == (key, {})
    assert to_file == {
        "certificateRequestId": to_stdout["certificateRequestId"],
        "files": {"privateKey": f"{NAME}.key"},
    }


@pytest.mark.parametrize("file", ["locked.pem", "legacy.pem"])
async def test_an_encrypted_private_key_takes_its_password(desk: Desk, file: str) -> None:
    """In PKCS #8, and in OpenSSL's older form."""
    recipient(desk, "p256")
    for name, text in (("password", "s\u00e9cret\n"), ("wrong", "other\n")):
        (desk.home / name).write_text(text)
    locked = ("-in", "mine.pem", "-aes256", "-passout", "file:password")
    openssl(desk, "pkey", *locked, "-out", "locked.pem")
    openssl(desk, "pkey", *locked, "-traditional", "-out", "legacy.pem")
    await desk.done(*ask())
    opening = ("open-key", SEALED, "--key", file)
    without, wrong = await desk.run(*opening), await desk.run(*opening, "--password-file", "wrong")
    await desk.done(*opening, "--password-file", "password")
    assert f"the private key in {file} is encrypted: --password-file says its password" in without.err
    assert f"the private key in {file} cannot be decrypted with this password" in wrong.err
    assert (without.code, wrong.code, fits(desk)) == (2, 2, True)


@pytest.mark.parametrize(
    ("file", "more", "told"),
    [
        ("mine.pub", (), "mine.pub holds no private key in PEM"),
        ("p384.pem", (), "the private key in p384.pem is neither an X25519 key nor one on the curve P-256"),
        ("mine.pem", ("--password-file", "mine.pub"), "mine.pem holds no encrypted private key"),
        ("absent.pem", (), "cannot read the private key absent.pem: No such file or directory"),
    ],
)
async def test_what_is_no_recipient_s_private_key_is_told(
    sealed: Desk, file: str, more: tuple[str, ...], told: str
) -> None:
    recipient(sealed, "p384", "p384")
    outcome = await sealed.run("open-key", SEALED, "--key", file, *more)
    assert (outcome.code, told in outcome.err) == (2, True), outcome.err


def test_what_is_no_key_is_not_opened_as_one() -> None:
    """Anybody can seal anything to a public key (RFC 9180, section 9.1.1: base mode proves no sender)."""
    key = x25519.X25519PrivateKey.generate()
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    octets = suite.encrypt(b"rm -rf", key.public_key(), b"certmanager/v1/private-key/7")
    with pytest.raises(Unopened, match="no private key"):
        opened(SealedKey(1, octets[:32], octets[32:], "7"), key)


def test_a_document_may_name_the_mechanism_as_the_contract_does() -> None:
    """As grpcurl shows it."""
    document = {"kem": "KEY_ENCAPSULATION_DHKEM_P256_HKDF_SHA256", "enc": "AA==", "ciphertext": "AQ=="}
    found = SealedKey.load(json.dumps({**document, "certificateRequestId": "7"}).encode())
    assert found == SealedKey(2, b"\0", b"\1", "7")
