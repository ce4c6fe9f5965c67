"""When the agent renews, and when it tries again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from certmanager.v1.certificate_pb2 import Certificate

_SPREAD = 0.05
"""Of a lifetime: how far the renewals of many agents are drawn apart."""
_LEAST = 0.05
"""Of a lifetime: how long a new certificate is used at least, whatever the clock and the options say."""
_ROOM = 0.1
"""Of a lifetime: what is left of it at least before the renewal. As much may be before its beginning."""
_FIRST, _LONGEST = 1.0, 3600.0
_NEVER_SOONER = 0.5


def renews_at(certificate: Certificate, *, before: float | None = None, waits_for_server: bool) -> datetime:
    """When the agent is to renew.

    That is ``before`` seconds before its end, if it lives so long; or when the
    server plans to; or when two thirds of its lifetime are over. An agent that
    has a key of its own is a little sooner than that, another a little for each
    certificate; one that ``waits_for_server`` lets the server go first.
    """
    start, end = moment(certificate.not_before), moment(certificate.not_after)
    lifetime = _lifetime(certificate)
    if before is not None and is_long_enough(certificate, before):
        return end - timedelta(seconds=before)
    planned = certificate.auto_renewal.enabled
    base = moment(certificate.auto_renewal.renews_at) if planned else start + lifetime * 2 / 3
    if planned and waits_for_server:
        return base + lifetime * _SPREAD
    # Drawn from its id: the same after each start of the agent.
    return base - lifetime * (_SPREAD * crc32(certificate.id.encode()) / (1 << 32))


def is_long_enough(certificate: Certificate, before: float) -> bool:
    """Whether a certificate lives long enough to be renewed so many seconds before its end."""
    return timedelta(seconds=before) <= _lifetime(certificate) * (1 - _ROOM)


def not_again_before(certificate: Certificate, used_since: datetime) -> datetime:
    """When a certificate that is in use since then may be renewed at the soonest.

    Else a clock that is far ahead would have the agent renew without end.
    """
    return used_since + _lifetime(certificate) * _LEAST


@dataclass(frozen=True, slots=True)
class Break:
    """A time in which something is not tried again."""

    begin: datetime
    end: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it is; also if the clock was set back, for nobody knows then when it will be."""
        return not self.begin <= now < self.end


def pause(failures: int, left: timedelta, uniform: Callable[[float, float], float]) -> float:
    """Seconds until the next attempt after so many failures.

    They double, up to an hour or a tenth of the lifetime that is left.
    """
    longest = min(_LONGEST, left.total_seconds() / 10) if left > timedelta() else _LONGEST
    grown = _FIRST * 2.0 ** min(failures - 1, 20)
    return max(_NEVER_SOONER, min(grown, longest) * uniform(0.8, 1.2))


def _lifetime(certificate: Certificate) -> timedelta:
    return moment(certificate.not_after) - moment(certificate.not_before)


def moment(stamp: Any) -> datetime:
    """A protobuf Timestamp as a time."""
    found: datetime = stamp.ToDatetime(tzinfo=UTC)
    return found
