"""What an operator got wrong is told in one sentence, with exit code 2 and without a secret."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.store import migrate
from tests.e2e.processes import Outcome, Process, run

SECRET = "hunter2-do-not-tell"


def refusal(*arguments: object, **env: str) -> str:
    """The sentence with which ``serve`` declines."""
    addresses = ("--grpc-address=127.0.0.1:0", "--http-address=", "--metrics-address=")
    return sentence(run("serve", *arguments, *addresses, env=env))


def sentence(done: Outcome) -> str:
    assert (done.code, done.out) == (2, ""), done.err
    (line,) = done.err.splitlines()
    assert SECRET not in line
    return line.removeprefix("certmanager: ")


def test_empty_directory_without_bootstrap(data: Path) -> None:
    """It says what is there and what is needed, and leaves no database behind."""
    told = refusal("--data-dir", data, "--no-bootstrap")
    state = f"the database is at revision none, this program needs {migrate.head()}"
    assert told == f"{state}; run 'certmanager bootstrap'"
    assert not (data / "certmanager.db").exists()


@pytest.mark.parametrize("command", ["serve", "bootstrap", "migrate"])
def test_one_data_directory_has_one_process(shared: Process, command: str) -> None:
    told = sentence(run(command, "--data-dir", shared.directory))
    assert told == f"another process works on the data directory {shared.directory}"
    assert shared.page("/livez")[0] == 200


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_database_of_a_later_program(sqlite_copy: Path, command: str) -> None:
    """Neither served nor migrated: both revisions are named."""
    with closing(sqlite3.connect(sqlite_copy / "certmanager.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    told = sentence(run(command, "--data-dir", sqlite_copy))
    assert told == f"the database is at revision 9999, this program knows none after {migrate.head()}"


def test_missing_kek(sqlite_copy: Path) -> None:
    """No new one is made: it would open nothing."""
    (sqlite_copy / "kek").unlink()
    told = refusal("--data-dir", sqlite_copy)
    assert told == f"the key-encryption key {sqlite_copy / 'kek'} is missing; without it no CA key opens"
    assert not (sqlite_copy / "kek").exists()


@pytest.mark.parametrize("variable", ["CERTMANAGER_KEK", "CERTMANAGER_KEK_PASSPHRASE"])
def test_wrong_kek(sqlite_copy: Path, variable: str) -> None:
    other = {"CERTMANAGER_KEK": secrets.token_hex(32), "CERTMANAGER_KEK_PASSPHRASE": SECRET}[variable]
    told = refusal("--data-dir", sqlite_copy, **{variable: other})
    assert told == "the key-encryption key is not the one that this database was set up with"


def test_kek_that_everybody_can_read(sqlite_copy: Path) -> None:
    (sqlite_copy / "kek").chmod(0o644)
    told = refusal("--data-dir", sqlite_copy)
    assert told == f"everybody can read the key-encryption key {sqlite_copy / 'kek'}; its mode must be 0600"


MALFORMED = {
    "key": ({"CERTMANAGER_KEK": SECRET}, "the key-encryption key must be 64 hex digits"),
    "passphrase": (
        {"CERTMANAGER_KEK_PASSPHRASE": ""},
        "setting 'kek_passphrase' (--kek-passphrase, CERTMANAGER_KEK_PASSPHRASE): ",
    ),
    "two of them": (
        {"CERTMANAGER_KEK": SECRET, "CERTMANAGER_KEK_PASSPHRASE": SECRET},
        "give one of kek, kek_file and kek_passphrase",
    ),
    "kind of database": (
        {"CERTMANAGER_DATABASE_URL": f"mysql://u:{SECRET}@localhost/x"},
        "the database URL must begin with sqlite:/// or postgresql://",
    ),
    "database's port": (
        {"CERTMANAGER_DATABASE_URL": f"postgresql://u:{SECRET}@localhost:port/x"},
        "the database URL must begin with sqlite:/// or postgresql://",
    ),
    "unreachable database": (
        {"CERTMANAGER_DATABASE_URL": f"postgresql://u:{SECRET}@127.0.0.1:1/x"},
        "the database does not answer",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_secret_is_not_repeated(data: Path, case: str) -> None:
    env, told = MALFORMED[case]
    assert refusal("--data-dir", data, **env).startswith(told)


def test_data_directory_that_cannot_be_made() -> None:
    assert "/dev/null" in refusal("--data-dir", "/dev/null/data")


@pytest.mark.parametrize("listener", ["grpc", "metrics"])
def test_taken_port(sqlite_copy: Path, shared: Process, listener: str) -> None:
    """The port is not shared, as the kernel would allow: half of the calls would go astray."""
    taken = shared.endpoints[listener].removeprefix("http://")
    addresses = {"grpc": "127.0.0.1:0", "metrics": "127.0.0.1:0"} | {listener: taken}
    flags = [part for name, address in addresses.items() for part in (f"--{name}-address", address)]
    assert sentence(run("serve", "--data-dir", sqlite_copy, *flags)) == f"cannot listen on '{taken}'"
