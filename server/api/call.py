"""The call being served: who makes it, what it is, and how long it may take."""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Awaitable, Callable

    from server.api.concerns.access import Caller, Principal
    from server.api.methods import Method
    from server.errors import Violation

_current: ContextVar[Call] = ContextVar("call")


@dataclass(slots=True, eq=False)
class Call:
    """One call, from its headers to its status. Servicers read it through ``current_call``."""

    method: Method
    trace_id: str = field(default_factory=lambda: os.urandom(16).hex())
    started: float = field(default_factory=perf_counter)
    """When it arrived, on the clock of ``time.perf_counter``."""
    principal: Principal | None = None
    """Who calls; unset only for health and reflection."""
    caller: Caller | None = None
    """What use cases are given: the principal together with the method's permission."""
    identify: Callable[[], Awaitable[Any]] | None = None
    """Finds out anew who calls: a stream outlives what was known at its beginning."""
    begun: bool = False
    """Whether the client has been told that the stream is open."""
    resume_token: str = ""
    """Where a stream can be resumed that ends before its time."""
    form_violations: tuple[Violation, ...] = ()
    """The broken rules of form, for a method marked ``collects_violations``."""
    deadline: float | None = None
    """When it is cancelled, on the event loop's clock; ``None`` if never."""
    brought_deadline: bool = False
    """Whether the deadline is the client's."""
    timer: TimerHandle | None = None
    """What cancels it at the deadline."""
    expired: bool = False
    """Whether the deadline has passed."""
    received: int = 0
    """Octets of messages that came in."""
    sent: int = 0
    """Octets of messages that went out."""
    fields: dict[str, object] = field(default_factory=dict)
    """What the access log says besides; see ``note``."""

    def note(self, **fields: object) -> None:
        """Adds to the call's line in the access log, as ``note(project=id)``; never a secret."""
        self.fields.update(fields)


def current_call() -> Call:
    """The call that this task serves; raises ``LookupError`` outside of one."""
    return _current.get()


def enter_call(call: Call) -> None:
    """Makes ``call`` the current one, for the rest of this task: gRPC gives each call its own."""
    _current.set(call)


def current_caller() -> Any:
    """Who makes the call that this task serves, as use cases take it; never None in a servicer."""
    return _current.get().caller


def current_identify() -> Callable[[], Awaitable[Any]]:
    """What finds out anew who makes the call that this task serves; never missing in a servicer."""
    identify = _current.get().identify
    assert identify is not None, "only health and reflection are open to everybody"
    return identify
