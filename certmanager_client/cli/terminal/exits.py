"""The statuses that the program ends with: scripts may rely on them (docs/cli.md)."""

from __future__ import annotations

import sys
from contextlib import suppress
from contextvars import ContextVar
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
    FAILED = 9
    """The request came to its end without a certificate: a check or the CA refused it."""
    REJECTED = 10
    """The same: an approver refused it."""
    CANCELLED = 11
    """The same: it was withdrawn."""
    EXPIRED = 12
    """The same: nobody decided in time."""
    UNTRUSTED = 13
    """What answers there is not the server that is trusted, or speaks no TLS: no use to try again."""
    ENDED = 14
    """The agent's certificate was revoked for good, and nothing is to take its place."""


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


_unexpected: ContextVar[Exit] = ContextVar("status of what was not expected", default=Exit.UNEXPECTED)


def unexpected() -> Exit:
    """The status for a fault of the server or of this program, in the command that runs."""
    return _unexpected.get()


def let_one_mean_difference() -> None:
    """Give the status 1 to the command, as ``diff`` has it; what is unexpected ends with 2 from now on."""
    _unexpected.set(Exit.USAGE)


def exit_of(code: grpc.StatusCode) -> Exit:
    """The status for a call that failed with the code."""
    return _BY_CODE.get(code.name, Exit.UNEXPECTED)


def fail(*sentences: str, status: Exit = Exit.USAGE) -> NoReturn:
    """End the program with sentences on stderr, the first after its name."""
    first, *others = sentences
    with suppress(OSError):  # the status is told in any case
        print(f"certmanager: {first}", *others, sep="\n", file=sys.stderr)
    raise typer.Exit(unexpected() if status is Exit.UNEXPECTED else status)
