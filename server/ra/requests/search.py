"""What a search of certificate requests looks through, for who may see some of the server only."""

from __future__ import annotations

from dataclasses import replace

from server.store.filters import OneOf
from server.store.queries.certificate_query import Realm
from server.store.queries.request_query import RequestFilter, RequestQuery
from server.store.records import ProfileRecord
from server.store.store import Store


async def within_reach(store: Store, wanted: RequestFilter, realms: tuple[Realm, ...] | None) -> RequestQuery:
    """The query for what is wanted in the realms.

    Of the profiles that are asked for, only those that lie in the realms, and
    only the realms that hold any of them: the others cannot have any such
    request, and to look through them would tell how many there are.
    """
    if realms is None or not wanted.profile_ids:
        return RequestQuery(wanted=wanted, realms=realms)
    profiles = await store.list(ProfileRecord, id=OneOf(sorted(wanted.profile_ids)))
    held = [(realm, each) for realm in realms for each in profiles if _holds(realm, each)]
    wanted = replace(wanted, profile_ids=frozenset(each.id for _, each in held))
    return RequestQuery(wanted=wanted, realms=tuple(dict.fromkeys(realm for realm, _ in held)))


def _holds(realm: Realm, profile: ProfileRecord) -> bool:
    return realm.project_id == profile.project_id and realm.profile_id in ("", profile.id)
