"""Looks certificates up. No answer of this module can hold a private key: none is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.clock import Clock
from server.errors import NotFound, not_found
from server.pki.describe import Description, describe
from server.ra.access.caller import Caller
from server.ra.access.reach import reach
from server.ra.issuing.chains import Chains, IssuerChain
from server.ra.pages import Page
from server.ra.renewing.lineage import current_of
from server.store.queries.certificate_query import CertificateFilter, CertificateQuery, Realm
from server.store.records import AuthorityRecord, CertificateRecord, ProfileRecord
from server.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate as it is at one instant, with the chain of the CA that signed it."""

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


class Certificates:
    """The issued certificates."""

    def __init__(self, store: Store, chains: Chains, *, clock: Clock) -> None:
        self._store = store
        self._chains = chains
        self._clock = clock

    async def by_id(self, caller: Caller, id_: str) -> Found:
        """A certificate by its id. Raises NotFound, Denied."""
        return await self._found(caller, not_found("Certificate", id_), id=id_)

    async def by_serial(self, caller: Caller, ca_id: str, serial: str) -> Found:
        """A certificate by its CA and serial number (lower-case hex). Raises NotFound, Denied."""
        return await self._found(
            caller, not_found("Certificate", f"{ca_id}/{serial}"), ca_id=ca_id, serial=serial
        )

    async def told(self, record: CertificateRecord) -> Found:
        """A certificate whose reader was let in, as it is now."""
        return _shown(record, await self._chains.of(record), self._clock())

    async def latest(self, caller: Caller, *, lineage_id: str, member_id: str) -> Found:
        """The certificate of a lineage to be used now, by the lineage's id or that of any member.

        Raises NotFound, Denied.
        """
        key = lineage_id or member_id  # a lineage has the id of its first certificate
        absent = not_found("Certificate", key)
        member = await self._store.get(CertificateRecord, id=key)
        if member is None or lineage_id not in ("", member.lineage_id):
            raise absent
        current = await current_of(self._store, member.lineage_id) or member
        return await self._found(caller, absent, id=current.id)

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
        chains = await self._chains.each(found.rows) if full else [None] * len(found.rows)
        shown = [_shown(row, chain, now) for row, chain in zip(found.rows, chains, strict=True)]
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
        chain = await self._chains.of(record)
        if chain is None:
            raise absent
        return _shown(record, chain, self._clock())


def _shown(record: CertificateRecord, chain: IssuerChain | None, now: datetime) -> Found:
    told = chain or IssuerChain("", "")
    return Found(record, describe(record.der), told.pem, told.issuing_ca_pem, now)
