"""Identifiers of our own objects: UUIDv7 as text (RFC 9562, section 5.7).

They grow with time, so that inserts stay at the end of an index. Within one
millisecond a counter in ``rand_a`` keeps those of one process in order.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new identifier, greater than every earlier one of this process."""
    tick = _next_tick()
    value = (tick >> _COUNTER_BITS) << 80 | 7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def _next_tick() -> int:
    """Milliseconds since the epoch and, below them, the counter; never the same twice."""
    global _last  # noqa: PLW0603 - the one state of this module
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1_000_000 << _COUNTER_BITS)
        return _last
