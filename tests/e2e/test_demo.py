"""``make demo``: its story is true, the README quotes it word for word, and nothing of it remains."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc
import pytest

from certmanager.v1 import certificate_request_pb2
from tests.e2e.processes import PATIENCE, ROOT, environment
from tools import approving, demo
from tools.running import ServerFailed
from tools.statuses import refusal
from tools.telling import Untrue, expect

CHANGING = {
    "UUID": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "SERIAL": r"\b[0-9a-f]{30,40}\b",
    "PORT": r"(?<=127\.0\.0\.1:)\d+",
    "TIME": r"\d{4}-\d\d-\d\dT[\d:]+Z|[A-Z][a-z]{2} [ \d]\d [\d:]+ \d{4} GMT",
}
"""What is another in each run."""


def lasting(told: str) -> str:
    """The lines without the empty ones, and with names for what changes."""
    for name, pattern in CHANGING.items():
        told = re.sub(pattern, name, told)
    return "\n".join(line.rstrip() for line in told.splitlines() if line.strip())


def quoted() -> re.Pattern[str]:
    """What the README shows of the demo; a line with an ellipsis stands for any number of lines."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = lasting(readme.partition("$ make demo\n")[2].partition("```")[0]).splitlines()
    return re.compile(
        "".join(r"(?:.*\n)+?" if line.strip() == "…" else re.escape(line) + "\n" for line in lines)
    )


def test_the_demo_tells_what_the_readme_quotes(tmp_path: Path) -> None:
    """All of it holds on a server of its own, and the directory is gone afterwards."""
    command = [sys.executable, "tools/demo.py"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE, check=False,
        env=environment(TMPDIR=str(tmp_path)),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert quoted().fullmatch(lasting(done.stdout) + "\n"), done.stdout
    assert list(tmp_path.iterdir()) == []


UNTRUE = (Untrue("it does not hold"), ServerFailed("it did not stop"), FileNotFoundError("openssl"))


@pytest.mark.parametrize("error", UNTRUE, ids=repr)
def test_a_story_that_is_not_true_ends_with_status_1(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is wrong, shows the server's log, and leaves nothing either."""

    def tell(_: Path, log: Path) -> None:
        log.write_text("what the server wrote")
        raise error

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(demo, "tell", tell)
    assert demo.main() == 1
    told = capsys.readouterr()
    assert f"the demo failed: {error}" in told.err
    assert "what the server wrote" in told.err
    assert "as it should be" not in told.out
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_hold_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Untrue, match="the key fits"):
        expect("the key fits", holds=False)
    assert capsys.readouterr().out == ""


def test_a_refusal_for_another_reason_is_not_the_one_that_is_told() -> None:
    """A server that is gone refuses too, but that proves nothing."""
    gone = grpc.aio.AioRpcError(
        grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "nobody listens"
    )
    with pytest.raises(Untrue, match="nobody listens"):
        refusal(gone, reason="PRIVATE_KEY_DELIVERED")


def test_the_live_view_names_a_state_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    waiting = certificate_request_pb2.CertificateRequest(
        state=certificate_request_pb2.CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL, approvals_missing=2
    )
    assert approving.tell_state(waiting) == "PENDING_APPROVAL"
    assert capsys.readouterr().out.strip() == "the watch: PENDING_APPROVAL, approvals missing: 2"
