"""Looks certificates up. No answer of this module can hold a private key: none is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.clock import Clock
from server.errors import NotFound, not_found
from server.pki.describe import Description, describe
from server.pki.pem import certificate_pem, without_root
from server.ra.access.caller import Caller
from server.ra.access.reach import reach
from server.ra.issuing.catalog import Catalog
from server.ra.pages import Page
from server.store.queries.certificate_query import CertificateFilter, CertificateQuery, Realm
from server.store.records import AuthorityRecord, CertificateRecord, ProfileRecord
from server.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate as it is at one instant, with the chain of its CA."""

    record: CertificateRecord
    description: Description
    """What the certificate itself says."""
    chain_pem: str
    """From the issuing CA to its root, without the root if the profile says so; empty if not asked for."""
    issuing_ca_pem: str
    at: datetime

    @property
    def state(self) -> str:
        """ACTIVE, REVOKED or EXPIRED; expiry is told by time alone, and never stored."""
        if self.record.revoked_at is not None:
            return "REVOKED"
        return "EXPIRED" if self.at > self.record.not_after else "ACTIVE"


def renewal_state(record: CertificateRecord) -> str:
    """OFF, SCHEDULED or RENEWED, as lists tell them apart too."""
    if record.renewed_by_id is not None:
        return "RENEWED"
    return "SCHEDULED" if record.auto_renewal_enabled else "OFF"


class Certificates:
    """The issued certificates."""

    def __init__(self, store: Store, catalog: Catalog, *, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock

    async def by_id(self, caller: Caller, id_: str) -> Found:
        """A certificate by its id. Raises NotFound, Denied."""
        return await self._found(caller, not_found("Certificate", id_), id=id_)

    async def by_serial(self, caller: Caller, ca_id: str, serial: str) -> Found:
        """A certificate by its CA and serial number (lower-case hex). Raises NotFound, Denied."""
        return await self._found(
            caller, not_found("Certificate", f"{ca_id}/{serial}"), ca_id=ca_id, serial=serial
        )

    async def page(
        self, caller: Caller, wanted: CertificateFilter, page: Page, *, project_id: str = "", full: bool
    ) -> tuple[Sequence[Found], str]:
        """A page of the certificates that the caller may see, and where the next begins; empty at the end.

        Newest first; a page can be short, for it looks at a bounded number of
        rows. Chains are told only in ``full``. Raises NotFound, Denied.
        """
        now = self._clock()
        realms = await self._realms(await reach(self._store, caller, project_id), wanted)
        query = CertificateQuery(wanted=wanted, realms=realms, now=now)
        after = (page.after,) if page.after else ()
        found = await self._store.certificates(query, size=page.size, after=after)
        issuers = await self._issuers(found.rows) if full else {}
        shown = [await self._shown(row, issuers.get(row.ca_id), now) for row in found.rows]
        return shown, found.after[0] if found.after else ""

    async def _realms(
        self, realms: tuple[Realm, ...] | None, wanted: CertificateFilter
    ) -> tuple[Realm, ...] | None:
        """The realms that the profile and the CA belong to which are asked for: no other can have any."""
        if realms is not None and wanted.profile_id:
            profile = await self._store.get(ProfileRecord, id=wanted.profile_id)
            home = profile.project_id if profile else ""
            realms = tuple(
                r for r in realms if r.project_id == home and r.profile_id in ("", wanted.profile_id)
            )
        if realms is not None and wanted.ca_id:
            authority = await self._store.get(AuthorityRecord, id=wanted.ca_id)
            realms = tuple(r for r in realms if authority and r.project_id == authority.project_id)
        return realms

    async def _issuers(self, records: Sequence[CertificateRecord]) -> Mapping[str, AuthorityRecord | None]:
        return {id_: await self._store.get(AuthorityRecord, id=id_) for id_ in {r.ca_id for r in records}}

    async def _found(self, caller: Caller, absent: NotFound, **key: str) -> Found:
        record = await self._store.get(CertificateRecord, **key)
        if record is None:
            raise absent
        caller.enter(
            record.project_id,
            absent=absent,
            requester_id=record.requester_id,
            profile_id=record.profile_id or "",
        )
        authority = await self._store.get(AuthorityRecord, id=record.ca_id)
        if authority is None or authority.certificate is None:
            raise absent
        return await self._shown(record, authority, self._clock())

    async def _shown(self, record: CertificateRecord, issuer: AuthorityRecord | None, now: datetime) -> Found:
        if issuer is None or issuer.certificate is None:
            return Found(record, describe(record.der), "", "", now)
        chain = await self._chain(record, issuer.chain)
        return Found(record, describe(record.der), chain, certificate_pem(issuer.certificate), now)

    async def _chain(self, record: CertificateRecord, chain: str) -> str:
        rules = await self._catalog.rules(record.profile_id) if record.profile_id else None
        return without_root(chain) if rules and rules.omit_root else chain
