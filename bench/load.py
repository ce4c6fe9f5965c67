"""The load: a program in Go that sends prepared messages, or where there is no Go, one in Python."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.running import Server

_HERE = Path(__file__).resolve().parent
ISSUE = "/certmanager.v1.CertificateService/IssueCertificate"
HEALTH = "/grpc.health.v1.Health/Check"


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of calls of one method."""

    method: str
    requests: Path
    answers: Path
    parallel: int

    @property
    def connections(self) -> int:
        """One for each 32 calls in flight: a client of gRPC would not open more."""
        return max(1, self.parallel // 32)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a stage; times are in seconds."""

    answered: int
    refused: Mapping[str, int]
    seconds: float
    mean: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


@dataclass(frozen=True, slots=True)
class Loader:
    """A program that makes load."""

    name: str
    command: tuple[str, ...]

    def run(self, stage: Stage, server: Server) -> Report:
        """Run a stage against the server, with the owner's token."""
        arguments: dict[str, Any] = {
            "address": server.endpoints["grpc"],
            "ca": server.data / "ca.pem",
            "token": server.data / "owner.token",
            "method": stage.method,
            "requests": stage.requests,
            "answers": stage.answers,
            "parallel": stage.parallel,
            "connections": stage.connections,
        }
        flags = (f"-{name}={value}" for name, value in arguments.items())
        done = subprocess.run((*self.command, *flags), stdout=subprocess.PIPE, text=True, check=True)
        return Report(**json.loads(done.stdout))


def loader(directory: Path) -> Loader:
    """The Go program, built into ``directory``; the Python one where it cannot be built."""
    go, program = shutil.which("go"), directory / "loader"
    if (
        go
        and subprocess.run(
            (go, "build", "-o", str(program), "."), cwd=_HERE / "loader", check=False
        ).returncode
        == 0
    ):
        return Loader("Go", (str(program),))
    return Loader("Python (under-reports)", (sys.executable, "-m", "bench.loader_python"))
