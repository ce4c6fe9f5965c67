"""The CA above another one: who may have it sign, and what is stored of what it signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from server.ca.authorities import Authorities
from server.ca.issuer import Issuer, not_active
from server.errors import NotFound, not_found
from server.ids import new_id
from server.pki.describe import describe
from server.pki.names import searched_names
from server.ra.access.caller import Caller, denied
from server.ra.access.roles import Scope
from server.ra.audit import audited
from server.ra.issuing.profile import KeySource, RenewalReason
from server.ra.setup.crls import crls_of
from server.ra.setup.standing import still_active
from server.store.records import AuthorityRecord, CertificateRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Insert, Write

_TYPE = "CertificateAuthority"


class Parents:
    """The CAs that sign other CAs."""

    def __init__(self, store: Store, authorities: Authorities) -> None:
        self._store = store
        self._authorities = authorities

    async def issuer(self, caller: Caller, id_: str, *, field: str = "") -> Issuer:
        """A parent, ready to sign; the caller needs the right of its call in the parent's project as well.

        ``field`` is that of the request that names it. Raises NotFound, Denied, Refused.
        """
        record = await self.proven(caller, id_, field=field)
        if record.certificate is None:
            raise not_active(record.id, record.state)
        return self._authorities.issuer(record, await crls_of(self._store, record))

    async def proven(self, caller: Caller, id_: str, *, field: str = "") -> AuthorityRecord:
        """A parent that the caller may have sign. Raises NotFound, Denied."""
        absent = not_found(_TYPE, id_, field=field)
        record = await self._store.get(AuthorityRecord, id=id_)
        if record is None:
            raise absent
        _prove_right(caller, record.project_id, absent=absent)
        return record


def _prove_right(caller: Caller, project_id: str, *, absent: NotFound) -> None:
    """The right that the call needs, in a further project. Raises ``absent``, Denied."""
    if not caller.principal.sees(project_id):
        raise absent
    if caller.principal.scope(caller.permission, project_id) is not Scope.ANY:
        raise denied(caller.permission)


def signed_by(
    caller: Caller, parent: Issuer, record: AuthorityRecord
) -> tuple[tuple[Write, ...], tuple[Change, ...]]:
    """What must still hold of a parent when its CA is stored, and what is stored of the certificate."""
    row = certificate_of(record, parent, requester_id=caller.principal.identity_id)
    active = still_active(parent.id, generation=parent.generation)
    return (active, Insert(row), *_told(caller, parent, record)), (arrival_of(row),)


def certificate_of(record: AuthorityRecord, parent: Issuer, *, requester_id: str) -> CertificateRecord:
    """The row of a CA's certificate: it is listed and revoked as any other that the parent signed."""
    der = record.certificate
    if der is None:
        raise ValueError("the certificate authority still awaits its certificate")
    told, id_ = describe(der), new_id()
    return CertificateRecord(
        id=id_,
        project_id=parent.project_id,
        ca_id=parent.id,
        ca_generation=parent.generation,
        crl_id=parent.crl_of(int(told.serial, 16)),
        certified_ca_id=record.id,
        requester_id=requester_id,
        serial=told.serial,
        fingerprint=hashlib.sha256(der).hexdigest(),
        der=der,
        subject=told.subject,
        common_name=told.common_name or None,
        names=searched_names(told.common_name, told.alt_names),
        key_algorithm=record.key_algorithm,
        not_before=told.validity.not_before,
        not_after=told.validity.not_after,
        lineage_id=id_,
        auto_renewal_reason=RenewalReason.PROFILE_OFF.name,
        key_source=KeySource.SERVER_GENERATED.name,
        created_at=record.updated_at,
        updated_at=record.updated_at,
    )


def arrival_of(row: CertificateRecord) -> Change:
    """What the feed is told of such a row."""
    return Change(
        ObjectKind.CERTIFICATE,
        row.id,
        project_id=row.project_id,
        requester_id=row.requester_id,
        new_state="ACTIVE",
    )


def _told(caller: Caller, parent: Issuer, record: AuthorityRecord) -> Iterator[Write]:
    """What the parent's own project is told, if it is another one."""
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
