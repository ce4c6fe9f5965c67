"""``certmanager issue`` against a running server: what it writes, what it tells, and what it refuses."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from certmanager.v1.certificate_service_pb2 import ListCertificatesRequest
from tests.cli.commands import Desk, desk_at
from tests.serving import Live

ASK = ("issue", "--profile", "tls-server", "--dns", "a.example.com")
BAD = ("--ttl", "300y", "--dns", "-b.example.com", "--ext-key-usage", "code_signing")
RULES = {"DNS_CHARACTER", "LIFETIME_TOO_LONG", "EXTENDED_KEY_USAGE_NOT_ALLOWED"}


@pytest.fixture
def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, in an empty directory."""
    home = tmp_path / "desk"
    home.mkdir()
    return desk_at(sqlite_live, home)


async def issued(live: Live) -> list[Any]:
    """What the server has issued, besides its CAs."""
    answer = await live.call(live.certificates.ListCertificates, ListCertificatesRequest())
    return [one for one in answer.certificates if one.profile_id]


def openssl(desk: Desk, *arguments: str) -> str:
    """What OpenSSL says, which must not be unhappy."""
    done = subprocess.run(
        ["openssl", *arguments], cwd=desk.home, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


async def test_openssl_verifies_what_was_written(desk: Desk) -> None:
    """By the chain that was written with it."""
    await desk.done(*ASK)
    told = openssl(desk, "verify", "-CAfile", "a.example.com.chain.crt", "a.example.com.crt")
    assert told == "a.example.com.crt: OK\n"


async def test_the_key_is_that_of_the_certificate(desk: Desk) -> None:
    """Both say the same public key."""
    await desk.done(*ASK)
    ours = openssl(desk, "pkey", "-in", "a.example.com.key", "-pubout")
    assert ours == openssl(desk, "x509", "-in", "a.example.com.crt", "-pubkey", "-noout")


async def test_the_key_is_for_its_owner_only(desk: Desk) -> None:
    """Mode 0600, from its first octet on."""
    await desk.done(*ASK)
    assert stat.S_IMODE((desk.home / "a.example.com.key").stat().st_mode) == 0o600


async def test_an_older_key_is_never_overwritten(desk: Desk) -> None:
    """It may be in use; the command says what would replace it."""
    (desk.home / "a.example.com.key").write_text("older")
    outcome = await desk.run(*ASK)
    told = "certmanager: a.example.com.key is there already; --force replaces what is there\n"
    assert (outcome.code, outcome.err) == (2, told)
    assert (desk.home / "a.example.com.key").read_text() == "older"


async def test_nothing_is_issued_for_a_file_that_cannot_be_written(desk: Desk, sqlite_live: Live) -> None:
    """Files are proven before the call: a key that nobody could keep is never made."""
    (desk.home / "a.example.com.chain.crt").mkdir()
    outcome = await desk.run(*ASK)
    assert (outcome.code, await issued(sqlite_live)) == (2, [])


async def test_force_replaces(desk: Desk) -> None:
    """Only then."""
    (desk.home / "a.example.com.key").write_text("older")
    await desk.done(*ASK, "--force")
    assert "PRIVATE KEY" in (desk.home / "a.example.com.key").read_text()


async def test_a_refusal_leaves_no_file(desk: Desk) -> None:
    """Neither a key nor what held its place."""
    outcome = await desk.run(*ASK, *BAD)
    assert (outcome.code, list(desk.home.iterdir())) == (3, [])


async def test_a_refusal_tells_every_violation(desk: Desk) -> None:
    """In one answer."""
    outcome = await desk.run(*ASK, *BAD)
    assert {rule for rule in RULES if rule in outcome.err} == RULES


async def test_a_dry_run_lists_every_violation(desk: Desk) -> None:
    """As a table of field, rule, value and what is allowed; its status is that of the refusal."""
    outcome = await desk.run(*ASK, *BAD, "--dry-run")
    lines = outcome.out.splitlines()
    table = lines[next(index for index, line in enumerate(lines) if line.startswith("FIELD")) :]
    assert outcome.code == 3
    assert table[0].split() == ["FIELD", "RULE", "VALUE", "ALLOWED", "MEANING"]
    rows = {line.split()[1]: line.split() for line in table[1:]}
    assert set(rows) >= RULES
    assert rows["DNS_CHARACTER"][::2][:2] == ["attributes.alt_names[1].value", "-b.example.com"]
    assert rows["LIFETIME_TOO_LONG"][:4] == ["attributes.ttl", "LIFETIME_TOO_LONG", "300y", "1y"]


async def test_a_dry_run_shows_what_would_be_issued(desk: Desk) -> None:
    """With the defaults that the request left open."""
    told = (await desk.done(*ASK, "--dry-run")).splitlines()
    assert {"key_algorithm: EC_prime256v1", "  - server_auth", "it would be issued"} <= set(told)


@pytest.mark.parametrize("more", [(), BAD], ids=["good", "bad"])
async def test_a_dry_run_stores_nothing(desk: Desk, sqlite_live: Live, more: tuple[str, ...]) -> None:
    """Neither on the server nor here."""
    await desk.run(*ASK, *more, "--dry-run")
    assert (await issued(sqlite_live), list(desk.home.iterdir())) == ([], [])


async def test_a_dry_run_answers_scripts(desk: Desk) -> None:
    """The API's answer as it is."""
    outcome = await desk.run(*ASK, *BAD, "--dry-run", "--json")
    rules = {each["rule"] for each in outcome.json["violations"]}
    assert rules >= RULES


async def test_json_tells_where_the_files_are_and_no_key(desk: Desk) -> None:
    """The key is in its file alone."""
    out = await desk.done(*ASK, "--json")
    key = (desk.home / "a.example.com.key").read_text()
    assert '"privateKey": "a.example.com.key"' in out
    assert key.splitlines()[1] not in out


async def test_what_is_asked_for_is_issued(desk: Desk, sqlite_live: Live) -> None:
    """Each kind of name, subject, usages, algorithm, lifetime, labels and renewal arrive."""
    await desk.done("policy", "create", "-f", "-", stdin=(
        "slug: open\nany_subject: {}\nany_alt_names: {}\nany_key_usages: {}\n"
        "any_extended_key_usages: {}\nany_key_algorithms: {}\nany_signature_algorithms: {}\n"
    ))  # fmt: skip
    await desk.done("profile", "create", "-f", "-", stdin="slug: open\nca: issuing\npolicy: open\n")
    told = await desk.told(
        *("issue", "--profile", "open", "--cn", "a.example.com", "--org", "Acme", "--ou", "Web"),
        *("--country", "NO", "--state", "Oslo", "--locality", "Oslo", "--dns", "b.example.com"),
        *("--ip", "192.0.2.1", "--email", "x@example.com", "--uri", "spiffe://example.org/x"),
        *("--key-algorithm", "RSA_3072", "--key-usage", "key_encipherment", "--ext-key-usage", "client_auth"),
        *("--ext-key-usage", "1.3.6.1.5.5.7.3.17", "--ttl", "1h", "--metadata", "env=test", "--auto-renew"),
    )
    (one,) = await issued(sqlite_live)
    assert one.subject == "CN=a.example.com,OU=Web,O=Acme,L=Oslo,ST=Oslo,C=NO"
    assert [name.value for name in one.alt_names] == [
        *("b.example.com", "192.0.2.1", "x@example.com", "spiffe://example.org/x", "a.example.com")
    ]
    assert (one.key_algorithm, list(one.key_usages), list(one.extended_key_usages)) == (2, [3], [2])
    assert list(one.extended_key_usage_oids) == ["1.3.6.1.5.5.7.3.17"]
    assert one.not_after.ToSeconds() - one.not_before.ToSeconds() + 1 == 3600
    assert [(label.key, label.value) for label in one.metadata] == [("env", "test")]
    assert told["certificate"]["autoRenewal"]["enabled"] is True


@pytest.mark.parametrize("form", ["PEM", "DER"])
async def test_a_csr_keeps_its_key_at_home(desk: Desk, form: str) -> None:
    """The certificate is for it, and no key is written."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "own.pem")
    openssl(desk, "req", "-new", *key, "-subj", "/CN=a.example.com", "-outform", form, "-out", "own.csr")
    await desk.done("issue", "--profile", "tls-server", "--csr", "own.csr", "--name", "own")
    assert not (desk.home / "own.key").exists()
    certified = openssl(desk, "x509", "-in", "own.crt", "-pubkey", "-noout")
    assert certified == openssl(desk, "pkey", "-in", "own.pem", "-pubout")


async def test_a_pkcs12_file_holds_key_and_certificate(desk: Desk) -> None:
    """Under the password of the file; for its owner only."""
    (desk.home / "password").write_text("secret\n")
    await desk.done(*ASK, "--key-format", "pkcs12", "--password-file", "password", "--out-dir", "out")
    told = openssl(desk, "pkcs12", "-in", "out/a.example.com.p12", "-passin", "pass:secret", "-nodes")
    assert ("PRIVATE KEY" in told, told.count("BEGIN CERTIFICATE")) == (True, 3)
    assert stat.S_IMODE((desk.home / "out" / "a.example.com.p12").stat().st_mode) == 0o600


async def test_files_go_where_each_is_said(desk: Desk) -> None:
    """And nowhere else."""
    await desk.done(*ASK, "--key-out", "k", "--cert-out", "c", "--fullchain-out", "f")
    assert sorted(path.name for path in desk.home.iterdir()) == ["c", "f", "k"]
    assert (desk.home / "f").read_text().startswith((desk.home / "c").read_text())


async def test_warnings_stand_on_stderr(desk: Desk, sqlite_live: Live) -> None:
    """That the lifetime was cut, say; scripts that read stdout are not disturbed."""
    await desk.done("ca", "create", "short", "--root", "--ttl", "40d")
    text = "slug: cut\nca: short\npolicy: tls-server\ntruncate_to_ca: true"
    await desk.done("profile", "create", "-f", "-", stdin=text)
    outcome = await desk.run("issue", "--profile", "cut", "--dns", "a.example.com", "--ttl", "90d", "--json")
    assert (outcome.code, outcome.err.startswith("warning: ")) == (0, True)
    assert outcome.json["files"]["privateKey"] == "a.example.com.key"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--ttl", "1d", "--not-after", "2030-01-01"), "--ttl and --not-after"),
        (("--path-length", "0"), "--as-ca"),
        (("--csr", "no-such-file"), "cannot read the CSR no-such-file"),
        (("--key-format", "pkcs12"), "--password-file"),
        (("--password-file", "x"), "--key-format pkcs12"),
        (("--metadata", "env"), "KEY=VALUE"),
        (("--ext-key-usage", "servr_auth"), "server_auth"),
        (("--key-algorithm", "RSA_1024"), "RSA_2048"),
        (("--cert-out", "c"), "--key-out"),
    ],
)
async def test_what_cannot_be_meant_asks_nothing_of_the_server(
    desk: Desk, sqlite_live: Live, more: tuple[str, ...], told: str
) -> None:
    """It is a matter of the command line alone."""
    outcome = await desk.run(*ASK, *more)
    assert (outcome.code, told in outcome.err) == (2, True)
    assert await issued(sqlite_live) == []
