"""certmanager as an operator runs it: a process of its own, with flags, output and an exit code."""

from __future__ import annotations

import asyncio
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import grpc
import grpc.aio

from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub

ROOT = Path(__file__).parents[2]
PROGRAM: tuple[str, ...] = (sys.executable, "-m", "server")
SEARCHED = os.pathsep.join((str(ROOT), str(ROOT / "gen")))
"""Where the program finds its modules."""
FREE = (
    "--grpc-address=127.0.0.1:0", "--http-address=", "--metrics-address=127.0.0.1:0", "--drain-delay=0",
)  # fmt: skip
"""Flags of a server that is in nobody's way, and ends at once."""
PATIENCE = 60.0
"""Seconds until a test gives up on something that must happen; generous, for a busy machine."""


def environment(**more: str) -> dict[str, str]:
    """This process's variables without settings of ours, and ``more``."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CERTMANAGER_")}
    return {**inherited, "PYTHONPATH": SEARCHED, **more}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*arguments: object, env: Mapping[str, str] | None = None) -> Outcome:
    """Runs ``certmanager`` with the arguments to its end."""
    command = [*PROGRAM, *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@dataclass(slots=True)
class Process:
    """A running ``certmanager serve``."""

    directory: Path
    popen: subprocess.Popen[str]
    stderr: Path
    ready: str = ""
    """The line that it announced itself with."""
    shown: str = ""
    """The token to call it with, if not the owner's in its directory."""

    @property
    def endpoints(self) -> dict[str, str]:
        """Where it listens, by name, as the ready line tells."""
        return dict(part.split("=", 1) for part in self.ready.split()[1:])

    @property
    def target(self) -> str:
        return self.endpoints["grpc"]

    @property
    def ids(self) -> dict[str, str]:
        return dict(json.loads((self.directory / "bootstrap.json").read_text()))

    @property
    def token(self) -> str:
        return self.shown or (self.directory / "owner.token").read_text().strip()

    def with_token(self, token: str) -> Process:
        """The same process, called with another token."""
        return replace(self, shown=token)

    @property
    def ca(self) -> bytes:
        return (self.directory / "ca.pem").read_bytes()

    def channel(self, *, ca: bytes | None = None) -> grpc.aio.Channel:
        """A connection that trusts the service CA, on a socket of its own."""
        credentials = grpc.ssl_channel_credentials(ca or self.ca)
        alone = (("grpc.use_local_subchannel_pool", 1),)
        return grpc.aio.secure_channel(self.target, credentials, options=alone)

    def auth(self) -> tuple[tuple[str, str], ...]:
        """The metadata of the owner's calls."""
        return (("authorization", f"Bearer {self.token}"),)

    def page(self, path: str) -> tuple[int, str]:
        """Status and text of a page of the metrics listener."""
        try:
            with urlopen(self.endpoints["metrics"] + path, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def is_draining(self) -> bool:
        """Whether it has told balancers to stay away."""
        return self.page("/readyz")[0] == HTTPStatus.SERVICE_UNAVAILABLE

    async def until(self, metric: str, value: float) -> None:
        """Returns once the metric has the value."""
        await asyncio.to_thread(eventually, lambda: self.metric(metric) == value)

    def metric(self, name: str) -> float:
        """The sum of a metric's samples."""
        samples = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.page("/metrics")[1], re.MULTILINE)
        return sum(map(float, samples))

    def log(self) -> list[dict[str, Any]]:
        """The lines it has logged; each must be a JSON object."""
        return [json.loads(line) for line in self.stderr.read_text().splitlines()]

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self.popen.wait(PATIENCE)

    def stop(self) -> int:
        """Ends it with SIGTERM and tells its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """Ends it as a crash does: no handler of its own runs."""
        self.signal(signal.SIGKILL)
        self.wait()


def start(directory: Path, *arguments: object, env: Mapping[str, str] | None = None) -> Process:
    """Starts ``certmanager serve`` with these arguments; does not wait for it."""
    stderr = directory.parent / f"{directory.name}.{time.monotonic_ns()}.log"
    command = [*PROGRAM, "serve", *map(str, arguments)]
    with stderr.open("w") as log:
        popen = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment(**(env or {}))
        )
    return Process(directory, popen, stderr)


def await_ready(process: Process) -> Process:
    """Waits for the ready line. Fails with what the process said if it ends instead."""
    assert process.popen.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.popen.stdout, selectors.EVENT_READ)
        said = process.popen.stdout.readline() if selector.select(PATIENCE) else ""
    assert said, f"not ready: {process.stderr.read_text()}"
    process.ready = said.rstrip("\n")
    return process


@contextmanager
def ended(process: Process) -> Iterator[Process]:
    """Leaves no process behind, however the test ends."""
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.popen.kill()
        process.popen.wait(PATIENCE)
        if process.popen.stdout is not None:
            process.popen.stdout.close()


@contextmanager
def serving(directory: Path, *arguments: object, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A server that takes calls on free ports; killed at the end if the test has not ended it."""
    chosen = ("--data-dir", directory, *FREE, *arguments)
    with ended(start(directory, *chosen, env=env)) as process:
        yield await_ready(process)


async def issue(process: Process, channel: grpc.aio.Channel, **wanted: Any) -> Any:
    """The answer to an order of ``a.example.com`` under the first profile, unless ``wanted`` differs."""
    request = certificates.IssueCertificateRequest(profile_id=process.ids["profile_id"])
    request.attributes.common_name = "a.example.com"
    request.MergeFrom(certificates.IssueCertificateRequest(**wanted))
    return await CertificateServiceStub(channel).IssueCertificate(
        request, metadata=process.auth(), timeout=PATIENCE
    )


async def read(process: Process, channel: grpc.aio.Channel, certificate_id: str) -> Any:
    """The certificate, read by its id."""
    request = certificates.GetCertificateRequest(certificate_id=certificate_id)
    stub = CertificateServiceStub(channel)
    return (await stub.GetCertificate(request, metadata=process.auth(), timeout=PATIENCE)).certificate


def eventually(holds: Callable[[], Any]) -> Any:
    """What ``holds`` says once that is true; fails if it takes longer than anybody would wait."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)
    return found
