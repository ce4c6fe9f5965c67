"""grpcurl, the program that people try a gRPC service with."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.processes import PATIENCE, Outcome, Process


@dataclass(frozen=True, slots=True)
class Grpcurl:
    """Calls a server; without files of the contract, so reflection has to tell it everything."""

    program: Path

    def __call__(self, process: Process, *arguments: str, token: str | None = None) -> Outcome:
        """What it says to the arguments; ``token`` is the owner's unless given, and none if empty."""
        command = self._command(process, arguments, token=token)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return Outcome(done.returncode, done.stdout, done.stderr)

    def started(self, process: Process, *arguments: str) -> subprocess.Popen[str]:
        """It at work with the owner's token, to be read while it prints."""
        command = self._command(process, arguments, token=None)
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _command(self, process: Process, arguments: tuple[str, ...], *, token: str | None) -> list[str]:
        bearer = process.token if token is None else token
        header = ("-H", f"authorization: Bearer {bearer}") if bearer else ()
        trust = ("-cacert", str(process.directory / "ca.pem"))
        return [str(self.program), *trust, *header, *arguments]

    def call(self, process: Process, method: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of an RPC that must succeed, as JSON."""
        done = self(process, "-d", json.dumps(request), process.target, f"certmanager.v1.{method}")
        assert done.code == 0, done.err
        return dict(json.loads(done.out))

    def refused(
        self, process: Process, method: str, request: dict[str, Any], *, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The exit code and the status, as JSON, of an RPC that must fail."""
        question = ("-format-error", "-d", json.dumps(request), process.target, f"certmanager.v1.{method}")
        done = self(process, *question, token=token)
        assert done.code != 0, done.out
        return done.code, dict(json.loads(done.err))
