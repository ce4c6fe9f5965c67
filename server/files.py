"""Files of the data directory: written whole or not at all, secrets for their owner alone."""

from __future__ import annotations

import fcntl
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_DESCRIPTORS: Final = 65_536
"""Files and connections of one process: more than any of its limits lets it have."""


class InUse(Exception):
    """Another process works on the data directory."""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600)."""
    _write(path, text, mode=0o600)


def write_public(path: Path, text: str) -> None:
    """Write a file that everybody may read (0644)."""
    _write(path, text, mode=0o644)


def _write(path: Path, text: str, *, mode: int) -> None:
    """Replace the file in one step: a crash leaves the old or the new one, never a part.

    After the return it is the new one, whatever happens: a commit may depend on it.
    """
    _make(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _make(directory: Path, *, mode: int = 0o777) -> None:
    """Make the directory, and those above it, to stay."""
    if directory.is_dir():
        return
    _make(directory.parent)
    directory.mkdir(mode=mode, exist_ok=True)
    _sync(directory.parent)


def _sync(directory: Path) -> None:
    """Make the names in the directory as durable as the files that they name."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the data directory for this process alone. Raises InUse."""
    _make(directory, mode=0o700)
    with (directory / "lock").open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"another process works on the data directory {directory}") from None
        yield


def allow_many() -> None:
    """Let this process have many files and connections open, as far as the system grants it.

    What is granted unasked is often a thousand, for programs that cannot do with more.
    """
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _DESCRIPTORS)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
