"""The record of each call: two metrics and one line in the log.

The line tells who called what, how it ended and how long it took. It never
holds a response; the request is in it at debug level only, redacted.
"""

from __future__ import annotations

import asyncio
import logging
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from google.protobuf.text_format import MessageToString

from server.api.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.message import Message
    from structlog.typing import FilteringBoundLogger

    from server.api.call import Call
    from server.telemetry import Metrics

_LINE = "rpc"
_REQUEST_CHARACTERS = 4096
_OUR_FAULTS = frozenset({"INTERNAL", "UNKNOWN", "DATA_LOSS"})
_NO_FAULTS = frozenset({"OK", "CANCELLED"})
_ROUTINE = frozenset({"SERVER_DRAINING", "STREAM_AGED"})
"""Reasons of ends that every stream comes to, sooner or later."""


class _End(NamedTuple):
    """How a call ended."""

    call: Call
    peer: str
    code: str
    reason: str
    seconds: float


class Recorder:
    """Counts calls and writes the access log."""

    def __init__(self, metrics: Metrics, log: FilteringBoundLogger) -> None:
        self.log = log
        self._metrics = metrics
        self._ends: list[_End] = []
        self._counts: dict[tuple[str, str, str], Callable[[], None]] = {}
        self._times: dict[str, Callable[[float], None]] = {}
        self._verbose = log.is_enabled_for(logging.DEBUG)
        self._quiet = not log.is_enabled_for(logging.INFO)

    def started(self) -> None:
        """A call has arrived."""
        self._metrics.running += 1

    def request(self, call: Call, message: Message) -> None:
        """Keeps what was asked, without its secrets, where the log is to show it."""
        if self._verbose:
            text = MessageToString(redact(message), as_one_line=True)
            call.fields["request"] = text[:_REQUEST_CHARACTERS]

    def finished(self, call: Call, peer: str, code: str, reason: str = "") -> None:
        """A call has ended with ``code``."""
        seconds = perf_counter() - call.started
        self._metrics.running -= 1
        self._count(call.method.label, code, reason)
        self._time(call.method.label, seconds)
        if not (self._quiet and _is_no_fault(code, reason)):
            self._later(_End(call, peer, code, reason, seconds))

    def flush(self) -> None:
        """Writes the lines of the calls that have ended."""
        ends, self._ends = self._ends, []
        for end in ends:
            self._write(end)

    def _later(self, end: _End) -> None:
        # The line is written when the answers of this turn of the loop are on
        # their way: no caller waits for it, and under load several are written
        # in a row, which halves their price.
        if not self._ends:
            asyncio.get_running_loop().call_soon(self.flush)
        self._ends.append(end)

    def _write(self, end: _End) -> None:
        write = self.log.info if _is_no_fault(end.code, end.reason) else self.log.warning
        if end.code in _OUR_FAULTS:
            write = self.log.error
        write(_LINE, **_fields(end))

    def _count(self, label: str, code: str, reason: str) -> None:
        # Looking up a child by its labels costs more than counting: keep it.
        count = self._counts.get((label, code, reason))
        if count is None:
            count = self._counts[label, code, reason] = self._metrics.calls.labels(label, code, reason).inc
        count()

    def _time(self, label: str, seconds: float) -> None:
        time = self._times.get(label)
        if time is None:
            time = self._times[label] = self._metrics.seconds.labels(label).observe
        time(seconds)


def _is_no_fault(code: str, reason: str) -> bool:
    return code in _NO_FAULTS or reason in _ROUTINE


def _fields(end: _End) -> dict[str, object]:
    call = end.call
    fields: dict[str, object] = {
        "method": call.method.label,
        "trace_id": call.trace_id,
        "code": end.code,
        "reason": end.reason,
        "ms": round(end.seconds * 1000, 3),
        "peer": end.peer,
        "received": call.received,
        "sent": call.sent,
    }
    if call.principal is not None:
        fields["identity"] = call.principal.identity_name
        fields["identity_id"] = call.principal.identity_id
        if call.principal.certificate_id:
            fields["certificate_id"] = call.principal.certificate_id
    if call.caller is not None and call.caller.project_id:
        fields["project_id"] = call.caller.project_id
    # What the call itself noted cannot pass for what the server knows.
    return call.fields | fields if call.fields else fields
