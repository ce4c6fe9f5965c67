"""Lists of CAs: every filter, pages, and whose they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from certmanager.v1 import certificate_authority_service_pb2 as messages
from tests.operators.ca_orders import authorities, create, intermediate, order
from tests.serving import Live

STATE = "CERTIFICATE_AUTHORITY_STATE_"


def listing(project: str, **fields: Any) -> messages.ListCertificateAuthoritiesRequest:
    return ParseDict({"project_id": project, **fields}, messages.ListCertificateAuthoritiesRequest())


async def listed(live: Live, request: messages.ListCertificateAuthoritiesRequest) -> Any:
    return await live.call(authorities(live).ListCertificateAuthorities, request)


async def five(live: Live) -> tuple[str, dict[str, str]]:
    """A project with five CAs: a root, one below it, one disabled, one that is over soon, one that awaits."""
    project = await live.project("many")
    made = {"root": (await create(live, order(live, project_id=project, name="root"))).id}
    below = intermediate(live, made["root"], project_id=project, name="below one")
    made["below"] = (await create(live, below)).id
    off = await create(live, order(live, project_id=project, name="off"))
    request = messages.DisableCertificateAuthorityRequest(id=off.id)
    await live.call(authorities(live).DisableCertificateAuthority, request)
    made["off"] = off.id
    short = order(live, project_id=project, name="short below", attributes={"ttl": "1h"})
    made["short"] = (await create(live, short)).id
    made["waiting"] = (await create(live, intermediate(live, project_id=project, name="waiting"))).id
    return project, made


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"root", "below", "off", "short", "waiting"}),
    ({"type": "CERTIFICATE_AUTHORITY_TYPE_ROOT"}, {"root", "off", "short"}),
    ({"type": "CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE"}, {"below", "waiting"}),
    ({"states": [STATE + "DISABLED"]}, {"off"}),
    ({"states": [STATE + "AWAITING_CERTIFICATE", STATE + "DISABLED"]}, {"off", "waiting"}),
    ({"states": [STATE + "ACTIVE"]}, {"root", "below", "short"}),
    ({"states": [STATE + "EXPIRED"]}, set()),
    ({"name": "root"}, {"root"}),
    ({"name": "below*"}, {"below"}),
    ({"name": "*below"}, {"short"}),
    ({"name": "*below*"}, {"below", "short"}),
    ({"type": "CERTIFICATE_AUTHORITY_TYPE_ROOT", "states": [STATE + "ACTIVE"], "name": "r*"}, {"root"}),
]


async def test_every_filter_narrows(live: Live) -> None:
    """One project, every filter alone and some together, newest first."""
    project, made = await five(live)
    for fields, wanted in FILTERS:
        answer = await listed(live, listing(project, **fields))
        ids = [each.id for each in answer.certificate_authorities]
        assert set(ids) == {made[name] for name in wanted}, fields
        assert ids == sorted(ids, reverse=True)
    answer = await listed(live, listing(project, parent_ca_id=made["root"]))
    assert [each.id for each in answer.certificate_authorities] == [made["below"]]
    soon = (live.clock() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    answer = await listed(live, listing(project, expires_before=soon))
    assert [each.id for each in answer.certificate_authorities] == [made["short"]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
async def test_pages_hold_everything_once(sqlite_live: Live, size: int) -> None:
    """All pages together are the list, also with a filter that only time can judge."""
    project, made = await five(sqlite_live)
    for fields, count in (({}, 5), ({"states": [STATE + "ACTIVE"]}, 3)):
        seen: list[str] = []
        token = ""
        while True:
            request = listing(project, page_size=size, page_token=token, **fields)
            answer = await listed(sqlite_live, request)
            seen += [each.id for each in answer.certificate_authorities]
            assert len(answer.certificate_authorities) <= size
            token = answer.next_page_token
            if not token:
                break
        assert len(seen) == len(set(seen)) == count
        assert set(seen) <= set(made.values())


async def test_a_page_is_not_moved_by_new_rows(live: Live) -> None:
    """What is created between two pages is on neither."""
    project, _ = await five(live)
    first = await listed(live, listing(project, page_size=2))
    await create(live, order(live, project_id=project))
    rest = await listed(live, listing(project, page_size=2, page_token=first.next_page_token))
    both = [each.id for each in (*first.certificate_authorities, *rest.certificate_authorities)]
    whole = await listed(live, listing(project))
    assert both == [each.id for each in whole.certificate_authorities][1:5]


async def test_a_list_is_of_one_project(live: Live) -> None:
    """Of one that the caller has no role in, as of one that is not, nothing is said."""
    token = await live.token("ada", roles={await live.project("mine"): "ADMIN"})
    for project in (live.ids["project_id"], "018f0000-0000-7000-8000-000000000000"):
        failure = await live.refused(
            authorities(live).ListCertificateAuthorities, listing(project), token=token
        )
        assert failure.reason == "RESOURCE_NOT_FOUND"


async def test_a_time_that_does_not_exist_is_refused(sqlite_live: Live) -> None:
    """The field is named."""
    request = listing(sqlite_live.ids["project_id"])
    request.expires_before.seconds = 1 << 40
    failure = await sqlite_live.refused(authorities(sqlite_live).ListCertificateAuthorities, request)
    assert failure.fields == {"expires_before": "TIME_OUT_OF_RANGE"}
