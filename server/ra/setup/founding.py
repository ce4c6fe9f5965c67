"""Creates certificate authorities: roots, intermediates under ours, and such as outside CAs sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from server.ca.authorities import Authorities
from server.ca.charter import Charter
from server.clock import Clock
from server.errors import Invalid, not_found
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.retries import Retries, recorded
from server.ra.revisions import settled
from server.ra.setup.authority_entries import told
from server.ra.setup.authority_order import AuthorityOrder
from server.ra.setup.charters import draft, refuse, shard_faults
from server.ra.setup.parents import Parents, signed_by
from server.ra.setup.standing import Standing, standing
from server.ra.tasks import Tasks
from server.store.records import AuthorityRecord
from server.store.store import Store
from server.store.unit import Insert, Unit

_TYPE = "CertificateAuthority"
_PARENT = "parent_ca_id"
_REFERENCES = frozenset({"project_id", _PARENT, "type", ""})
"""Fields without which nothing else can be judged; the nameless one is the message, whose rule is on them."""


class Founding:
    """Makes CAs."""

    def __init__(
        self, store: Store, authorities: Authorities, *, retries: Retries, tasks: Tasks, clock: Clock
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._parents = Parents(store, authorities)
        self._retries = retries
        self._tasks = tasks
        self._clock = clock

    async def create(self, caller: Caller, order: AuthorityOrder) -> Standing:
        """A new CA, with its CSR if an outside CA signs it. Raises NotFound, Denied, Invalid, Refused."""
        make = partial(settled, partial(self._created, caller, order))
        return await self._retries.once(caller, make, partial(self._once_created, caller))

    async def _created(self, caller: Caller, order: AuthorityOrder) -> Standing:
        if any(fault.field in _REFERENCES for fault in order.faults):
            raise Invalid("the request is malformed", violations=order.faults)
        await enter_project(self._store, caller, order.project_id)
        above = order.parent_id
        parent = await self._parents.issuer(caller, above, field=_PARENT) if above else None
        now = self._clock()
        charter, violations = draft(order, parent, now=now)
        shards = shard_faults(charter.crl_shards, published=self._authorities.are_published)
        refuse((*violations, *shards), charter, now=now)
        return await self._tasks.own(self._found(caller, charter, outside=order.is_signed_outside, now=now))

    async def _once_created(self, caller: Caller, id_: str) -> Standing:
        absent = not_found(_TYPE, id_)
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise absent
        caller.enter(record.project_id, absent=absent)
        if record.parent_id:
            await self._parents.proven(caller, record.parent_id, field=_PARENT)
        return standing(record, at=self._clock())

    async def _found(self, caller: Caller, charter: Charter, *, outside: bool, now: datetime) -> Standing:
        make = self._authorities.ask if outside else self._authorities.found
        record = await make(charter, now=now)  # thrown away if the parent changes while it signs
        crls = () if outside else self._authorities.crls(record)
        row, change = told(caller, record)
        of_parent, changes = signed_by(caller, charter.parent, record) if charter.parent else ((), ())
        writes = (*of_parent, *map(Insert, (record, *crls)), *recorded(caller, record.id, now), row)
        revision = await self._store.commit(Unit(writes, (*changes, change)))
        return standing(replace(record, revision=revision), at=self._clock())
