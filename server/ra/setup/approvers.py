"""Whether those whom a profile names as approvers exist, and suffice."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from server.errors import Nature, Violation
from server.ra.issuing.profile import Profile
from server.store.filters import OneOf
from server.store.records import IdentityRecord
from server.store.store import Store


async def approver_faults(
    store: Store, profile: Profile, before: Profile | None, *, unreadable: Container[str]
) -> Sequence[Violation]:
    """All that is wrong with a profile's approvals, by the profile's fields.

    An identity that was named before is not looked at: its revocation must not
    stand in the way of a change that has nothing to do with it. Nor is one in a
    field that is ``unreadable``, of which something else is told.
    """
    rules = profile.rules.approval
    known = before.rules.approval.named if before else {}
    named = rules.named.items()
    fresh = {id_: field for id_, field in named if id_ not in known and field not in unreadable}
    return (*rules.faults(), *await _unknown(store, fresh))


async def _unknown(store: Store, fields: Mapping[str, str]) -> Sequence[Violation]:
    """One violation for each identity that is not there, or is revoked."""
    if not fields:
        return ()
    there = await store.list(IdentityRecord, id=OneOf(fields), revoked_at=None)
    unknown = fields.keys() - {identity.id for identity in there}
    message = "there is no such identity"
    return [
        Violation(field, "IDENTITY_UNKNOWN", message, value=id_, nature=Nature.FORM)
        for id_, field in fields.items()
        if id_ in unknown
    ]
