"""What certificates are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.store.queries.names import NamePattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Realm:
    """Certificates that may be seen: of a project, of one profile, of one requester, or of both."""

    project_id: str
    profile_id: str = ""
    requester_id: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is a project with everything in it."""
        return not (self.profile_id or self.requester_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFilter:
    """What is asked of certificates; what is empty does not matter."""

    profile_id: str = ""
    ca_id: str = ""
    requester_id: str = ""
    lineage_id: str = ""
    serial: str = ""
    fingerprint: str = ""
    name: str = ""
    """As ``NamePattern.of`` reads it."""
    states: frozenset[str] = frozenset()
    """ACTIVE, REVOKED, EXPIRED."""
    renewal_states: frozenset[str] = frozenset()
    """OFF, SCHEDULED, PENDING_APPROVAL, FAILING, RENEWED; no certificate is in any other."""
    expires_after: datetime | None = None
    """Inclusive."""
    expires_before: datetime | None = None
    """Exclusive."""
    metadata: tuple[tuple[str, str], ...] = ()
    """All of these labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateQuery:
    """Which certificates are looked for."""

    wanted: CertificateFilter
    realms: tuple[Realm, ...] | None
    """In any of these; None: everywhere.

    If a profile or a CA is asked for, they are of its project alone: its
    certificates are walked by it, and must tell nothing of other projects.
    """
    now: datetime
    """What states are told by."""

    @property
    def name(self) -> NamePattern | None:
        """What one of the names must be, if that matters."""
        pattern = NamePattern.of(self.wanted.name)
        return None if pattern.is_anything else pattern
