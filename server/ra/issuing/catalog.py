"""Compiled profiles, policies and issuers, kept in memory and dropped by the change feed.

The hot path reads no table: a profile is loaded and compiled at its first use,
and forgotten when it, its policy or its CA changes, in this process or another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from server.ca.authorities import Authorities
from server.ca.issuer import Issuer, not_active
from server.errors import CAError
from server.ra.issuing.order import Order
from server.ra.issuing.profile import Profile, ProfileRules
from server.ra.policy import LifetimeRule, Policy
from server.ra.setup.crls import crls_of
from server.store.records import AuthorityRecord, ChangeRecord, ObjectKind, PolicyRecord, ProfileRecord
from server.store.store import Store

if TYPE_CHECKING:
    from server.ra.issuing.assembly import Draft


class Documents(Protocol):
    """Compiles stored documents; the transport does it, as they are messages of the contract."""

    def policy(self, record: PolicyRecord) -> Policy:
        """The policy that a record's document states."""
        ...

    def lifetime(self, record: PolicyRecord) -> LifetimeRule:
        """What a record's document says of lifetimes, without a look at the rest."""
        ...

    def profile(self, record: ProfileRecord) -> ProfileRules:
        """The rules that a record's document states."""
        ...

    def order(self, document: bytes) -> Order:
        """The order of a request that was kept."""
        ...

    def document(self, order: Order) -> bytes:
        """What is kept of an order that no client wrote; ``order`` reads it."""
        ...

    def effective(self, draft: Draft) -> bytes:
        """What the certificate of a draft would contain, as it is kept with a request."""
        ...

    def error(self, error: CAError, trace_id: str) -> bytes:
        """Why a request failed, as it is kept with it."""
        ...


class Catalog:
    """What orders are judged by, compiled once."""

    def __init__(self, store: Store, authorities: Authorities, documents: Documents) -> None:
        self._store = store
        self._authorities = authorities
        self._documents = documents
        self._profiles: dict[str, Profile] = {}
        self._issuers: dict[str, tuple[AuthorityRecord, Issuer]] = {}
        """With the record that each was made of, so that no key is unsealed twice for nothing."""
        self._loading: dict[tuple[str, int], asyncio.Future[Profile | None]] = {}
        self._generation = 0
        store.feed.subscribe(self._drop)

    async def profile(self, id_: str) -> Profile | None:
        """A profile with its policy and issuer; None if there is none of this id."""
        known = self._profiles.get(id_)
        if known is not None:
            return known
        key = (id_, self._generation)
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.ensure_future(self._remembered(*key))
        return await asyncio.shield(loading)

    def forget(self, profile: Profile) -> None:
        """Know no more of a profile that turned out to be outdated, before the feed has told so."""
        if self._profiles.get(profile.id) is profile:
            self._generation += 1
            del self._profiles[profile.id]

    async def project_of(self, profile_id: str) -> str | None:
        """The project of a profile: what a caller must be let into before anything else is said of it."""
        known = self._profiles.get(profile_id)
        record = known or await self._store.get(ProfileRecord, id=profile_id)
        return record.project_id if record else None

    async def rules(self, profile_id: str) -> ProfileRules | None:
        """What a profile says of itself, whatever has become of its policy and CA."""
        known = self._profiles.get(profile_id)
        if known is not None:
            return known.rules
        record = await self._store.get(ProfileRecord, id=profile_id)
        return self._documents.profile(record) if record else None

    async def issuer(self, ca_id: str, *, project_id: str) -> Issuer | None:
        """A project's CA, ready to sign; None if it has none of this id.

        Raises Refused if the CA awaits its certificate.
        """
        record = await self._store.get(AuthorityRecord, id=ca_id, project_id=project_id)
        if record is None:
            return None
        if record.certificate is None:
            raise not_active(record.id, record.state)
        return await self._issuer_of(record)

    async def policy(self, id_: str, *, project_id: str) -> Policy | None:
        """A project's policy, compiled; None if it has none of this id."""
        record = await self._store.get(PolicyRecord, id=id_, project_id=project_id)
        return self.compiled(record) if record else None

    def compiled(self, record: PolicyRecord) -> Policy:
        """The compiled policy of a record, which need not be stored yet."""
        return self._documents.policy(record)

    def lifetime(self, record: PolicyRecord) -> LifetimeRule:
        """What the policy of a record says of lifetimes: far less work than all of it."""
        return self._documents.lifetime(record)

    def assembled(self, record: ProfileRecord, policy: Policy, issuer: Issuer) -> Profile:
        """The compiled profile of a record, which need not be stored yet."""
        return Profile(
            id=record.id,
            project_id=record.project_id,
            slug=record.slug,
            disabled=record.disabled,
            revision=record.revision,
            rules=self._documents.profile(record),
            policy=policy,
            issuer=issuer,
        )

    async def _issuer_of(self, record: AuthorityRecord) -> Issuer:
        known = self._issuers.get(record.id)
        if known is None or known[0] != record:
            issuer = self._authorities.issuer(record, await crls_of(self._store, record))
            known = self._issuers[record.id] = (record, issuer)
        return known[1]

    async def _remembered(self, id_: str, generation: int) -> Profile | None:
        """Loads a profile once for all calls that wait for it, and not once for each."""
        try:
            profile = await self._load(id_)
        finally:
            del self._loading[id_, generation]
        if profile is not None and generation == self._generation:  # else it may be outdated already
            self._profiles[id_] = profile
        return profile

    async def _load(self, id_: str) -> Profile | None:
        record = await self._store.get(ProfileRecord, id=id_)
        return await self.uncached(record) if record else None

    async def uncached(self, record: ProfileRecord) -> Profile | None:
        """The compiled profile of a record, with its policy and issuer as they are stored now."""
        policy = await self.policy(record.policy_id, project_id=record.project_id)
        issuer = await self.issuer(record.ca_id, project_id=record.project_id)
        return self.assembled(record, policy, issuer) if policy and issuer else None

    def _drop(self, changes: Sequence[ChangeRecord]) -> None:
        for change in changes:
            if change.kind is ObjectKind.PROFILE:
                self._generation += 1
                self._profiles.pop(change.object_id, None)
            elif change.kind in (ObjectKind.POLICY, ObjectKind.AUTHORITY):
                self._generation += 1
                self._profiles.clear()
