"""``renew``, ``revoke``, ``release``, ``renewal``, ``bundle``, ``watch``, ``ca rotate`` and ``ca crl``."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pty
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from certmanager.v1 import profile_pb2
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest
from certmanager_client import literals
from tests.cli.commands import Desk, desk_at
from tests.ordering import csr_pem, open_policy, order
from tests.serving import Live

State = Callable[[str], Awaitable[Any]]


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, in an empty directory."""
    home = tmp_path / "desk"
    home.mkdir()
    return desk_at(sqlite_live, home)


@pytest.fixture
async def profile(sqlite_live: Live) -> str:
    config = profile_pb2.ApiEnrollmentConfig(auto_renew=True)
    return await sqlite_live.profile(
        policy=open_policy(), message=profile_pb2.CertificateProfile(api_config=config)
    )


@pytest.fixture
async def issued(sqlite_live: Live, profile: str) -> str:
    """The id of a certificate whose key the server made."""
    asked = order(profile, common_name="a.example.com")
    made = await sqlite_live.call(sqlite_live.certificates.IssueCertificate, asked)
    return str(made.certificate.certificate_id)


@pytest.fixture
async def written(desk: Desk, profile: str) -> str:
    """The same, with its files in the directory, all named ``first``."""
    told = await desk.told("issue", "--profile", profile, "--cn", "a.example.com", "--name", "first")
    return str(told["certificate"]["certificateId"])


@pytest.fixture
def state(sqlite_live: Live) -> State:
    """What becomes of a certificate, as ``get`` shows it, without another program."""

    async def told(id_: str) -> Any:
        asked = GetCertificateRequest(certificate_id=id_)
        answer = await sqlite_live.call(sqlite_live.certificates.GetCertificate, asked)
        return literals.plain(answer, with_defaults=True)["certificate"]

    return told


def openssl(desk: Desk, *arguments: str) -> str:
    """What OpenSSL says, which must not be unhappy."""
    done = subprocess.run(
        ["openssl", *arguments], cwd=desk.home, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


async def test_a_renewal_is_written_as_an_issuance_is(desk: Desk, written: str, state: State) -> None:
    """Key, certificate and chain; the key is a new one, and fits."""
    told = await desk.told("renew", written, "--name", "second")
    renewed = await state(told["certificate"]["certificateId"])
    assert renewed["renewedFromCertificateId"] == written
    assert (desk.home / "first.key").read_text() != (desk.home / "second.key").read_text()
    ours = openssl(desk, "pkey", "-in", "second.key", "-pubout")
    theirs = openssl(desk, "x509", "-in", "second.crt", "-pubkey", "-noout")
    assert ours == theirs


async def test_a_renewal_for_a_csr_writes_no_key(desk: Desk, issued: str) -> None:
    """The key stays where it is."""
    (desk.home / "web.csr").write_text(csr_pem())
    told = await desk.told("renew", issued, "--csr", "web.csr", "--name", "second")
    assert sorted(told["files"]) == ["certificate", "certificateChain"]


async def test_what_is_there_is_not_replaced_by_a_renewal(desk: Desk, written: str, state: State) -> None:
    """And nothing is renewed: the key would be lost."""
    outcome = await desk.run("renew", written, "--name", "first")
    assert outcome.code == 2
    assert not (await state(written))["renewedByCertificateId"]


async def test_the_latest_of_a_lineage_is_told_by_any_of_it(desk: Desk, issued: str) -> None:
    told = await desk.told("renew", issued, "--name", "second")
    latest = await desk.told("get", issued, "--latest")
    assert latest["certificate"]["id"] == told["certificate"]["certificateId"]


async def test_a_revocation_is_told(desk: Desk, issued: str, state: State) -> None:
    """With its reason, and since when the key may be unsafe."""
    since = (await state(issued))["notBefore"]
    await desk.done("revoke", issued, "--reason", "key_compromise", "--invalidity-date", since, "--yes")
    found = await state(issued)
    assert found["state"] == "revoked"
    assert found["revocation"]["invalidityDate"] == since


async def test_a_certificate_is_revoked_by_ca_and_serial_number(
    desk: Desk, issued: str, state: State
) -> None:
    found = await state(issued)
    await desk.done("revoke", "--ca", found["caId"], "--serial", found["serialNumber"], "--yes")
    assert (await state(issued))["state"] == "revoked"


async def test_without_a_terminal_a_revocation_has_to_be_meant(desk: Desk, issued: str, state: State) -> None:
    """A script that lost its --yes revokes nothing."""
    outcome = await desk.run("revoke", issued)
    assert (outcome.code, "--yes" in outcome.err) == (2, True)
    assert (await state(issued))["state"] == "active"


@pytest.mark.parametrize(("answer", "expected"), [("n\n", "active"), ("y\n", "revoked")])
async def test_at_a_terminal_it_asks(
    desk: Desk, issued: str, answer: str, expected: str, state: State
) -> None:
    leader, follower = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *desk.program, "revoke", issued, env=desk.environment(), cwd=desk.home, stdin=follower,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.write(leader, answer.encode())
    _, asked = await asyncio.wait_for(process.communicate(), 60)
    os.close(leader)
    os.close(follower)
    assert b"a.example.com" in asked
    assert (await state(issued))["state"] == expected


async def test_a_hold_can_be_released(desk: Desk, issued: str, state: State) -> None:
    await desk.done("revoke", issued, "--reason", "certificate_hold", "--yes")
    assert (await state(issued))["state"] == "revoked"
    await desk.done("release", issued)
    assert (await state(issued))["state"] == "active"


async def test_a_revoked_one_cannot_be_released(desk: Desk, issued: str) -> None:
    await desk.done("revoke", issued, "--yes")
    assert (await desk.run("release", issued)).code == 3


async def test_auto_renewal_is_switched_and_moved(desk: Desk, issued: str) -> None:
    off = await desk.told("renewal", issued, "--off")
    assert not off["certificate"]["autoRenewal"]["enabled"]
    on = await desk.told("renewal", issued, "--on", "--before", "50%")
    assert on["certificate"]["autoRenewal"]["enabled"]
    moved = await desk.told("renewal", issued, "--before", "2h")
    assert moved["certificate"]["autoRenewal"]["renewsAt"] > on["certificate"]["autoRenewal"]["renewsAt"]


async def test_nothing_to_change_is_said(desk: Desk) -> None:
    assert (await desk.run("renewal", "0" * 8 + "-0000-7000-8000-" + "0" * 12)).code == 2


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("pem", ("x509", "-noout", "-subject")),
        ("der", ("x509", "-inform", "DER", "-noout", "-subject")),
        ("pkcs7", ("pkcs7", "-inform", "DER", "-print_certs", "-noout")),
    ],
)
async def test_a_bundle_is_what_openssl_reads(
    desk: Desk, issued: str, form: str, read: tuple[str, ...]
) -> None:
    await desk.done("bundle", issued, "--format", form, "--out", "web.bundle")
    assert "a.example.com" in openssl(desk, *read, "-in", "web.bundle")


async def test_a_bundle_has_the_root_if_asked(desk: Desk, issued: str) -> None:
    short = (await desk.done("bundle", issued)).count("BEGIN CERTIFICATE")
    whole = (await desk.done("bundle", issued, "--include-root")).count("BEGIN CERTIFICATE")
    assert whole == short + 1


async def test_a_bundles_octets_are_base64_in_json(desk: Desk, issued: str) -> None:
    told = await desk.told("bundle", issued, "--format", "der")
    assert base64.b64decode(told["content"])[:1] == b"\x30"


async def first_line(desk: Desk, *arguments: str) -> str:
    """What a command that goes on says first."""
    process = await asyncio.create_subprocess_exec(
        *desk.program, *arguments, env=desk.environment(), cwd=desk.home,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        return (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    finally:
        process.kill()
        await process.wait()


async def test_a_watch_tells_what_to_use_now(desk: Desk, issued: str) -> None:
    """A document a line."""
    assert json.loads(await first_line(desk, "watch", "certificate", issued, "--json"))["id"] == issued


async def test_that_the_time_of_a_watch_is_over_is_no_failure(desk: Desk, issued: str) -> None:
    await desk.done("watch", "certificate", issued, "--wait", "1s")


async def test_a_watch_tells_what_to_trust(desk: Desk) -> None:
    assert "1 roots" in await first_line(desk, "watch", "trust")


async def test_a_ca_is_rotated(desk: Desk, sqlite_live: Live) -> None:
    """Its next generation has another key."""
    ca = sqlite_live.ids["ca_id"]
    before = await desk.told("ca", "get", ca)
    after = await desk.told("ca", "rotate", ca)
    assert (
        after["certificateAuthority"]["fingerprintSha256"]
        != before["certificateAuthority"]["fingerprintSha256"]
    )


async def test_a_crl_is_shown_and_written(desk: Desk, sqlite_live: Live) -> None:
    """As openssl reads it."""
    ca = sqlite_live.ids["ca_id"]
    assert "number:" in await desk.done("ca", "crl", ca)
    await desk.done("ca", "crl", ca, "--out", "ca.crl")
    assert "crlNumber" in openssl(desk, "crl", "-in", "ca.crl", "-noout", "-crlnumber")
