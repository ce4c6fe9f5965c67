"""A real server in a process of its own, for the demo and the bench."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "CERTMANAGER_"
_READY = "ready "
_START_SECONDS = 60
_STOP_SECONDS = 60


class ServerFailed(Exception):
    """The server did not start, or did not stop as it should."""


@dataclass(slots=True)
class Server:
    """``python -m server serve`` on free ports, within a ``with`` statement.

    Leaving the statement kills what still runs; ``stop`` is the orderly way.
    """

    data: Path
    """The data directory."""
    log: Path
    """Where the server's log goes."""
    flags: tuple[str, ...] = ()
    endpoints: dict[str, str] = field(default_factory=dict)
    """By listener: where it listens, as the ready line told."""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        listeners = ("grpc", "http", "metrics")
        addresses = [word for name in listeners for word in (f"--{name}-address", "127.0.0.1:0")]
        command = (sys.executable, "-m", "server", "serve", "--data-dir", str(self.data), *addresses)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                (*command, *self.flags),
                cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        try:
            self.endpoints = _read_ready_line(self._process)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def ids(self) -> dict[str, str]:
        """What the first start made: the ids of the project, CAs, policy and profiles."""
        return dict(json.loads((self.data / "bootstrap.json").read_text()))

    @property
    def pid(self) -> int:
        """The process, to be measured."""
        return self._running().pid

    def stop(self) -> None:
        """Let it drain, as SIGTERM asks. Raises ServerFailed unless it ends with status 0."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        status = process.wait(_STOP_SECONDS)
        if status != 0:
            raise ServerFailed(f"the server ended with status {status}")

    def kill(self) -> None:
        """End it at once, as a power failure would; nothing happens if it has ended."""
        process = self._running()
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise ServerFailed("the server was not started")
        return self._process


def publishing() -> tuple[str, ...]:
    """The flags for a plain listener on a free port, at the address that certificates name."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return ("--pki-http-address", address, "--pki-url", f"http://{address}")


def _read_ready_line(process: subprocess.Popen[str]) -> dict[str, str]:
    """``ready grpc=HOST:PORT metrics=http://HOST:PORT`` as a dictionary."""
    assert process.stdout is not None
    line = process.stdout.readline() if select.select([process.stdout], [], [], _START_SECONDS)[0] else ""
    if not line.startswith(_READY):
        raise ServerFailed("the server did not become ready")
    return dict(part.split("=", 1) for part in line.removeprefix(_READY).split())
