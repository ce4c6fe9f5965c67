"""What other sites can have a browser send changes nothing, and nor does any GET."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import MethodOptions
from sqlalchemy import MetaData, create_engine, select

from certmanager.v1.certificate_service_pb2 import GetCertificateBundleRequest, SerialKey
from tests.access.calls import CALLS
from tests.access.outcomes import OUTCOMES
from tests.access.people import RPCS
from tests.facing.access.visitors import Visitors
from tests.facing.access.ways import WAYS, Way, way_of, ways
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_SAFE = [way for way in ways() if way.verb == "GET"]
_LAST_USE = {"last_used_at"}
"""Tokens tell when they were used last, whatever for."""
_OWN_TIME = {"crl", "crl_body", "revision_counter"}
"""Tables that the server writes to in its own time, as it does rows about CRLs in others."""
_KINDS = ("kind", "object_kind")


async def test_every_get_is_of_an_rpc_without_effects() -> None:
    effects = {way.rpc for way in _SAFE if not _is_harmless(way.rpc)}
    assert effects == set()


def _is_harmless(rpc: str) -> bool:
    options: Any = RPCS[rpc].GetOptions()
    return bool(options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS)


async def test_no_get_changes_anything(visitors: Visitors) -> None:
    """Each call of the tables that is a GET, by every way that it can go, with all rights that there are."""
    asked = [await visitors.people.asked(what, "owner") for what in OUTCOMES if _can_get(what)]
    asked.append(_by_serial(visitors))
    before, done = _content(visitors), set()
    for rpc, message in asked:
        for way in (way for way in WAYS[rpc] if way.verb == "GET" and way.fits(message)):
            await visitors.status(way.request(message), "owner", "cookie")
            done.add(way.path)
    assert {way.path for way in _SAFE} == done
    assert _content(visitors) == before


def _by_serial(visitors: Visitors) -> tuple[str, Any]:
    """The one way to a GET that no call of the tables goes."""
    home = visitors.people.home
    key = SerialKey(ca_id=home.ca_id, serial_number=home.serial_number)
    return "CertificateService/GetCertificateBundle", GetCertificateBundleRequest(serial_key=key)


def _can_get(what: str) -> bool:
    rpc, _ = CALLS[what.partition(", ")[0]]
    return any(way.verb == "GET" for way in WAYS.get(rpc, ()))


def _content(visitors: Visitors) -> dict[str, str]:
    """A hash of all that each table holds."""
    engine = create_engine(visitors.face.live.settings.database)
    tables = MetaData()
    tables.reflect(engine)
    found = {}
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            if table.name in _OWN_TIME:
                continue
            columns = [column for column in table.columns if column.name not in _LAST_USE]
            kinds = [table.columns[name] for name in _KINDS if name in table.columns]
            query = select(*columns).where(*(kind != "CRL" for kind in kinds))
            rows = sorted(map(repr, connection.execute(query)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    engine.dispose()
    return found


FOREIGN = ["cross-site", "same-site"]
UNSAFE = ["create project", "issue, home", "revoke identity", "update project, home", "revoke token, home"]


@pytest.mark.parametrize("what", UNSAFE)
async def test_a_cookie_alone_changes_nothing(visitors: Visitors, what: str) -> None:
    """A page of another site can have it sent, but cannot know what our own page shows with it."""
    rpc, message = await visitors.people.asked(what, "owner")
    request = way_of(rpc, message).request(message)
    before = _content(visitors)
    client, session = visitors.with_cookie(visitors.people.tokens["owner"])
    another = visitors.sessions.begin(visitors.people.tokens["owner"])
    async with client:
        for headers in ({}, {"x-csrf-token": ""}, {"x-csrf-token": another.csrf}, {"x-csrf-token": "é"}):
            raw = {name.encode(): value.encode() for name, value in headers.items()}
            assert (await client.request(**request, headers=raw)).status_code == 403
        for site in FOREIGN:
            shown = {"x-csrf-token": session.csrf, "sec-fetch-site": site}
            assert (await client.request(**request, headers=shown)).status_code == 403
    assert _content(visitors) == before


async def test_a_token_needs_no_page_of_ours(visitors: Visitors) -> None:
    """No browser sends it by itself: whoever knows it may use it from anywhere."""
    rpc, message = await visitors.people.asked("create project", "owner")
    request = way_of(rpc, message).request(message)
    client = visitors.client("owner", "token")
    answer = await client.request(**request, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200


async def test_no_other_site_may_read(visitors: Visitors) -> None:
    """There is no leave for other origins, neither asked beforehand nor with the answer."""
    client = visitors.client("owner", "cookie")
    foreign = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    path = WAYS["AccessService/WhoAmI"][0].path
    for verb in ("OPTIONS", "GET"):
        answer = await client.request(verb, path, headers=foreign)
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("way", [way for way in _SAFE if not way.variables], ids=lambda way: way.path)
async def test_a_head_is_a_get_without_its_body(visitors: Visitors, way: Way) -> None:
    """Status and type are the same."""
    request = way.empty_request()
    async with visitors.client("owner", "token").stream(**request) as answer:
        expected = (answer.status_code, answer.headers.get("content-type"))
    head = await visitors.client("owner", "token").request(**{**request, "method": "HEAD"})
    assert (head.status_code, head.headers.get("content-type")) == expected
    assert head.content == b""


@pytest.mark.parametrize("path", sorted({way.path for way in ways() if not way.variables}))
async def test_other_verbs_are_told_which_there_are(visitors: Visitors, path: str) -> None:
    verbs = {way.verb for way in ways() if way.path == path}
    client = visitors.client("owner", "token")
    answer = await client.request("TRACE", path)
    assert answer.status_code == 405
    allowed = {verb.strip() for verb in answer.headers["allow"].split(",")}
    assert verbs <= allowed
    assert "TRACE" not in allowed
