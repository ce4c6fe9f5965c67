"""Certificates of CAs: what revoking one does to the CA, and what a CA needs to be enabled."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from server.errors import Reason, Refused
from server.pki.keys import spki_sha256
from server.ra.access.caller import Caller, denied
from server.ra.access.roles import Scope
from server.ra.audit import audited
from server.ra.revoking.blocked import unblocked
from server.ra.revoking.consequences import Consequences, key_of
from server.store.filters import IsSet
from server.store.records import AuthorityRecord, CertificateRecord, ObjectKind
from server.store.store import Store
from server.store.unit import Change, Expect, Update

UPDATE: Final = "certificateAuthorities.update"
"""What revoking the certificate of a CA needs besides, in the CA's own project: it disables the CA."""


async def certified_ca(store: Store, caller: Caller, record: CertificateRecord) -> AuthorityRecord | None:
    """The CA whose certificate it is, if any. Raises Denied unless the caller may update that, too."""
    if record.certified_ca_id is None:
        return None
    authority = await store.get(AuthorityRecord, id=record.certified_ca_id)
    if authority is None:
        return None
    if caller.principal.scope(UPDATE, authority.project_id) is not Scope.ANY:
        raise denied(UPDATE)
    return authority


def of_certified(
    caller: Caller,
    authority: AuthorityRecord,
    record: CertificateRecord,
    *,
    compromised: bool,
    now: datetime,
) -> Consequences:
    """The CA signs no certificates any more, if what is revoked is its present certificate or key."""
    as_seen = {"id": authority.id, "revision": authority.revision}
    if authority.state != "ACTIVE" or not _concerns(authority, record, compromised=compromised):
        return Consequences((Expect(AuthorityRecord, as_seen, 1),))  # lest it be enabled or rotated meanwhile
    values = {"state": "DISABLED", "updated_at": now}
    told = audited(
        caller,
        ObjectKind.AUTHORITY,
        authority.id,
        now=now,
        action=UPDATE,
        project_id=authority.project_id,
        details={"state": "DISABLED", "revoked_certificate_id": record.id},
    )
    change = Change(
        ObjectKind.AUTHORITY,
        authority.id,
        project_id=authority.project_id,
        old_state=authority.state,
        new_state="DISABLED",
    )
    return Consequences((Update(AuthorityRecord, as_seen, values), told), (change,))


def _concerns(authority: AuthorityRecord, record: CertificateRecord, *, compromised: bool) -> bool:
    if authority.serial == record.serial:
        return True
    if not compromised or authority.certificate is None:
        return False
    return spki_sha256(key_of(authority.certificate)) == spki_sha256(key_of(record.der))


async def prove_in_force(store: Store, authority: AuthorityRecord) -> None:
    """Raises Refused if a CA's present certificate is revoked or on hold, or its key is blocked."""
    for guard in in_force(authority):
        if await store.count(guard.type, limit=1, **guard.where):
            raise Refused(
                f"the certificate of the certificate authority '{authority.id}' is revoked or on hold",
                reason=Reason.STATE_CONFLICT,
                ca_id=authority.id,
                ca_state=authority.state,
                state="REVOKED",
            )


def in_force(authority: AuthorityRecord) -> tuple[Expect, ...]:
    """What must hold of a CA's certificate when the CA is enabled. A root has none that could be revoked."""
    revoked = {"certified_ca_id": authority.id, "serial": authority.serial, "revoked_at": IsSet()}
    return (Expect(CertificateRecord, revoked, 0), key_guard(authority))


def key_guard(authority: AuthorityRecord) -> Expect:
    """What must hold of the key of a CA that has its certificate, when it is to sign with it."""
    if authority.certificate is None:
        raise ValueError("the certificate authority has no certificate")
    return unblocked(key_of(authority.certificate))
