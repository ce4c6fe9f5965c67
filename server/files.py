"""Files of the data directory: written whole or not at all, secrets for their owner alone."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(Exception):
    """Another process works on the data directory."""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600)."""
    _write(path, text, mode=0o600)


def write_public(path: Path, text: str) -> None:
    """Write a file that everybody may read (0644)."""
    _write(path, text, mode=0o644)


def _write(path: Path, text: str, *, mode: int) -> None:
    """Replace the file in one step: a crash leaves the old or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the data directory for this process alone. Raises InUse."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / "lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"another process works on the data directory {directory}") from None
        yield
