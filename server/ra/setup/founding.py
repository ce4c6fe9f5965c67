"""Creates certificate authorities: roots, intermediates under ours, and such as outside CAs sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from server.ca.authorities import Authorities
from server.ca.charter import Charter
from server.ca.issuer import Issuer, not_active
from server.clock import Clock
from server.errors import Invalid, NotFound, Reason, Refused, not_found
from server.ra.access.caller import Caller, denied
from server.ra.access.projects import enter_project
from server.ra.access.roles import Scope
from server.ra.audit import audited
from server.ra.retries import Retries, recorded
from server.ra.revisions import prove_etag, settled
from server.ra.setup.authority_order import AuthorityOrder
from server.ra.setup.charters import draft, refuse
from server.ra.setup.standing import Standing, standing, still_active
from server.ra.tasks import Tasks
from server.store.failures import GuardFailed
from server.store.records import AuthorityRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Insert, Unit, Update, Write

_TYPE = "CertificateAuthority"
_REFERENCES = frozenset({"project_id", "parent_ca_id", "type", ""})
"""Fields without which nothing else can be judged; the nameless one is the message, whose rule is on them."""


class Founding:
    """Makes CAs, and completes those that awaited the certificate of an outside CA."""

    def __init__(
        self, store: Store, authorities: Authorities, *, retries: Retries, tasks: Tasks, clock: Clock
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._retries = retries
        self._tasks = tasks
        self._clock = clock

    async def create(self, caller: Caller, order: AuthorityOrder) -> Standing:
        """A new CA, with its CSR if an outside CA signs it. Raises NotFound, Denied, Invalid, Refused."""
        make = partial(self._created, caller, order)
        return await self._retries.once(caller, make, partial(self._once_created, caller))

    async def _created(self, caller: Caller, order: AuthorityOrder) -> Standing:
        if any(fault.field in _REFERENCES for fault in order.faults):
            raise Invalid("the request is malformed", violations=order.faults)
        await enter_project(self._store, caller, order.project_id)
        parent = await self._parent(caller, order.parent_id) if order.parent_id else None
        now = self._clock()
        charter, violations = draft(order, parent, now=now)
        refuse(violations, charter, now=now)
        return await self._tasks.own(self._found(caller, charter, outside=order.is_signed_outside, now=now))

    async def install(
        self, caller: Caller, id_: str, *, certificate: str, issuers: str, etag: str = ""
    ) -> Standing:
        """The CA with its certificate and the chain of its issuers, both PEM.

        Installing the same again changes nothing. Raises NotFound, Denied, Stale,
        Invalid with all that is wrong, and Refused if it has another one.
        """
        caller.enter((await self._record(id_)).project_id, absent=not_found(_TYPE, id_))
        make = partial(settled, partial(self._install, caller, id_, certificate, issuers, etag))
        return await self._retries.once(caller, make, self._as_it_is)

    async def _once_created(self, caller: Caller, id_: str) -> Standing:
        record = await self._record(id_)
        caller.enter(record.project_id, absent=not_found(_TYPE, id_))
        if record.parent_id:
            parent = await self._record(record.parent_id)
            _prove_right(caller, parent.project_id, absent=not_found(_TYPE, parent.id, field="parent_ca_id"))
        return await self._as_it_is(id_)

    async def _as_it_is(self, id_: str) -> Standing:
        return standing(await self._record(id_), at=self._clock())

    async def _parent(self, caller: Caller, id_: str) -> Issuer:
        """The issuer of a parent; the caller needs the same right in its project as in that of the new CA."""
        absent = not_found(_TYPE, id_, field="parent_ca_id")
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise absent
        _prove_right(caller, record.project_id, absent=absent)
        if record.certificate is None:
            raise not_active(record.id, record.state)
        return self._authorities.issuer(record)

    async def _found(self, caller: Caller, charter: Charter, *, outside: bool, now: datetime) -> Standing:
        make = self._authorities.ask if outside else self._authorities.found
        record = await make(charter, now=now)
        of_parent = _of_parent(caller, charter.parent, record) if charter.parent else ()
        try:
            attempt = recorded(caller, record.id, now)
            return await self._stored(caller, record, *of_parent, Insert(record), *attempt)
        except GuardFailed:  # the parent was disabled while it signed: what it signed is thrown away
            raise not_active(record.parent_id or "", "DISABLED") from None

    async def _install(self, caller: Caller, id_: str, certificate: str, issuers: str, etag: str) -> Standing:
        record = await self._record(id_)
        if record.certificate is not None:
            return self._again(record, certificate, issuers)
        prove_etag(record, etag)
        values = self._authorities.installed(
            record, certificate=certificate, issuers=issuers, now=self._clock()
        )
        where = {"id": id_, "revision": record.revision}
        completed = replace(record, **values)
        writes: tuple[Write, ...] = (
            Update(AuthorityRecord, where, values),
            *recorded(caller, id_, self._clock()),
        )
        return await self._stored(caller, completed, *writes, old_state=record.state)

    def _again(self, record: AuthorityRecord, certificate: str, issuers: str) -> Standing:
        if self._authorities.is_installed(record, certificate=certificate, issuers=issuers):
            return standing(record, at=self._clock())
        message = f"the certificate authority '{record.id}' has its certificate already"
        raise Refused(message, reason=Reason.STATE_CONFLICT, ca_id=record.id, ca_state=record.state)

    async def _stored(
        self, caller: Caller, record: AuthorityRecord, *writes: Write, old_state: str | None = None
    ) -> Standing:
        details = {
            "name": record.name, "state": record.state, "subject": record.subject,
            "serial": record.serial or "", "parent_ca_id": record.parent_id or "",
        }  # fmt: skip
        row = audited(caller, ObjectKind.AUTHORITY, record.id, now=record.updated_at, details=details)
        change = Change(
            ObjectKind.AUTHORITY,
            record.id,
            project_id=record.project_id,
            old_state=old_state,
            new_state=record.state,
        )
        revision = await self._store.commit(Unit((*writes, row), (change,)))
        return standing(replace(record, revision=revision), at=self._clock())

    async def _record(self, id_: str) -> AuthorityRecord:
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise not_found(_TYPE, id_)
        return record


def _of_parent(caller: Caller, parent: Issuer, record: AuthorityRecord) -> Iterator[Write]:
    """What must still hold of a parent when its CA is stored, and what its own project is told of it."""
    yield still_active(parent.id)
    if parent.project_id != record.project_id:
        details = {"ca_id": record.id, "subject": record.subject, "serial": record.serial or ""}
        yield audited(
            caller,
            ObjectKind.AUTHORITY,
            parent.id,
            now=record.updated_at,
            project_id=parent.project_id,
            details=details,
        )


def _prove_right(caller: Caller, project_id: str, *, absent: NotFound) -> None:
    """The right that the call needs, in a further project. Raises ``absent``, Denied."""
    if not caller.principal.sees(project_id):
        raise absent
    if caller.principal.scope(caller.permission, project_id) is not Scope.ANY:
        raise denied(caller.permission)
