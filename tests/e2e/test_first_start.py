"""The first start on an empty directory, the second one, and the same by hand."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from server.clock import utc_now
from server.store import AuthorityRecord, PolicyRecord, ProfileRecord, ProjectRecord, Store
from tests.e2e.processes import Process, issue, read, run, serving

IDS = [
    "project_id",
    "root_ca_id",
    "ca_id",
    "rsa_ca_id",
    "certificate_policy_id",
    "profile_id",
    "rsa_profile_id",
]
MODES = {
    ".": 0o700,
    "kek": 0o600,
    "owner.token": 0o600,
    "certmanager.db": 0o600,
    "endpoints.json": 0o600,
    "ca.pem": 0o644,
    "bootstrap.json": 0o644,
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that was started on an empty directory."""
    with serving(tmp_path_factory.mktemp("first") / "data") as process:
        yield process


def files(directory: Path) -> dict[str, bytes]:
    """What a start must not change."""
    names = ("kek", "owner.token", "ca.pem", "bootstrap.json")
    return {name: (directory / name).read_bytes() for name in names}


def test_ready_line_names_each_listener(first: Process) -> None:
    assert re.fullmatch(r"ready grpc=127\.0\.0\.1:\d+ metrics=http://127\.0\.0\.1:\d+", first.ready)


def test_endpoints_file_says_what_the_ready_line_says(first: Process) -> None:
    assert json.loads((first.directory / "endpoints.json").read_text()) == first.endpoints


@pytest.mark.parametrize("name", MODES)
def test_only_the_owner_reads_what_is_secret(first: Process, name: str) -> None:
    assert stat.S_IMODE((first.directory / name).stat().st_mode) == MODES[name]


def test_bootstrap_file_holds_the_ids_and_nothing_else(first: Process) -> None:
    assert list(first.ids) == IDS


def test_owner_token_file_holds_one_token(first: Process) -> None:
    assert re.fullmatch(r"cm_[A-Za-z0-9_-]{32,}\n", (first.directory / "owner.token").read_text())


async def test_the_ids_are_those_of_the_first_objects(first: Process) -> None:
    """Project default; a P-256 root and, under it, a P-256 and an RSA CA; policy and profiles tls-server."""
    store = await Store.open(f"sqlite:///{first.directory / 'certmanager.db'}", clock=utc_now)
    try:
        ids = first.ids
        project = await store.get(ProjectRecord, id=ids["project_id"])
        policy = await store.get(PolicyRecord, id=ids["certificate_policy_id"])
        cas = [
            await store.get(AuthorityRecord, id=ids[name]) for name in ("root_ca_id", "ca_id", "rsa_ca_id")
        ]
        profiles = [await store.get(ProfileRecord, id=ids[name]) for name in ("profile_id", "rsa_profile_id")]
    finally:
        await store.close()
    assert project is not None
    assert policy is not None
    assert (project.slug, policy.slug) == ("default", "tls-server")
    assert [ca.key_algorithm for ca in cas if ca] == ["EC_PRIME256V1", "EC_PRIME256V1", "RSA_3072"]
    assert [(p.slug, p.ca_id) for p in profiles if p] == [
        ("tls-server", ids["ca_id"]),
        ("tls-server-rsa", ids["rsa_ca_id"]),
    ]


async def test_the_rsa_profile_signs_with_rsa(first: Process) -> None:
    """The seed page asks for RSA-SHA256; its chain ends in the P-256 root."""
    async with first.channel() as channel:
        answer = (await issue(first, channel, profile_id=first.ids["rsa_profile_id"])).certificate
    leaf = x509.load_pem_x509_certificate(answer.certificate.encode())
    issuer, root = x509.load_pem_x509_certificates(answer.certificate_chain.encode())
    assert leaf.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSA_WITH_SHA256
    assert isinstance(issuer.public_key(), RSAPublicKey)
    assert root.issuer == root.subject == issuer.issuer


async def test_a_second_start_keeps_everything(sqlite_copy: Path) -> None:
    """Keys, token, ids and what was issued in between; an unclean end changes nothing about it."""
    with serving(sqlite_copy) as one:
        before = files(sqlite_copy)
        async with one.channel() as channel:
            issued = (await issue(one, channel)).certificate
        one.kill()
    with serving(sqlite_copy) as two:
        assert files(sqlite_copy) == before
        async with two.channel() as channel:
            assert (await read(two, channel, issued.certificate_id)).certificate == issued.certificate


def test_bootstrap_by_hand_is_what_no_bootstrap_needs(data: Path) -> None:
    """The owner's token is told by its file's name, never printed."""
    done = run("bootstrap", "--data-dir", data)
    assert (done.code, done.err) == (0, "")
    assert str(data / "owner.token") in done.out
    assert (data / "owner.token").read_text().strip() not in done.out
    before = (data / "owner.token").read_bytes()
    with serving(data, "--no-bootstrap") as process:
        assert process.stop() == 0
    assert (data / "owner.token").read_bytes() == before


def test_the_kek_can_be_elsewhere(data: Path, tmp_path: Path) -> None:
    """As a secret that is mounted: it is made there, for its owner alone, and nowhere else."""
    kek = tmp_path / "secret" / "kek"
    assert run("bootstrap", "--data-dir", data, "--kek-file", kek).code == 0
    assert re.fullmatch(r"[0-9a-f]{64}\n", kek.read_text())
    assert stat.S_IMODE(kek.stat().st_mode) == 0o600
    assert not (data / "kek").exists()
    assert run("bootstrap", "--data-dir", data, "--kek-file", kek).code == 0


def test_bootstrap_by_hand_twice_changes_nothing(sqlite_copy: Path) -> None:
    before = (sqlite_copy / "owner.token").read_bytes()
    assert run("bootstrap", "--data-dir", sqlite_copy).code == 0
    assert (sqlite_copy / "owner.token").read_bytes() == before


def test_migrate_by_hand_makes_tables_and_no_more(data: Path) -> None:
    """It says from where to where; without an owner the server does not start."""
    done = run("migrate", "--data-dir", data)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("the database went from nothing to ")
    assert not (data / "owner.token").exists()
    refusal = run("serve", "--data-dir", data, "--no-bootstrap")
    assert (refusal.code, refusal.err) == (
        2,
        "certmanager: the database is not set up; run 'certmanager bootstrap'\n",
    )


async def test_a_data_directory_can_be_moved(sqlite_copy: Path, tmp_path: Path) -> None:
    """No path of the directory is in what it holds: a backup works elsewhere."""
    elsewhere = Path(shutil.move(sqlite_copy, tmp_path / "elsewhere"))
    with serving(elsewhere) as process:
        async with process.channel() as channel:
            assert (await issue(process, channel)).certificate.serial_number
