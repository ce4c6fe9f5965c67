"""``certmanager issue --recipient-key``: the key comes sealed, at once or late; no private key is sent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.commands import Desk
from tests.cli.sealed_desks import (
    NAME,
    SEALED,
    approve,
    approver,
    ask,
    asked,
    create,
    fits,
    openssl,
    recipient,
    recipients_desk,
    waiting_id,
)
from tests.serving import Live


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with a recipient's keys."""
    return recipients_desk(sqlite_live, tmp_path / "desk")


async def test_the_command_tells_how_to_open_it(desk: Desk) -> None:
    outcome = await desk.run(*ask())
    assert f"sealed key in:   {SEALED}" in outcome.out
    assert f"`certmanager open-key {SEALED} --key FILE` opens the sealed key" in outcome.err


async def test_the_file_is_json_with_the_id_of_its_request(desk: Desk) -> None:
    """Four fields, as the API's JSON spells them; with ``--json`` the answer tells where it is."""
    told = await desk.told(*ask())
    document = json.loads((desk.home / SEALED).read_text())
    assert set(document) == {"kem", "enc", "ciphertext", "certificateRequestId"}
    assert document["kem"] == "DHKEM_X25519_HKDF_SHA256"
    assert document["certificateRequestId"] == told["certificateRequestId"]
    assert (told["files"]["sealedPrivateKey"], document["enc"] in json.dumps(told)) == (SEALED, False)


async def test_a_profile_that_only_seals_takes_a_recipient_key(desk: Desk) -> None:
    """And refuses a request without one."""
    await create(desk, "sealed")
    refused = await desk.run("issue", "--profile", "sealed", "--dns", NAME)
    await desk.done(*ask("sealed"))
    await desk.done("open-key", SEALED, "--key", "mine.pem")
    assert (refused.code, "RECIPIENT_KEY_REQUIRED" in refused.err, fits(desk)) == (3, True, True)


@pytest.mark.parametrize(
    ("how", "file"), [((), SEALED), (("--key-out", "k", "--cert-out", f"{NAME}.crt"), "k")]
)
async def test_a_key_that_is_claimed_late_comes_sealed(
    desk: Desk, sqlite_live: Live, how: tuple[str, ...], file: str
) -> None:
    """Into the file of a sealed key, or where it was said; though the id of the request is in capitals."""
    id_ = (await asked(desk))["certificateRequestId"]
    await approve(sqlite_live, desk, id_)
    await desk.done("request", "claim", id_.upper(), *how)
    await Desk(desk.home).done("open-key", file, "--key", "mine.pem", "--out", "opened.key")
    assert fits(desk, "opened.key")
    assert not (desk.home / f"{NAME}.key").exists()


async def test_an_issuance_that_waits_writes_the_sealed_key(desk: Desk, sqlite_live: Live) -> None:
    """It follows the request, and claims what was sealed when it was approved."""
    await create(desk, "reviewed")
    operator = await approver(sqlite_live, desk)
    process = asyncio.create_task(desk.run(*ask("reviewed")))
    await operator.done("request", "approve", await waiting_id(operator))
    outcome = await process
    assert outcome.code == 0, outcome.err
    await desk.done("open-key", SEALED, "--key", "mine.pem")
    assert fits(desk)


async def test_an_open_key_that_is_claimed_late_is_written_as_ever(desk: Desk, sqlite_live: Live) -> None:
    """Nothing is left of the place that a sealed one would have had."""
    await create(desk, "reviewed")
    told = await desk.told("issue", "--profile", "reviewed", "--dns", NAME, "--no-wait")
    await approve(sqlite_live, desk, told["certificateRequestId"])
    await desk.done("request", "claim", told["certificateRequestId"], "--out-dir", "out")
    assert sorted(path.suffix for path in (desk.home / "out").iterdir()) == [".crt", ".crt", ".key"]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("mine.pem", "mine.pem holds a private key, which nobody else must have; nothing is sent"),
        ("locked.pem", "locked.pem holds a private key"),
        ("ed25519.pub", "the recipient key in ed25519.pub is neither an X25519 key nor one on the curve"),
        ("p384.pub", "the recipient key in p384.pub is neither an X25519 key nor one on the curve P-256"),
        ("password", "password holds no public key in PEM"),
    ],
)
async def test_what_is_no_public_key_is_sent_nowhere(desk: Desk, file: str, told: str) -> None:
    """There need not even be a server."""
    (desk.home / "password").write_text("secret")
    openssl(desk, "pkey", "-in", "mine.pem", "-aes256", "-passout", "pass:x", "-out", "locked.pem")
    for kind in ("ed25519", "p384"):
        recipient(desk, kind, kind)
    nowhere = desk.with_(CERTMANAGER_ADDRESS="127.0.0.1:1")
    outcome = await nowhere.run(*ask(public=file))
    assert (outcome.code, told in outcome.err) == (2, True), outcome.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--csr", "own.csr"), "with --csr the key is yours: there is none to seal to --recipient-key"),
        (
            ("--key-format", "pkcs12", "--password-file", "mine.pub"),
            "a key that is sealed to --recipient-key cannot be in a PKCS #12 file",
        ),
        (("--cert-out", "x.crt"), "the private key is shown once only"),
        (("--key-out", "x", "--cert-out", "x"), "two files have the same name"),
    ],
)
async def test_what_contradicts_a_recipient_key_is_refused(
    desk: Desk, more: tuple[str, ...], told: str
) -> None:
    """Before anything is issued."""
    openssl(desk, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.pem", "-subj", "/CN=a",
            "-out", "own.csr")  # fmt: skip
    outcome = await desk.run(*ask(), *more)
    assert (outcome.code, told in outcome.err) == (2, True), outcome.err
