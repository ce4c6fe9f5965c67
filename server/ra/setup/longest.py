"""How long the longest certificate is that profiles let a CA sign: what tells that a CA gets too short."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from server.ra.issuing.catalog import Catalog
from server.store.filters import OneOf
from server.store.records import PolicyRecord
from server.store.store import Store

_REMEMBERED = 20_000
_READ = 100
"""Policies that are read at once: the loop has a turn after each of so many."""


class LongestLifetimes:
    """Knows the greatest lifetimes of policies by their revision, for each revision is read once."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog
        self._known: OrderedDict[tuple[str, int], timedelta | None] = OrderedDict()
        """Those used longest ago come first."""

    async def of(self, project_id: str, ca_ids: Collection[str]) -> Mapping[str, timedelta]:
        """By CA, for those of a project's CAs that have profiles with such a bound."""
        if not ca_ids:
            return {}
        found = await self._store.policies_on(project_id, ca_ids)
        lifetimes = await self._lifetimes({(policy_id, revision) for _, policy_id, revision in found})
        longest: dict[str, timedelta] = {}
        for ca_id, policy_id, _ in found:
            lifetime = lifetimes.get(policy_id)
            if lifetime is not None:
                longest[ca_id] = max(lifetime, longest.get(ca_id, lifetime))
        return longest

    async def _lifetimes(self, policies: Collection[tuple[str, int]]) -> Mapping[str, timedelta | None]:
        known = {key[0]: self._known[key] for key in policies if key in self._known}
        for key in policies:
            if key in self._known:
                self._known.move_to_end(key)
        unknown = sorted(id_ for id_, _ in policies if id_ not in known)
        for begin in range(0, len(unknown), _READ):
            known |= await self._read(unknown[begin : begin + _READ])
        return known

    async def _read(self, ids: Sequence[str]) -> Mapping[str, timedelta | None]:
        records = await self._store.list(PolicyRecord, limit=_READ, id=OneOf(ids))
        read = {record.id: self._longest(record) for record in records}
        self._known |= {(record.id, record.revision): read[record.id] for record in records}
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return read

    def _longest(self, record: PolicyRecord) -> timedelta | None:
        rule = self._catalog.lifetime(record)
        return rule.maximum or rule.default
