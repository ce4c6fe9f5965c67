"""An operator's day by commands alone: from login to CAs, people, tokens and the audit log."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.commands import Desk, desk_at
from tests.operators.ca_outside import outside_root
from tests.oracles import openssl_verify
from tests.serving import Live


@pytest.fixture
async def desk(sqlite_live: Live, tmp_path: Path) -> Desk:
    """The owner's, with a project."""
    made = desk_at(sqlite_live, tmp_path)
    await made.done("project", "create", "web", "--name", "Web", "--description", "web servers")
    return made


async def test_from_login_to_a_ca_on_each_database(live: Live, tmp_path: Path) -> None:
    """A project, a root and an intermediate that is constrained; OpenSSL says that the chain holds."""
    desk, place = Desk(tmp_path), ("--project", "web")
    address, ca = live.app.endpoints["grpc"], live.directory / "ca.pem"
    await desk.done("login", address, "--ca-file", ca, "--token-file", live.directory / "owner.token")
    await desk.done("project", "create", "web")
    await desk.done("ca", "create", "root", "--root", "--ttl", "10y", "--path-length", "1", *place)
    below = ("--parent", "root", "--ttl", "5y", "--path-length", "0", "--permit", "dns:acme.com")
    await desk.done("ca", "create", "issuing", *below, *place)
    chain = await desk.done("ca", "chain", "issuing", *place)
    root = await desk.done("ca", "chain", "root", *place)
    assert (chain.count("BEGIN CERTIFICATE"), chain.endswith(root)) == (2, True)
    assert openssl_verify(chain.removesuffix(root), root=root) == ""


async def test_a_ca_that_an_outside_ca_signs(desk: Desk, sqlite_live: Live) -> None:
    """CSR out, certificate and chain in."""
    outside = outside_root(sqlite_live.clock())
    await desk.done("ca", "create", "Acme", "--outside", "--path-length", "0", "--project", "web")
    csr = await desk.done("ca", "csr", "Acme", "--project", "web")
    (desk.home / "ca.crt").write_text(outside.sign(csr, now=sqlite_live.clock()))
    (desk.home / "chain.crt").write_text(outside.chain)
    files = ("--certificate", "ca.crt", "--chain", "chain.crt")
    installed = await desk.told("ca", "install", "Acme", *files, "--project", "web")
    assert installed["certificateAuthority"]["state"] == "active"


async def test_a_ca_is_told_and_changed(desk: Desk) -> None:
    await desk.done("ca", "create", "root", "--root", "--ttl", "10y", "--project", "web")
    await desk.done("ca", "disable", "root", "--project", "web")
    disabled = await desk.told("ca", "list", "--state", "disabled", "--project", "web")
    assert [each["name"] for each in disabled["certificateAuthorities"]] == ["root"]
    await desk.done("ca", "enable", "root", "--project", "web")
    changed = await desk.told(
        "ca", "update", "root", "--name", "old root", "--crl-validity", "2d", "--project", "web"
    )
    ca = changed["certificateAuthority"]
    assert (ca["name"], ca["state"], ca["crlValidity"]) == ("old root", "active", "172800s")


async def test_a_project_is_told_and_changed(desk: Desk) -> None:
    await desk.done("project", "update", "web", "--description", "")
    project = (await desk.told("project", "get", "web"))["project"]
    assert (project["name"], project["description"]) == ("Web", "")
    listed = await desk.told("project", "list", "--name", "we*")
    assert listed["projects"] == [project]


async def test_a_person_gets_a_role_and_a_token_and_uses_it(desk: Desk) -> None:
    """And sees their own project and no other."""
    await desk.done("identity", "create", "alice", "--kind", "person")
    await desk.done("identity", "grant", "alice", "admin", "--project", "web")
    await desk.done("token", "create", "alice", "--ttl", "1h", "--out", "alice.token")
    secret = (desk.home / "alice.token").read_text().strip()
    hers = desk.with_(CERTMANAGER_TOKEN=secret)
    assert [each["slug"] for each in (await hers.told("project", "list"))["projects"]] == ["web"]
    # She sees one project: it need not be said.
    await hers.done("ca", "create", "root", "--root", "--ttl", "10y")


async def test_a_role_is_taken_away(desk: Desk) -> None:
    await desk.done("identity", "create", "bot")
    await desk.done("identity", "grant", "bot", "viewer", "--project", "web")
    roles = (await desk.told("identity", "roles", "bot"))["roleBindings"]
    await desk.done("identity", "ungrant", "bot", "viewer", "--project", "web")
    left = (await desk.told("identity", "roles", "bot"))["roleBindings"]
    assert ([each["role"] for each in roles], left) == (["viewer"], [])


async def test_a_revoked_identity_is_listed_only_if_asked_for(desk: Desk) -> None:
    await desk.done("identity", "create", "bot")
    await desk.done("identity", "revoke", "bot")
    listed = [(await desk.told("identity", "list", *more))["identities"] for more in ((), ("--revoked",))]
    assert [[each["name"] for each in some] for some in listed] == [["owner"], ["bot", "owner"]]


async def test_a_secret_goes_alone_to_stdout_or_to_a_file_for_its_owner(desk: Desk) -> None:
    await desk.done("identity", "create", "bot")
    alone = await desk.done("token", "create", "bot", "--quiet")
    told = await desk.run("token", "create", "bot", "--out", "bot.token", "--json")
    file = desk.home / "bot.token"
    assert alone.startswith("cm_")
    assert alone.count("\n") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (told.json["secret"], file.read_text().strip() in told.out + told.err) == ("", False)


async def test_a_secret_never_overwrites_a_file(desk: Desk) -> None:
    """And then no token is made, whose secret would be lost."""
    await desk.done("identity", "create", "bot")
    (desk.home / "bot.token").write_text("another")
    outcome = await desk.run("token", "create", "bot", "--out", "bot.token")
    tokens = (await desk.told("token", "list", "--identity", "bot"))["accessTokens"]
    assert (outcome.code, (desk.home / "bot.token").read_text(), tokens) == (2, "another", [])


async def test_a_refused_token_leaves_no_file(desk: Desk) -> None:
    outcome = await desk.run("token", "create", "nobody", "--out", "bot.token")
    assert (outcome.code, (desk.home / "bot.token").exists()) == (4, False)


async def test_a_revoked_token_counts_no_more(desk: Desk) -> None:
    await desk.done("identity", "create", "bot")
    made = await desk.told("token", "create", "bot")
    await desk.done("token", "revoke", made["accessToken"]["id"])
    outcome = await desk.with_(CERTMANAGER_TOKEN=made["secret"]).run("whoami")
    assert outcome.code == 5
    assert made["secret"] not in outcome.err


async def test_the_audit_log_tells_who_did_what(desk: Desk) -> None:
    events = (await desk.told("audit", "list", "--action", "projects.create"))["auditEvents"]
    owner = (await desk.told("whoami"))["identity"]["id"]
    assert [each["actorIdentityId"] for each in events] == [owner]
