"""Reads certificate authorities, and changes what can be changed of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from server.clock import Clock
from server.errors import NotFound, Reason, Refused, not_found
from server.ra.access.caller import Caller
from server.ra.access.projects import enter_project
from server.ra.audit import audited
from server.ra.issuing.catalog import Catalog
from server.ra.pages import Page
from server.ra.revisions import prove_etag, settled
from server.ra.revoking.certified import in_force, prove_in_force
from server.ra.setup.crls import crls_due
from server.ra.setup.generations import rotating_of, waiting_of
from server.ra.setup.longest import LongestLifetimes
from server.ra.setup.standing import Standing, standing, state_of
from server.store.filters import Like
from server.store.records import AuthorityRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Unit, Update, Write

_TYPE = "CertificateAuthority"
_MOST_SCANS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityFilter:
    """Which CAs a list shows; what is empty does not narrow it."""

    states: frozenset[str] = frozenset()
    type: str = ""
    parent_id: str = ""
    name: str = ""
    """With ``*`` for anything at either end."""
    expires_before: datetime | None = None

    @property
    def columns(self) -> Mapping[str, object]:
        """What the store can tell."""
        name = Like(self.name) if self.name else ""
        named = {"type": self.type, "parent_id": self.parent_id, "name": name}
        return {column: value for column, value in named.items() if value}

    def shows(self, record: AuthorityRecord, *, at: datetime) -> bool:
        """Whether a CA that the store found is meant; its state depends on the time."""
        end = record.not_after
        if self.expires_before is not None and (end is None or end >= self.expires_before):
            return False
        return not self.states or state_of(record, at=at) in self.states


@dataclass(frozen=True, slots=True)
class AuthorityTerms:
    """What an update can change."""

    name: str
    crl_validity: timedelta


class CertificateAuthorities:
    """The CAs that are there."""

    def __init__(self, store: Store, catalog: Catalog, *, clock: Clock) -> None:
        self._store = store
        self._longest = LongestLifetimes(store, catalog)
        self._clock = clock

    async def by_id(self, caller: Caller, id_: str) -> Standing:
        """A CA by its id. Raises NotFound, Denied."""
        return await self._stands(await self._entered(caller, id_))

    async def csr(self, caller: Caller, id_: str) -> bytes:
        """The DER of the CSR of a CA that an outside CA signs: of its next generation, if that awaits it.

        Raises NotFound, Denied, Refused.
        """
        record = await self._entered(caller, id_)
        waiting = await waiting_of(self._store, id_)
        csr = waiting.csr if waiting else record.csr
        if csr is None:
            raise _conflict(record, "was signed here, and has no CSR")
        return csr

    async def page(
        self, caller: Caller, project_id: str, page: Page, *, wanted: AuthorityFilter
    ) -> tuple[Sequence[Standing], str]:
        """A page of a project's CAs, and the id of its last row if there may be a next page.

        Looks at a bounded number of rows, so that a page can be short.
        """
        await enter_project(self._store, caller, project_id)
        rows, last = await self._scan(project_id, page, wanted)
        return await self._all_stand(project_id, rows), last

    async def update(
        self, caller: Caller, id_: str, revise: Callable[[Standing], AuthorityTerms], *, etag: str
    ) -> Standing:
        """The CA with other terms. Raises NotFound, Denied, Stale, and what ``revise`` raises."""
        await self._entered(caller, id_)
        return await settled(partial(self._updated, caller, id_, revise, etag))

    async def disable(self, caller: Caller, id_: str, *, etag: str) -> Standing:
        """The CA, which signs no certificates any more. Raises NotFound, Denied, Stale, Refused."""
        await self._entered(caller, id_)
        return await settled(partial(self._turned, caller, id_, "DISABLED", etag))

    async def enable(self, caller: Caller, id_: str, *, etag: str) -> Standing:
        """The CA, which signs again. Raises NotFound, Denied, Stale, and Refused if it cannot."""
        await self._entered(caller, id_)
        return await settled(partial(self._turned, caller, id_, "ACTIVE", etag))

    async def _scan(
        self, project_id: str, page: Page, wanted: AuthorityFilter
    ) -> tuple[Sequence[AuthorityRecord], str]:
        now, after = self._clock(), page.after
        shown: list[AuthorityRecord] = []
        for _ in range(_MOST_SCANS):
            rows = await self._store.page(
                AuthorityRecord, size=page.size, after=after, project_id=project_id, **wanted.columns
            )
            for place, row in enumerate(rows[: page.size], start=1):
                after = row.id
                shown += [row] if wanted.shows(row, at=now) else []
                if len(shown) == page.size:
                    return shown, after if place < len(rows) else ""
            if len(rows) <= page.size:
                return shown, ""
        return shown, after

    async def _updated(
        self, caller: Caller, id_: str, revise: Callable[[Standing], AuthorityTerms], etag: str
    ) -> Standing:
        record = await self._present(id_, etag)
        stands = await self._stands(record)
        terms = revise(stands)
        seconds = int(terms.crl_validity.total_seconds())
        if (terms.name, seconds) == (record.name, record.crl_validity):
            return stands
        values = {"name": terms.name, "crl_validity": seconds}
        return await self._stored(caller, record, values, *_crls_due(record, seconds, self._clock()))

    async def _turned(self, caller: Caller, id_: str, state: str, etag: str) -> Standing:
        record = await self._present(id_, etag)
        stands = await self._stands(record)
        if record.certificate is None:
            raise _conflict(record, "awaits its certificate")
        if stands.state == "EXPIRED" and state == "ACTIVE":
            raise _conflict(record, "has expired", state="EXPIRED")
        if record.state == state:
            return stands
        guards: tuple[Write, ...] = ()
        if state == "ACTIVE":
            await prove_in_force(self._store, record)
            guards = in_force(record)
        return await self._stored(caller, record, {"state": state}, *guards)

    async def _stored(
        self, caller: Caller, record: AuthorityRecord, values: Mapping[str, object], *others: Write
    ) -> Standing:
        values = {**values, "updated_at": self._clock()}
        changed = replace(record, **values)  # type: ignore[arg-type]
        details = {name: value for name, value in values.items() if name != "updated_at"}
        change = Change(
            ObjectKind.AUTHORITY,
            record.id,
            project_id=record.project_id,
            old_state=record.state,
            new_state=changed.state,
        )
        unit = Unit(
            (
                Update(AuthorityRecord, {"id": record.id, "revision": record.revision}, values),
                *others,
                audited(caller, ObjectKind.AUTHORITY, record.id, now=changed.updated_at, details=details),
            ),
            (change,),
        )
        revision = await self._store.commit(unit)
        return await self._stands(replace(changed, revision=revision))

    async def _stands(self, record: AuthorityRecord) -> Standing:
        return (await self._all_stand(record.project_id, [record]))[0]

    async def _all_stand(self, project_id: str, records: Sequence[AuthorityRecord]) -> Sequence[Standing]:
        """How CAs of a project stand, with no query for each of them."""
        ids, now = [record.id for record in records], self._clock()
        longest, rotating = await self._longest.of(project_id, ids), await rotating_of(self._store, ids)
        made = (standing(record, at=now, longest=longest.get(record.id)) for record in records)
        return [replace(stands, rotates=stands.record.id in rotating) for stands in made]

    async def _entered(self, caller: Caller, id_: str) -> AuthorityRecord:
        absent = not_found(_TYPE, id_)
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise absent
        return _enter(caller, record, absent)

    async def _present(self, id_: str, etag: str) -> AuthorityRecord:
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise not_found(_TYPE, id_)
        prove_etag(record, etag)
        return record


def _enter(caller: Caller, record: AuthorityRecord, absent: NotFound) -> AuthorityRecord:
    caller.enter(record.project_id, absent=absent)
    return record


def _crls_due(record: AuthorityRecord, crl_validity: int, now: datetime) -> tuple[Write, ...]:
    """What makes another validity of CRLs hold at once, for former keys of the CA as well."""
    if crl_validity == record.crl_validity:
        return ()
    return (crls_due(record.id, now),)


def _conflict(record: AuthorityRecord, what: str, *, state: str = "") -> Refused:
    message = f"the certificate authority '{record.id}' {what}"
    return Refused(message, reason=Reason.STATE_CONFLICT, ca_id=record.id, ca_state=state or record.state)
