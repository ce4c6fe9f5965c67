"""An ApiError in sentences, every violation that the server told among them."""

from __future__ import annotations

from collections.abc import Iterator

import grpc

from certmanager_client.cli.terminal.output import visible
from certmanager_client.errors import ApiError, Violation


def explained(error: ApiError) -> Iterator[str]:
    """The sentence, a line a violation, and what to do, where that is known."""
    yield visible(error.message)
    yield from (violation_line(one) for one in error.violations if one.description != error.message)
    left = error.violation_count - len(error.violations)
    if left > 0:
        yield f"  and {left} more"
    if error.code is grpc.StatusCode.UNAUTHENTICATED:
        yield "the token may be wrong, expired or revoked; `certmanager login` keeps another"
    if error.code in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN} and error.trace_id:
        yield f"the server's log has the details under {visible(error.trace_id)}"


def violation_line(violation: Violation) -> str:
    """``  field  RULE: sentence (it is …; allowed: …)``."""
    place = f"{violation.field}  " if violation.field else ""
    notes = (
        f"it is {violation.value}" if violation.value else "",
        f"allowed: {violation.allowed}" if violation.allowed else "",
    )
    told = "; ".join(filter(None, notes))
    rule = f"{violation.rule}: " if violation.rule else ""
    return visible(f"  {place}{rule}{violation.description}" + (f" ({told})" if told else ""))
