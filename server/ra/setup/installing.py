"""Completes the CAs, and their next generations, that awaited the certificate of an outside CA."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from server.ca.authorities import Authorities
from server.ca.certifying import installed, is_installed
from server.clock import Clock
from server.errors import Invalid, Reason, Refused, not_found
from server.ra.access.caller import Caller
from server.ra.retries import Retries, recorded
from server.ra.revisions import prove_etag, settled
from server.ra.revoking.blocked import blocked_fault
from server.ra.revoking.certified import key_guard
from server.ra.setup.authority_entries import told
from server.ra.setup.crls import crls_due
from server.ra.setup.generations import succession, waiting_of, with_generation
from server.ra.setup.standing import Standing, standing
from server.store.records import AuthorityRecord, GenerationRecord
from server.store.store import Store
from server.store.unit import Delete, Insert, Unit, Update, Write

_TYPE = "CertificateAuthority"


class Installing:
    """Takes the certificates that outside CAs made."""

    def __init__(self, store: Store, authorities: Authorities, *, retries: Retries, clock: Clock) -> None:
        self._store = store
        self._authorities = authorities
        self._retries = retries
        self._clock = clock

    async def install(
        self, caller: Caller, id_: str, *, certificate: str, issuers: str, etag: str = ""
    ) -> Standing:
        """The CA with its certificate and the chain of its issuers, both PEM.

        Installing the same again changes nothing. Raises NotFound, Denied, Stale,
        Invalid with all that is wrong, and Refused if it has another one and awaits none.
        """
        caller.enter((await self._record(id_)).project_id, absent=not_found(_TYPE, id_))
        make = partial(settled, partial(self._install, caller, id_, certificate, issuers, etag))
        return await self._retries.once(caller, make, self._as_it_is)

    async def _as_it_is(self, id_: str) -> Standing:
        return standing(await self._record(id_), at=self._clock())

    async def _install(self, caller: Caller, id_: str, certificate: str, issuers: str, etag: str) -> Standing:
        record = await self._record(id_)
        if _has(record, certificate, issuers):
            return standing(record, at=self._clock())
        waiting = await waiting_of(self._store, id_) if record.certificate else None
        if record.certificate and waiting is None:
            message = f"the certificate authority '{record.id}' has its certificate already"
            raise Refused(message, reason=Reason.STATE_CONFLICT, ca_id=record.id, ca_state=record.state)
        prove_etag(record, etag)
        completed = self._completed(record, waiting, certificate=certificate, issuers=issuers)
        await self._prove_unblocked(completed)
        return await self._stored(caller, record, waiting, completed)

    async def _prove_unblocked(self, completed: AuthorityRecord) -> None:
        """Raises Invalid if the key of the CA was found to be compromised before it is certified."""
        guard = key_guard(completed)
        if await self._store.get(guard.type, **guard.where):
            message = "the certificate is not one for this certificate authority"
            raise Invalid(message, violations=(blocked_fault("certificate"),))

    def _completed(
        self, record: AuthorityRecord, waiting: GenerationRecord | None, *, certificate: str, issuers: str
    ) -> AuthorityRecord:
        """The CA with the certificate. Raises Invalid."""
        asked, now = waiting or record, self._clock()
        if asked.csr is None:
            raise ValueError("the certificate authority has no CSR")
        values = installed(asked.csr, certificate=certificate, issuers=issuers, now=now)
        if waiting is None:
            return replace(record, state="ACTIVE", updated_at=now, **values)
        return replace(with_generation(record, waiting), updated_at=now, **values)

    async def _stored(
        self,
        caller: Caller,
        record: AuthorityRecord,
        waiting: GenerationRecord | None,
        completed: AuthorityRecord,
    ) -> Standing:
        is_new_key = waiting is None or completed.key_generation != record.key_generation
        crls = self._authorities.crls(completed) if is_new_key else ()
        row, change = told(caller, completed, old_state=record.state, generation=completed.generation)
        writes = (
            key_guard(completed),
            *(_first(record, completed) if waiting is None else _next(record, waiting, completed)),
            *map(Insert, crls),
            crls_due(record.id, completed.updated_at),
            *recorded(caller, record.id, completed.updated_at),
            row,
        )
        revision = await self._store.commit(Unit(writes, (change,)))
        return standing(replace(completed, revision=revision), at=self._clock())

    async def _record(self, id_: str) -> AuthorityRecord:
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise not_found(_TYPE, id_)
        return record


def _has(record: AuthorityRecord, certificate: str, issuers: str) -> bool:
    """Whether the CA has this certificate. Raises Invalid for one that cannot be read."""
    present = record.certificate
    return present is not None and is_installed(
        present, record.chain, certificate=certificate, issuers=issuers
    )


def _first(record: AuthorityRecord, completed: AuthorityRecord) -> tuple[Write, ...]:
    names = ("state", "subject", "serial", "certificate", "chain", "not_before", "not_after", "updated_at")
    where = {"id": record.id, "revision": record.revision}
    return (Update(AuthorityRecord, where, {name: getattr(completed, name) for name in names}),)


def _next(
    record: AuthorityRecord, waiting: GenerationRecord, completed: AuthorityRecord
) -> tuple[Write, ...]:
    place = {"ca_id": record.id, "number": waiting.number, "state": waiting.state}
    return (Delete(GenerationRecord, place), *succession(record, completed))
