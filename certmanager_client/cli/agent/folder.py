"""The agent's directory: a version of the files a certificate, and the link ``live`` to the one in use.

A version is made whole under a name that nobody reads, put on the disk, and
named; then ``live`` is replaced in one step. Who resolves ``live`` once and
reads all files there never gets a key and a certificate that do not belong
together. The files ``key.pem``, ``cert.pem`` and so on are links through it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_LIVE = "live"
_NAMES = ("key.pem", "cert.pem", "chain.pem", "fullchain.pem", "ca.pem")
_KEPT = 3
"""Versions: the one in use, and those that a reader may have resolved before it."""


class FolderFault(Exception):
    """The directory cannot be used, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a service needs, all PEM: it is read, and replaced, together."""

    key: bytes
    certificate: str
    chain: str
    anchor: str
    """The CA certificate to trust others by."""

    def files(self) -> Mapping[str, bytes]:
        """The contents by name."""
        pem = (self.certificate, self.chain, self.certificate + self.chain, self.anchor)
        return dict(zip(_NAMES, (self.key, *(each.encode() for each in pem)), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may read the files: their owner and group (-1: those of the agent), and the key's mode."""

    owner: int = -1
    group: int = -1
    key_mode: int = 0o600


class Folder:
    """One certificate's place on the disk, this agent's alone. Raises OSError where the disk fails."""

    def __init__(self, root: Path, access: Access | None = None) -> None:
        self.root = root
        self.live = root / _LIVE
        self.state = root / "state.json"
        self._versions = root / "versions"
        self._access = access or Access()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the directory, and keep other agents out of it. Raises FolderFault."""
        try:
            self._versions.mkdir(parents=True, exist_ok=True)
            how = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            lock = os.open(self.root / ".lock", how, 0o600)
        except OSError as error:
            raise FolderFault(f"cannot use {self.root}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._refuse_others_files()
            self._clear()
            yield
        except BlockingIOError:
            raise FolderFault(f"another agent works in {self.root}") from None
        finally:
            os.close(lock)

    def publish(self, name: str, material: Material) -> Path:
        """Put the files in use, on the disk, as a version of that name; answers its directory."""
        version = self._versions / name
        if not version.exists():
            self._write(version, material)
        _link(self.live, Path(self._versions.name, name))
        for file in _NAMES:
            if not (self.root / file).is_symlink():
                _link(self.root / file, Path(_LIVE, file))
        _sync(self.root)
        self._prune(name)
        return version

    def version(self) -> Path:
        """The directory of the files in use."""
        return self.live.resolve()

    def material(self) -> Material | None:
        """The files in use; None if there are none yet."""
        try:
            place = self.live.resolve(strict=True)
            return Material(
                key=(place / "key.pem").read_bytes(),
                certificate=(place / "cert.pem").read_text("ascii", "replace"),
                chain=(place / "chain.pem").read_text("ascii", "replace"),
                anchor=(place / "ca.pem").read_text("ascii", "replace"),
            )
        except FileNotFoundError:
            return None

    def _write(self, version: Path, material: Material) -> None:
        unnamed = version.with_name(f".{version.name}.part")
        shutil.rmtree(unnamed, ignore_errors=True)
        unnamed.mkdir(mode=0o700)
        for name, content in material.files().items():
            self._write_file(unnamed / name, content, secret=content is material.key)
        descriptor = os.open(unnamed, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            self._give(descriptor, 0o755)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unnamed.rename(version)
        _sync(self._versions)

    def _write_file(self, file: Path, content: bytes, *, secret: bool) -> None:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            self._give(descriptor, self._access.key_mode if secret else 0o644)
            os.fsync(descriptor)

    def _give(self, descriptor: int, mode: int) -> None:
        """Never by the name: who may write in the directory could let that mean another file."""
        if (self._access.owner, self._access.group) != (-1, -1):
            os.fchown(descriptor, self._access.owner, self._access.group)
        os.fchmod(descriptor, mode)

    def _prune(self, used: str) -> None:
        """Remove the oldest versions; what cannot be removed is tried the next time."""
        versions = sorted(self._versions.glob("[!.]*"), key=lambda one: one.stat().st_mtime_ns)
        for version in [each for each in versions if each.name != used][: -_KEPT + 1]:
            shutil.rmtree(version, ignore_errors=True)

    def _refuse_others_files(self) -> None:
        """What is no link was not put there by an agent: a key in it may be the only one.

        What is one, and no agent makes so, would have keys written elsewhere.
        """
        for name in (_LIVE, *_NAMES):
            file = self.root / name
            if os.path.lexists(file) and not file.is_symlink():
                raise FolderFault(f"{file} is there already, and is not this agent's; move it away")
        for file in (self._versions, self.state):
            if file.is_symlink():
                raise FolderFault(f"{file} is a link, and was not made by an agent; move it away")

    def _clear(self) -> None:
        """Remove what a crash has left half made, keys among it."""
        for part in self._versions.glob(".*.part"):
            shutil.rmtree(part, ignore_errors=True)
        for part in self.root.glob(f".{self.state.name}.*.part"):
            part.unlink(missing_ok=True)


def _link(place: Path, target: Path) -> None:
    """Let a link, relative, name the target from now on: in one step, as readers see it."""
    beside = place.with_name(f".{place.name}.new")
    with suppress(FileNotFoundError):
        beside.unlink()
    beside.symlink_to(target)
    beside.replace(place)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
