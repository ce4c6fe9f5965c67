"""Files for what an issuance hands over: proven to be writable before it is asked for, never half written.

A private key is in one answer only. So the place for each file is reserved
before the call: a file beside its target, of mode 0600, with room on the disk.
Once written, it takes the target's name in one step, which for a new file fails
if the name was taken meanwhile.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_ROOM = 256 * 1024
"""Octets to have on the disk before the content is known; a long chain has a few dozen KiB."""
_PRIVATE = 0o600
_PUBLIC = 0o644


class FileFault(Exception):
    """A file that cannot be written, as a sentence."""


class KeptElsewhere(FileFault):
    """Content that did not reach its target, and where it is instead."""

    def __init__(self, target: Path, kept: Path, why: str) -> None:
        super().__init__(f"cannot write {target}: {why}; what belongs there is in {kept}")


@dataclass(frozen=True, slots=True)
class Place:
    """A file to write: where, whether it is for its owner only, and whether an older one may go."""

    path: Path
    secret: bool = False
    replace: bool = False


@dataclass(slots=True)
class Reserved:
    """A place whose file is open beside it."""

    place: Place
    beside: Path
    descriptor: int
    kept: bool = False
    """Whether the file beside it holds what could not be given its name."""

    def publish(self, content: bytes) -> Path:
        """Write the content and give it its name. Raises KeptElsewhere, which tells where it is."""
        try:
            self._write(content)
        except OSError as error:
            raise KeptElsewhere(self.place.path, _rescued(content), _why(error)) from None
        try:
            _take_name(self.beside, self.place)
        except OSError as error:
            self.kept = True
            raise KeptElsewhere(self.place.path, self.beside, _why(error)) from None
        return self.place.path

    def _write(self, content: bytes) -> None:
        os.fchmod(self.descriptor, _PRIVATE if self.place.secret else _PUBLIC & ~_umask())
        written = 0
        while written < len(content):
            written += os.pwrite(self.descriptor, content[written:], written)
        os.ftruncate(self.descriptor, len(content))
        os.fsync(self.descriptor)


@contextmanager
def reserved(places: Sequence[Place]) -> Iterator[list[Reserved]]:
    """Reserve all places, in their order; what was not published is gone after the block.

    Raises FileFault before the block if one of them cannot be written.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_reserved(place)) for place in places]


@contextmanager
def _reserved(place: Place) -> Iterator[Reserved]:
    _refuse_taken(place)
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{place.path.name}.", suffix=".part", dir=place.path.parent
        )
    except OSError as error:
        raise FileFault(f"cannot write {place.path}: {_why(error)}") from None
    held = Reserved(place, Path(name), descriptor)
    try:
        _make_room(descriptor, place.path)
        yield held
    finally:
        os.close(descriptor)
        if not held.kept:
            with suppress(FileNotFoundError):
                Path(name).unlink()


def _refuse_taken(place: Place) -> None:
    if place.path.is_dir():
        raise FileFault(f"{place.path} is a directory")
    if os.path.lexists(place.path) and not place.replace:
        raise FileFault(f"{place.path} is there already; --force replaces it")


def _make_room(descriptor: int, path: Path) -> None:
    """Raises FileFault if the disk is full; a file system that cannot say is taken at its word."""
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise FileFault(f"cannot write {path}: {_why(error)}") from None


def _take_name(beside: Path, place: Place) -> None:
    if not place.replace:
        try:
            os.link(beside, place.path)
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
                raise
            # No hard links here: an empty file of our own holds the name until it is replaced.
            os.close(os.open(place.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
            beside.replace(place.path)
    else:
        beside.replace(place.path)
    _sync_directory(place.path.parent)


def _sync_directory(path: Path) -> None:
    """So that the name survives a power cut as the content does."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _rescued(content: bytes) -> Path:
    """The content in a file of the system's temporary directory, mode 0600."""
    descriptor, name = tempfile.mkstemp(prefix="certmanager-rescued-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return Path(name)


def _umask() -> int:
    present = os.umask(0o077)
    os.umask(present)
    return present


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
