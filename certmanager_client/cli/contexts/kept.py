"""The contexts that ``certmanager login`` keeps: address, CA file and token of each server, by name.

They stand in one JSON file, ``$CERTMANAGER_CLIENT_CONFIG`` or
``certmanager/contexts.json`` in the XDG configuration directory. It holds
tokens: directories are made with mode 0700, the file with 0600, and a file
that others can read, or that is another's, is refused. A link in its place is
followed. Who changes it holds a lock, so that two logins at once keep both.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from certmanager_client.cli.terminal.writing import make_private, write_whole

CONFIG = "CERTMANAGER_CLIENT_CONFIG"
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_VERSION = 1


class ContextsFault(Exception):
    """The file is not as it must be; the text is for the user and holds nothing of the file's."""


@dataclass(frozen=True, slots=True)
class Context:
    """How one server is reached by one caller. ``roots`` are the PEM CA certificates; empty: the system's."""

    address: str
    roots: str = ""
    token: str = field(default="", repr=False)
    insecure: bool = False
    identity: str = ""
    """The caller's name, as the server told it at login."""


@dataclass(frozen=True, slots=True)
class Contexts:
    """All contexts, and the one that is used where none is named; empty: none."""

    current: str = ""
    by_name: Mapping[str, Context] = field(default_factory=dict)

    def get(self, name: str) -> Context:
        """The context of that name; raises ContextsFault."""
        found = self.by_name.get(name)
        if found is None:
            raise ContextsFault(f"no context '{name}'; `certmanager context list` shows those that are there")
        return found

    def with_(self, name: str, context: Context) -> Contexts:
        """The contexts with one more, or in another's place, which is used from now on."""
        return Contexts(name, {**self.by_name, name: context})

    def without(self, name: str) -> Contexts:
        """The contexts without one."""
        self.get(name)
        others = {other: context for other, context in self.by_name.items() if other != name}
        return Contexts("" if self.current == name else self.current, others)

    def using(self, name: str) -> Contexts:
        """The contexts with another that is used where none is named."""
        self.get(name)
        return Contexts(name, self.by_name)


def path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the contexts stand."""
    if told := environment.get(CONFIG):
        return Path(told)
    home = environment.get("XDG_CONFIG_HOME", "")
    # The XDG specification: a relative path there is to be ignored.
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".config"
    return base / "certmanager" / "contexts.json"


def read(file: Path) -> Contexts:
    """The contexts of a file, none if it is not there; raises ContextsFault."""
    try:
        # Not blocking: what stands there may be a pipe that nobody writes to.
        with open(file, "rb", opener=_without_blocking) as opened:
            _refuse_unless_private(os.fstat(opened.fileno()), file)
            return _parsed(json.loads(opened.read()))
    except FileNotFoundError:
        return Contexts()
    except OSError as error:
        raise ContextsFault(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        # Not the parser's own words: they quote what it read, and that may be a token.
        raise ContextsFault(f"{file} is not a file of contexts") from None


def names() -> list[str]:
    """The names of the contexts that there are, for completion, which must not fail."""
    try:
        return sorted(read(path()).by_name)
    except ContextsFault:
        return []


def change(file: Path, changed: Callable[[Contexts], Contexts]) -> Contexts:
    """Let a function change the file's contexts, while nobody else does; raises ContextsFault."""
    try:
        make_private(file.resolve().parent)
        with _locked(file.resolve()):
            wanted = changed(read(file))
            write_whole(file, _document(wanted))
    except OSError as error:
        raise ContextsFault(f"cannot write {file}: {error.strerror}") from None
    return wanted


def _document(contexts: Contexts) -> bytes:
    document = {
        "version": _VERSION,
        "current": contexts.current,
        "contexts": {name: asdict(context) for name, context in contexts.by_name.items()},
    }
    return json.dumps(document, indent=2).encode() + b"\n"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file, which is a file of its own: the file itself is replaced. Raises OSError."""
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _without_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _refuse_unless_private(status: os.stat_result, file: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ContextsFault(f"{file} is no regular file")
    if status.st_uid != os.geteuid():
        raise ContextsFault(f"{file} is another user's: whose tokens it would be is not known")
    if status.st_mode & _FOR_OTHERS:
        raise ContextsFault(
            f"{file} holds tokens, and others than you can use it:"
            " `chmod 600` it, and take those tokens for known"
        )


def _parsed(document: Any) -> Contexts:
    if document["version"] != _VERSION:
        raise ValueError(document["version"])
    by_name = {str(name): Context(**_checked(one)) for name, one in document["contexts"].items()}
    return Contexts(str(document["current"]), by_name)


def _checked(one: dict[str, Any]) -> dict[str, Any]:
    for name, value in one.items():
        if not isinstance(value, bool if name == "insecure" else str):
            raise TypeError(name)
    return one
