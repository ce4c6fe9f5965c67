"""What the server spends: processor time as Linux counts it, and commits as it counts itself."""

from __future__ import annotations

import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tools.running import Server

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # of the fields after the name in parentheses (proc(5), /proc/PID/stat)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server has spent since it began, or between two moments."""

    cpu_seconds: float
    commits: float
    rows: float

    @classmethod
    def of(cls, server: Server) -> Self:
        """What it has spent so far."""
        fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        counters = _counters(server.endpoints["metrics"])
        return cls(
            (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS,
            counters["certmanager_store_commits_total"],
            counters["certmanager_store_rows_total"],
        )

    def since(self, before: Usage) -> Usage:
        """What was spent from ``before`` to this."""
        return Usage(
            self.cpu_seconds - before.cpu_seconds, self.commits - before.commits, self.rows - before.rows
        )


def _counters(address: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{address}/metrics") as page:  # noqa: S310 - our own server's address
        lines = page.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
