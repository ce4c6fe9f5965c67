"""The key of a revoked certificate that waits to be claimed: nobody is to get it any more."""

from __future__ import annotations

from datetime import datetime

from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.keys.custody import Custody
from server.ra.keys.destruction import DESTROY
from server.ra.keys.states import KeyState
from server.ra.requests.steps import changed, moved
from server.ra.revoking.consequences import Consequences
from server.store.records import CertificateRecord, ObjectKind, RequestRecord
from server.store.store import Store


async def of_owed_key(
    store: Store, custody: Custody, caller: Caller, record: CertificateRecord, *, now: datetime
) -> Consequences:
    """Its destruction, in the unit that revokes the certificate for good; nothing if none is owed.

    The unit fails with ``GuardFailed`` if the key is claimed meanwhile.
    """
    if record.private_key_state != KeyState.CLAIMABLE.name or record.request_id is None:
        return Consequences()
    request = await store.get(RequestRecord, id=record.request_id)
    if request is None or request.private_key_state != KeyState.CLAIMABLE.name:
        return Consequences()
    gone = {"private_key_state": KeyState.DESTROYED.name}
    details = {"revoked_certificate_id": record.id}
    return Consequences(
        (
            moved(request, {**gone, "private_key_expires_at": None}, now=now),
            custody.release(request.id, expect=None),
            audited(caller, ObjectKind.REQUEST, request.id, now=now, action=DESTROY, details=details),
        ),
        changed(request, request.state),
        gone,
    )
