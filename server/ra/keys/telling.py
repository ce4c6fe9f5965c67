"""The audit row of a private key that was handed out: to whom, and in which form."""

from __future__ import annotations

from datetime import datetime

from server.ra.access.caller import Caller
from server.ra.audit import audited
from server.ra.keys.delivery import KeyForm
from server.store.records import ObjectKind
from server.store.unit import Insert

_ACTION = "privateKeys.deliver"


def delivery_audited(caller: Caller, request_id: str, form: KeyForm, *, now: datetime) -> Insert:
    """The row for the key of a certificate request."""
    told = {"form": form.name}
    return audited(caller, ObjectKind.REQUEST, request_id, now=now, action=_ACTION, details=told)
