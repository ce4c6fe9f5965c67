"""How the CRLs of CAs are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from certmanager.v1.certificate_authority_pb2 import (
    CertificateAuthority,
    CertificateRevocationList,
)
from certmanager.v1.certificate_authority_service_pb2 import GetCertificateRevocationListRequest
from server.web.refusals import Refused
from server.web.ui.moments import when
from server.web.ui.visit import Visit

_AT_ONCE = 8
_SHOWN = 16
"""Shards, and generations, that one page tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CRL:
    """One CRL, or one shard of it."""

    told: CertificateRevocationList
    stale: bool
    """Whether relying parties should have had the next one by now."""


async def crl_of(visit: Visit, id_: str, *, now: datetime, shard: int = 0, generation: int = 0) -> CRL | None:
    """A CRL as it was published last; None if there is none, or not yet."""
    asked = GetCertificateRevocationListRequest(id=id_, shard=shard, ca_generation=generation)
    method = visit.caller.service.authorities.GetCertificateRevocationList
    try:
        told = (await visit.caller.ask(method, asked)).certificate_revocation_list
    except Refused:
        return None
    until = when(told.next_update)
    return CRL(told=told, stale=until is not None and until < now)


async def crls_of_all(
    visit: Visit, authorities: Iterable[CertificateAuthority], *, now: datetime
) -> dict[str, CRL]:
    """The first CRL of each CA that has one, by the CA's id."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(id_: str) -> tuple[str, CRL | None]:
        async with room:
            return id_, await crl_of(visit, id_, now=now)

    ids = [each.id for each in authorities if each.certificate]
    return {id_: crl for id_, crl in await asyncio.gather(*map(one, ids)) if crl is not None}


async def crls_of_one(visit: Visit, authority: CertificateAuthority, *, now: datetime) -> Sequence[CRL]:
    """The CRLs of a CA: all shards of the present generation, and the first of each former one."""
    if not authority.certificate:
        return ()
    present = authority.generation
    shards = [(present, shard) for shard in range(min(authority.crl_shards, _SHOWN))]
    former = [(generation, 0) for generation in range(present - 1, max(0, present - _SHOWN), -1)]
    wanted = (
        crl_of(visit, authority.id, now=now, shard=shard, generation=generation)
        for generation, shard in (*shards, *former)
    )
    return [crl for crl in await asyncio.gather(*wanted) if crl is not None]
