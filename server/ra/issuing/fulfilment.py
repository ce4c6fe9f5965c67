"""What becomes of a request's row when its certificate is issued, and what that rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from server.pki.template import Template
from server.ra.issuing.profile import Profile
from server.ra.requests.steps import ISSUED
from server.ra.revoking.blocked import unblocked
from server.store.records import PolicyRecord, ProfileRecord, RequestRecord
from server.store.unit import Expect

_CHANGED: Final = (
    "state",
    "ca_id",
    "names",
    "policy_id",
    "policy_revision",
    "profile_revision",
    "certificate_id",
    "private_key_state",
    "private_key_expires_at",
    "effective",
)


def fulfilled(request: RequestRecord, *, key_state: str, now: datetime) -> RequestRecord:
    """The request as it is once its certificate is stored, which tells from then on what it contains."""
    return replace(
        request,
        state=ISSUED,
        effective=None,
        private_key_state=key_state,
        updated_at=now,
        ended_at=now,
    )


def changes_of(done: RequestRecord) -> dict[str, object]:
    """What a stored request's row takes over from what the request has become."""
    return {name: getattr(done, name) for name in _CHANGED}


def grounds(profile: Profile, template: Template | None = None) -> tuple[Expect, ...]:
    """What an issuance was judged by besides the CA, and must still hold when it is stored.

    The template is that of the draft: without a key where the server makes one.
    """
    key = template.public_key if template else None
    return (
        *(() if key is None else (unblocked(key),)),
        Expect(ProfileRecord, {"id": profile.id, "revision": profile.revision}, 1),
        Expect(PolicyRecord, {"id": profile.policy.id, "revision": profile.policy.revision}, 1),
    )
