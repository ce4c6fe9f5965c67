"""The files that commands write: proven to be writable before, never half written, never lost.

A private key or a token is in one answer only. So the place for each file is
reserved before the call: a file beside its target, of mode 0600, with room on
the disk. Once written, it takes the target's name in one step, which for a new
file fails if the name was taken meanwhile. A link is never followed.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from certmanager_client.cli.terminal.signals import ending_in_order

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


class Lost(FileFault):
    """Content that could be written nowhere."""

    def __init__(self, target: Path, why: str) -> None:
        super().__init__(f"cannot write {target}: {why}; what belongs there is lost")


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
    beside: _Beside

    def publish(self, content: bytes) -> Path:
        """Write the content and give it its name.

        Raises KeptElsewhere, which tells where it is instead, or Lost.
        """
        path = self.place.path
        try:
            self.beside.fill(content, mode=_PRIVATE if self.place.secret else _PUBLIC & ~_umask())
        except OSError as error:
            raise _rescued(content, path, _why(error)) from None
        try:
            _take_name(self.beside.path, self.place)
        except OSError as error:
            self.beside.kept = True
            raise KeptElsewhere(path, self.beside.path, _why(error)) from None
        return path


@contextmanager
def reserved(places: Sequence[Place], *, hint: str = "") -> Iterator[list[Reserved]]:
    """Reserve all places, in their order; what was not published is gone after the block.

    Raises FileFault before the block if one of them cannot be written; ``hint``
    says what helps where files are there already. A signal that ends the
    program in the block takes the reserved files along.
    """
    _refuse_taken(places, hint)
    with ending_in_order(), ExitStack() as stack:
        yield [stack.enter_context(_reserved(place)) for place in places]


def write_whole(file: Path, content: bytes) -> None:
    """Put a file of mode 0600 in place of another, or of what a link names, whole or not at all.

    Raises OSError.
    """
    target = file.resolve()
    with _new_beside(target) as beside:
        beside.fill(content, mode=_PRIVATE)
        beside.path.replace(target)
        _sync_directory(target.parent)


def make_private(directory: Path) -> None:
    """Make a directory and those above it, each with mode 0700 if it is new. Raises OSError."""
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


@dataclass(slots=True)
class _Beside:
    """An open file in the directory of another that it is to become."""

    path: Path
    descriptor: int
    kept: bool = False
    """Whether it holds what could not be given its name."""

    def fill(self, content: bytes, *, mode: int) -> None:
        """Let it hold the content, on the disk. Raises OSError."""
        os.fchmod(self.descriptor, mode)
        written = 0
        while written < len(content):
            written += os.pwrite(self.descriptor, content[written:], written)
        os.ftruncate(self.descriptor, len(content))
        os.fsync(self.descriptor)


@contextmanager
def _new_beside(target: Path) -> Iterator[_Beside]:
    """A new file of mode 0600; gone after the block unless it was renamed or is to be kept."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    beside = _Beside(Path(name), descriptor)
    try:
        yield beside
    finally:
        os.close(descriptor)
        if not beside.kept:
            beside.path.unlink(missing_ok=True)


@contextmanager
def _reserved(place: Place) -> Iterator[Reserved]:
    with ExitStack() as stack:
        try:
            beside = stack.enter_context(_new_beside(place.path))
            _make_room(beside.descriptor)
        except OSError as error:
            raise FileFault(f"cannot write {place.path}: {_why(error)}") from None
        yield Reserved(place, beside)


def _refuse_taken(places: Sequence[Place], hint: str) -> None:
    for place in places:
        if place.path.is_dir():
            raise FileFault(f"{place.path} is a directory")
    taken = [str(one.path) for one in places if os.path.lexists(one.path) and not one.replace]
    if taken:
        are = "is" if len(taken) == 1 else "are"
        raise FileFault("; ".join(filter(None, (f"{', '.join(taken)} {are} there already", hint))))


def _make_room(descriptor: int) -> None:
    """Raises OSError if the disk is full; a file system that cannot say is taken at its word."""
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise


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


def _rescued(content: bytes, target: Path, why: str) -> FileFault:
    """Put the content into a file of the system's temporary directory, mode 0600, and say so."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="certmanager-rescued-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        return Lost(target, why)
    return KeptElsewhere(target, Path(name), why)


def _umask() -> int:
    present = os.umask(0o077)
    os.umask(present)
    return present


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
