"""What is written to the data directory outlives a crash right after it."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from server.files import allow_many, locked, write_private, write_public


class _DiskFullError(OSError):
    """A write that fails."""


class _Disk:
    """Notes what has been made durable: a file's text, or the names in a directory at that moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[int, set[str]] = {}
        self.files: set[int] = set()
        self._sync = os.fsync
        monkeypatch.setattr(os, "fsync", self.sync)

    def sync(self, descriptor: int) -> None:
        state = os.fstat(descriptor)
        if stat.S_ISDIR(state.st_mode):
            self.names[state.st_ino] = set(os.listdir(descriptor))
        else:
            self.files.add(state.st_ino)
        self._sync(descriptor)

    def holds(self, path: Path) -> bool:
        """Whether the path leads to the file after a crash, as far as its last directory goes."""
        return path.name in self.names.get(path.parent.stat().st_ino, set())


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> _Disk:
    return _Disk(monkeypatch)


@pytest.mark.parametrize("write", [write_private, write_public])
def test_file_and_its_name_are_durable(disk: _Disk, tmp_path: Path, write: object) -> None:
    """A commit that depends on the file, as one sealed with the KEK does, comes after it for certain."""
    path = tmp_path / "kek"
    assert callable(write)
    write(path, "5a")
    assert path.stat().st_ino in disk.files
    assert disk.holds(path)


def test_replaced_file_is_durable_too(disk: _Disk, tmp_path: Path) -> None:
    path = tmp_path / "owner.token"
    write_private(path, "old")
    disk.files.clear()
    disk.names.clear()
    write_private(path, "new")
    assert path.stat().st_ino in disk.files
    assert disk.holds(path)


@pytest.mark.parametrize("above", ["", "data", "srv/data"])
def test_directories_that_had_to_be_made_are_durable(disk: _Disk, tmp_path: Path, above: str) -> None:
    path = tmp_path / above / "secret" / "kek"
    write_private(path, "5a")
    made = [each for each in path.parents if each.is_relative_to(tmp_path) and each != tmp_path]
    assert [each for each in made if not disk.holds(each)] == []


def test_data_directory_is_durable_and_its_owners(disk: _Disk, tmp_path: Path) -> None:
    directory = tmp_path / "srv" / "data"
    with locked(directory):
        assert disk.holds(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kek"
    write_private(path, "old")

    def fails(_descriptor: int) -> None:
        raise _DiskFullError

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(_DiskFullError):
        write_private(path, "new")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("kek", "old")]


def test_a_process_may_have_as_many_open_as_the_system_grants() -> None:
    """Not the thousand that it is granted unasked: a thousand idle clients would shut the others out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        allow_many()
        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert now == (min(hard, 65_536) if hard != resource.RLIM_INFINITY else 65_536)
        assert most == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
