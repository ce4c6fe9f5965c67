"""The HTTP face of a process, as its user meets it with curl: from the ready line to the end of a stream."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import PATIENCE, Process, serving

API = "/api/v1/cert-manager"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    with serving(tmp_path / "data", "--http-address", "127.0.0.1:0") as made:
        yield made


def _curl(process: Process, path: str, *options: str) -> list[str]:
    trust = str(process.directory / "ca.pem")
    told = ["curl", "-sS", "-N", "--cacert", trust, "-H", f"Authorization: Bearer {process.token}"]
    return [*told, *options, process.endpoints["http"] + path]


def _said(process: Process, path: str, *options: str) -> str:
    command = _curl(process, path, *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout


def test_the_face_serves_curl_until_the_process_ends(process: Process) -> None:
    """One process for all of it: where it listens, a large body, a refused one, and an open stream."""
    place = r"127\.0\.0\.1:\d+"
    assert re.fullmatch(rf"ready grpc={place} http=https://{place} metrics=http://{place}", process.ready)
    written = json.loads((process.directory / "endpoints.json").read_text())
    assert written["http"] == process.endpoints["http"]
    assert json.loads(_said(process, f"{API}/whoami"))["identity"]["name"]
    assert _said(process, f"{API}/whoami", "-I").startswith("HTTP/1.1 200")

    large = process.directory / "large.json"
    large.write_text(" " * (1 << 19) + "{")
    sent = (
        "--data-binary",
        f"@{large}",
        "-H",
        "Content-Type: application/json",
        "-H",
        "Expect: 100-continue",
    )
    assert "JSON_MALFORMED" in _said(process, f"{API}/certificates", *sent)
    large.write_text(" " * (2 << 20) + "{}")
    chunked = (*sent, "-H", "Transfer-Encoding: chunked")
    assert "BODY_TOO_LONG" in _said(process, f"{API}/certificates", *chunked)

    path = f"{API}/certificate-requests/watch?projectId={process.ids['project_id']}"
    command = _curl(process, path, "-H", "Accept: text/event-stream")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stream:
        assert stream.stdout is not None
        assert stream.stdout.readline() == "retry: 2000\n"
        assert process.stop() == 0
        rest = stream.stdout.read()
    assert "event: error" in rest
    assert "SERVER_DRAINING" in rest
