"""The program's ends: a status and, if something is wrong, a sentence; a traceback only if asked for."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import typer

from certmanager_client.cli.terminal.exits import unexpected

DEBUG = "CERTMANAGER_DEBUG"
"""The variable that asks for the traceback of a fault of this program."""
_INTERRUPTED = 130


class AnswerLost(OSError):
    """What was to stand on stdout could not be written there."""


def run(command: Callable[..., Any]) -> int:
    """The status that a click command ends with, once all that it answered is written."""
    _open_streams()
    try:
        status = _status(command)
        sys.stdout.flush()
    except AnswerLost as error:
        return _without_answer(error)
    except Exception as error:  # noqa: BLE001 - the last net: whatever it is, it is told in a sentence
        return _fault_of_ours(error)
    return status


def _status(command: Callable[..., Any]) -> int:
    try:
        # Not standalone: click would take a reader that goes away for a failure.
        ended = command(prog_name="certmanager", standalone_mode=False)
    except typer.TyperException as error:
        told: Any = error
        with suppress(OSError):
            told.show()
        return int(told.exit_code)
    except typer.Abort:
        return _told("given up", status=_INTERRUPTED)
    except SystemExit as error:  # of the server's commands, of completion, and by a signal
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return ended if isinstance(ended, int) else 0


def _without_answer(error: AnswerLost) -> int:
    # Else the interpreter tries once more when it ends, and complains.
    sys.stdout = io.StringIO()
    if error.errno == errno.EPIPE:
        return 0  # who reads no more (``| head``) has what he wanted
    return _told(f"cannot write the answer: {error.strerror}", status=unexpected())


def _fault_of_ours(error: Exception) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    return _told(
        f"a fault of this program: {type(error).__name__}; please report it, with what {DEBUG}=1 shows",
        status=unexpected(),
    )


def _told(sentence: str, *, status: int) -> int:
    with suppress(OSError):
        print(f"certmanager: {sentence}", file=sys.stderr)
    return status


class _Answers(io.FileIO):
    """Stdout, whose faults are told from those of any other file."""

    def write(self, octets: Any) -> int:
        try:
            return super().write(octets)
        except OSError as error:
            raise AnswerLost(error.errno, error.strerror) from None


def _open_streams() -> None:
    """Open the streams that were closed to this program, and have stdout tell its faults."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    # For reading: what is written to it fails, as it would have to the stream that is not there.
    descriptor = os.open(os.devnull, os.O_RDONLY) if sys.stdout is None else _descriptor(sys.stdout)
    if descriptor is not None:
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Answers(descriptor, "w", closefd=False)),
            encoding=getattr(sys.stdout, "encoding", "utf-8"),
            errors="backslashreplace",
            line_buffering=os.isatty(descriptor),
        )
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _descriptor(stream: Any) -> int | None:
    """The stream's, unless it is none of the system's."""
    try:
        return int(stream.fileno())
    except (OSError, ValueError):
        return None
