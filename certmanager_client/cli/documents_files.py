"""Files that a command reads: whole, but no more of them than makes sense."""

from __future__ import annotations

import sys
from pathlib import Path

from certmanager_client.cli.exits import fail


def read_bounded(file: str, most: int) -> bytes:
    """The octets of a file, or of stdin for ``-``. Ends the program if it cannot be read, or is too long."""
    try:
        if file == "-":
            octets = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as opened:
                octets = opened.read(most + 1)
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror}")
    if len(octets) > most:
        fail(f"{file} is longer than {most} octets")
    return octets
