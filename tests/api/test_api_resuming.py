"""Which ends of a stream say where to go on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from server.api.streams import tell_where_to_resume
from server.errors import (
    CAError,
    Denied,
    Exhausted,
    Invalid,
    NotFound,
    OutOfRange,
    Reason,
    TooLate,
    Unauthenticated,
    Unavailable,
)


def told(error: CAError, token: str = "t") -> str | None:
    """The token that an error tells after a stream's newest was this."""
    call: Any = SimpleNamespace(resume_token=token)
    tell_where_to_resume(error, call)
    return error.metadata.get("resume_token")


@pytest.mark.parametrize("kind", [Unavailable, Exhausted, Unauthenticated, TooLate])
def test_who_may_go_on_is_told_from_where(kind: type[CAError]) -> None:
    """The same client, with the same question: it was too slow, too late, or we could not."""
    assert told(kind("why")) == "t"


def test_a_fault_of_ours_can_be_gone_on_after() -> None:
    """It may be another replica that answers."""
    assert told(CAError("why", reason=Reason.INTERNAL)) == "t"


@pytest.mark.parametrize("kind", [Invalid, Denied, NotFound, OutOfRange])
def test_who_may_not_is_told_nothing(kind: type[CAError]) -> None:
    """A token would only lead to the same answer."""
    assert told(kind("why")) is None


def test_a_stream_that_sent_nothing_has_no_token() -> None:
    """There is nothing to go on from."""
    assert told(Unavailable("why"), token="") is None
