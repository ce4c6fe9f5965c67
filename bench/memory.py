"""How much memory a server takes at most, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

from tools.running import Server


def forget_peak(server: Server) -> None:
    """Count the greatest amount anew from now on (proc(5), clear_refs)."""
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def peak_mebibytes(server: Server) -> float:
    """The greatest amount of memory that it had at once."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) / 1024
