"""What certificate requests are looked for."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from server.store.queries.certificate_query import Realm
from server.store.queries.names import NamePattern

WAITING = "PENDING_APPROVAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """What is asked of requests; what is empty does not matter, and of many values one must match."""

    profile_ids: frozenset[str] = frozenset()
    ca_ids: frozenset[str] = frozenset()
    requester_ids: frozenset[str] = frozenset()
    renews_certificate_id: str = ""
    names: tuple[str, ...] = ()
    """As ``NamePattern.of`` reads them."""
    states: AbstractSet[str] = frozenset()
    key_source: str = ""
    """CSR or SERVER_GENERATED."""
    created_after: datetime | None = None
    """Inclusive."""
    created_before: datetime | None = None
    """Exclusive."""
    metadata: tuple[tuple[str, str], ...] = ()
    """All of these labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuery:
    """Which requests are looked for."""

    wanted: RequestFilter
    realms: tuple[Realm, ...] | None
    """In any of these; None: everywhere.

    The profiles that are asked for belong to them: their requests are walked
    by profile, and must tell nothing of other projects.
    """

    @property
    def names(self) -> tuple[NamePattern, ...]:
        """What one of the names must be, if that matters."""
        patterns = tuple(map(NamePattern.of, self.wanted.names))
        return () if any(pattern.is_anything for pattern in patterns) else patterns

    @property
    def is_of_waiting(self) -> bool:
        """Whether only requests are looked for that wait for approval."""
        return self.wanted.states == {WAITING}
