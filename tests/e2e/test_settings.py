"""Settings: by flag, environment and file; what is unknown or invalid is named."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import grpc.aio
import pytest
from click.testing import CliRunner

from server.cli import main
from server.config import load
from tests.e2e.processes import await_ready, ended, issue, serving, start

UNKNOWN = {
    "flag": (("--bogus", "1"), {}, "", "--bogus"),
    "environment": ((), {"CERTMANAGER_BOGUS": "1"}, "", "unknown setting CERTMANAGER_BOGUS"),
    "file": ((), {}, "bogus = 1", "unknown setting 'bogus' in "),
    "a secret as a flag": (("--kek", "00" * 32), {}, "", "--kek"),
}
INVALID = {
    "flag": (("--max-message-bytes", "many"), {}, "", "setting 'max_message_bytes' (--max-message-bytes, "),
    "environment": ((), {"CERTMANAGER_LOG_LEVEL": "loud"}, "", "CERTMANAGER_LOG_LEVEL"),
    "file": ((), {}, "grpc_address = 'here'", "must be HOST:PORT, as 127.0.0.1:8443"),
    "not TOML": ((), {}, "grpc_address", "cannot read the settings file "),
    "plaintext for all": (
        ("--insecure-loopback", "--grpc-address", "0.0.0.0:0"),
        {},
        "",
        "insecure_loopback needs a loopback grpc_address",
    ),
    "certificate without key": (("--tls-cert", "a.pem"), {}, "", "tls_cert and tls_key go together"),
    "clients' CA without TLS": (("--insecure-loopback", "--client-ca", "a.pem"), {}, "", "client_ca"),
}
CASES = {
    **{f"unknown {k}": v for k, v in UNKNOWN.items()},
    **{f"invalid {k}": v for k, v in INVALID.items()},
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_setting_is_named(tmp_path: Path, case: str) -> None:
    """And nothing was begun: the data directory is not there."""
    arguments, env, text, told = CASES[case]
    file = tmp_path / "settings.toml"
    file.write_text(text)
    # Nothing is started, so nothing needs a process of its own.
    command = ["serve", "--data-dir", str(tmp_path / "data"), "--config", str(file), *arguments]
    done = CliRunner().invoke(main, command, env=env)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_flag_beats_the_environment_and_that_the_file(sqlite_copy: Path, tmp_path: Path) -> None:
    """Each setting comes from the strongest place that names it, and only from that."""
    file = tmp_path / "settings.toml"
    addresses = ("grpc_address = '127.0.0.2:0'", "http_address = ''", "metrics_address = '127.0.0.2:0'")
    file.write_text("\n".join((f"data_dir = {json.dumps(str(sqlite_copy))}", "drain_delay = 0", *addresses)))
    env = {
        "CERTMANAGER_CONFIG": str(file),
        "CERTMANAGER_GRPC_ADDRESS": "127.0.0.3:0",
        "CERTMANAGER_METRICS_ADDRESS": "127.0.0.3:0",
    }
    with ended(start(sqlite_copy, "--grpc-address", "127.0.0.4:0", env=env)) as process:
        endpoints = await_ready(process).endpoints
    assert endpoints["grpc"].startswith("127.0.0.4:")
    assert endpoints["metrics"].startswith("http://127.0.0.3:")


@pytest.mark.parametrize("name", ["ADDRESS", "CA_FILE", "CLIENT_CONFIG", "TOKEN", "TOKEN_FILE"])
def test_the_client_s_variables_are_passed_over(name: str) -> None:
    """One environment may serve both; what is theirs is no setting, and no unknown one."""
    assert load({}, {f"CERTMANAGER_{name}": "x"}) == load({}, {})


async def test_plaintext_on_loopback(sqlite_copy: Path) -> None:
    with serving(sqlite_copy, "--insecure-loopback") as process:
        async with grpc.aio.insecure_channel(process.target) as channel:
            assert (await issue(process, channel)).certificate.certificate_id
