"""When the server looks at a certificate that it renews: first, and again after each failure.

Everything is a share of what is left, so that certificates of minutes and of
years are treated alike. What many certificates would do at one instant, as all
that were issued together, is spread: by the id, so that it is the same wherever
and however often it is reckoned.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

_LEASE: Final = timedelta(seconds=60)
_OF_WHAT_IS_LEFT: Final = 0.25
"""So that three others may still try it, should one after the other die."""
_SPREAD: Final = 0.03
"""Part of the time between the planned renewal and the end that the first look is spread over."""
_FIRST: Final = timedelta(seconds=10)
_BRIEFLY: Final = 0.01
_AT_MOST: Final = 0.1
_LEAST: Final = timedelta(seconds=1)
_DOUBLINGS: Final = 24
"""More of them are beyond any lifetime, and beyond what can be counted."""
_PAST_THE_END: Final = timedelta(seconds=1)
"""A certificate is valid until its last second is over."""


def first_look(renews_at: datetime, *, not_after: datetime, id_: str) -> datetime:
    """When the server looks at it first: as planned or a little later, and before the end."""
    window = max(not_after - renews_at, timedelta())
    return renews_at + window * (_SPREAD * _share(id_))


def lease_until(now: datetime, *, not_after: datetime) -> datetime:
    """How long a process has for a renewal until another one may try it: a minute, or less near the end."""
    return now + max(min(_LEASE, (not_after - now) * _OF_WHAT_IS_LEFT), _LEAST)


def next_look(now: datetime, *, not_after: datetime, id_: str, failures: int) -> datetime:
    """When the server tries again after so many failures in a row, the last of them now.

    After ten seconds or a hundredth of what is left, whichever is shorter; after
    twice that, and so on up to a tenth of what is left; but not within a second.
    """
    left = not_after - now
    pause = min(_FIRST, left * _BRIEFLY) * 2 ** min(failures - 1, _DOUBLINGS)
    spread = 1 - _SPREAD * _share(f"{id_}/{failures}")
    return _at(now + max(min(pause, left * _AT_MOST) * spread, _LEAST), not_after)


def patient_look(now: datetime, *, not_after: datetime) -> datetime:
    """When the server tries again after people said no: after a tenth of what is left."""
    return _at(now + max((not_after - now) * _AT_MOST, _LEAST), not_after)


def waiting_look(now: datetime, *, not_after: datetime, expires_at: datetime | None) -> datetime:
    """When the server looks at one whose renewal waits for approval, if nobody decides before."""
    return _at(max(expires_at or not_after, now) + _LEAST, not_after)


def _at(instant: datetime, not_after: datetime) -> datetime:
    """The instant, or when the certificate has ended: then there is nothing left but to say so."""
    return min(instant, not_after + _PAST_THE_END)


def _share(text: str) -> float:
    """A number from 0 to 1 that belongs to the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
