"""Who still uses a policy or a profile, and so keeps it from being removed."""

from __future__ import annotations

from server.errors import Reason, Refused, Resource, Violation
from server.store.records import CertificateRecord, ProfileRecord, RequestRecord
from server.store.store import Store

_MOST = 20
"""How many users are named."""


async def refuse_policy_in_use(store: Store, id_: str) -> None:
    """Raises Refused, one violation a profile on the policy; returns if there is none."""
    profiles = await store.list(ProfileRecord, limit=_MOST, policy_id=id_)
    found = (_user(each.id, "PROFILE", f"the profile '{each.slug}' is on it") for each in profiles)
    _refuse(Resource("CertificatePolicy", id_), tuple(found))


async def refuse_profile_in_use(store: Store, id_: str) -> None:
    """Raises Refused, one violation a certificate or request; returns if there is none."""
    issued = await store.list(CertificateRecord, limit=_MOST, profile_id=id_)
    unissued = await store.list(RequestRecord, limit=_MOST, profile_id=id_, certificate_id=None)
    found = (
        *(_user(each.id, "CERTIFICATE", f"it issued the certificate {each.serial}") for each in issued),
        *(_user(each.id, "REQUEST", f"the request is against it and {each.state}") for each in unissued),
    )
    _refuse(Resource("CertificateProfile", id_), found)


def _refuse(resource: Resource, users: tuple[Violation, ...]) -> None:
    if users:
        message = "it is still used"
        raise Refused(message, reason=Reason.RESOURCE_IN_USE, violations=users[:_MOST], resource=resource)


def _user(id_: str, kind: str, message: str) -> Violation:
    return Violation(id_, f"USED_BY_{kind}", message)
