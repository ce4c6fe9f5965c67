"""What the change of a policy does to the profiles on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from server.ca.issuer import Issuer
from server.errors import Nature, Refused, Violation, not_found
from server.ra.issuing.catalog import Catalog
from server.ra.pages import GREATEST_SIZE, Page, split
from server.ra.policy import Policy
from server.ra.setup.defaults import newly_broken
from server.store.filters import Above
from server.store.records import PolicyRecord, ProfileRecord
from server.store.store import Store
from server.store.unit import Expect


class Impact:
    """Judges a policy's change by the defaults of every profile on it."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    async def prove(self, stored: PolicyRecord, wanted: PolicyRecord, *, now: datetime) -> Expect:
        """Raises Refused, naming profiles and fields; answers what must still hold when it is stored.

        Revisions grow in the order of the commits: a profile that came to the policy
        or changed since it was read has a greater one than any that was read.
        """
        profiles = await self._profiles(stored.id)
        before, after = self._catalog.compiled(stored), self._catalog.compiled(wanted)
        issuers = await self._issuers(profiles)
        broken: list[Violation] = []
        for each in profiles:
            broken += self._broken(each, before, after, issuer=issuers[each.ca_id], now=now)
            await asyncio.sleep(0)  # others have their turn, however many profiles there are
        if broken:
            message = "the change breaks the defaults of profiles"
            raise Refused(message, violations=tuple(broken), policy_id=stored.id)
        newest = max((profile.revision for profile in profiles), default=0)
        return Expect(ProfileRecord, {"policy_id": stored.id, "revision": Above(newest)}, 0)

    async def _issuers(self, profiles: Sequence[ProfileRecord]) -> Mapping[str, Issuer]:
        """The CAs of the profiles, each loaded once."""
        issuers: dict[str, Issuer] = {}
        for record in profiles:
            if record.ca_id not in issuers:
                issuer = await self._catalog.issuer(record.ca_id, project_id=record.project_id)
                if issuer is None:
                    raise not_found("CertificateAuthority", record.ca_id)
                issuers[record.ca_id] = issuer
        return issuers

    def _broken(
        self, record: ProfileRecord, before: Policy, after: Policy, *, issuer: Issuer, now: datetime
    ) -> Sequence[Violation]:
        """What the profile's defaults newly break; how long its CA lives is no matter of its policy."""
        found = newly_broken(
            self._catalog.assembled(record, after, issuer),
            before=self._catalog.assembled(record, before, issuer),
            now=now,
        )
        place = f'certificate_profiles["{record.slug}"]'
        return [each.at(f"{place}.{each.field}") for each in found if each.nature is not Nature.CA_LIFETIME]

    async def _profiles(self, policy_id: str) -> Sequence[ProfileRecord]:
        found: list[ProfileRecord] = []
        page = Page(GREATEST_SIZE, "")
        while True:
            rows = await self._store.page(
                ProfileRecord, size=page.size, after=page.after, policy_id=policy_id
            )
            shown, last = split(rows, page)
            found += shown
            if not last:
                return found
            page = Page(page.size, last)
