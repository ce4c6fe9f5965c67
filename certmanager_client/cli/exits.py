"""The statuses that the program ends with: scripts may rely on them (docs/cli.md)."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    import grpc  # not when help is shown: it is slow to import


class Exit(IntEnum):
    """What a status says. It never changes its meaning; new ones may come."""

    OK = 0
    UNEXPECTED = 1
    """A fault of the server, or of this program."""
    USAGE = 2
    """The command line, a file that it names, or a context is not as it must be."""
    REFUSED = 3
    """The server will not have it: a violation of form, of a policy, or a state that forbids it."""
    NOT_FOUND = 4
    """It is not there, or not to be seen by the caller."""
    DENIED = 5
    """The token does not count, or its identity may not do that."""
    CONFLICT = 6
    """The name is taken, or it was changed meanwhile."""
    UNAVAILABLE = 7
    """The server was not reached, did not answer in time, or is too busy: worth trying again."""
    UNSUPPORTED = 8
    """This server cannot do that (yet)."""


_BY_CODE = {
    "INVALID_ARGUMENT": Exit.REFUSED,
    "FAILED_PRECONDITION": Exit.REFUSED,
    "OUT_OF_RANGE": Exit.REFUSED,
    "NOT_FOUND": Exit.NOT_FOUND,
    "UNAUTHENTICATED": Exit.DENIED,
    "PERMISSION_DENIED": Exit.DENIED,
    "ALREADY_EXISTS": Exit.CONFLICT,
    "ABORTED": Exit.CONFLICT,
    "UNAVAILABLE": Exit.UNAVAILABLE,
    "DEADLINE_EXCEEDED": Exit.UNAVAILABLE,
    "RESOURCE_EXHAUSTED": Exit.UNAVAILABLE,
    "UNIMPLEMENTED": Exit.UNSUPPORTED,
}


def exit_of(code: grpc.StatusCode) -> Exit:
    """The status for a call that failed with the code."""
    return _BY_CODE.get(code.name, Exit.UNEXPECTED)


def fail(*sentences: str, status: Exit = Exit.USAGE) -> NoReturn:
    """End the program with sentences on stderr, the first after its name."""
    first, *others = sentences
    print(f"certmanager: {first}", *others, sep="\n", file=sys.stderr)
    raise typer.Exit(status)
