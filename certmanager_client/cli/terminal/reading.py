"""Files that a command reads: whole, but no more of them than makes sense, and stdin for one of them only."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from pathlib import Path

from certmanager_client.cli.terminal.exits import fail

_LONGEST_PASSWORD = 4096
_stdin_taken: ContextVar[str] = ContextVar("what stdin was read for", default="")


class Unread(Exception):
    """A file that cannot be read, as a sentence."""


def read_bounded(file: str, most: int, *, what: str = "") -> bytes:
    """The octets of a file, or of stdin for ``-``; ``what`` it is stands in the sentences.

    Raises Unread if it cannot be read, or has more octets than ``most``.
    """
    named = f"{what} {file}".strip()
    try:
        octets = _of_stdin(most + 1, what or "the document") if file == "-" else _of_file(file, most + 1)
    except OSError as error:
        raise Unread(f"cannot read {named}: {error.strerror}") from None
    except ValueError:
        raise Unread(f"cannot read {named}: no file has such a name") from None
    if len(octets) > most:
        raise Unread(f"{named} is longer than {most} octets")
    return octets


def must_read(file: str, most: int, *, what: str = "") -> bytes:
    """The same; what cannot be read ends the program."""
    try:
        return read_bounded(file, most, what=what)
    except Unread as error:
        fail(str(error))


def must_read_password(file: str) -> str:
    """The first line of a file. Ends the program if there is none."""
    try:
        lines = must_read(file, _LONGEST_PASSWORD, what="the password file").decode().splitlines()
    except UnicodeDecodeError:
        fail(f"the password file {file} is not UTF-8 text")
    if not lines or not lines[0]:
        fail(f"the password file {file} is empty")
    return lines[0]


def _of_file(file: str, most: int) -> bytes:
    with Path(file).open("rb") as opened:
        return opened.read(most)


def _of_stdin(most: int, what: str) -> bytes:
    """Once: what two read would be the one's, and nothing the other's."""
    if taken := _stdin_taken.get():
        raise Unread(f"stdin holds {taken} already: {what} needs a file of its own")
    _stdin_taken.set(what)
    return sys.stdin.buffer.read(most)
