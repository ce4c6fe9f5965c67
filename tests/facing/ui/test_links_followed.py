"""Everybody may follow every link of every page that they are shown."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from typing import Any
from urllib.parse import urldefrag

import httpx2
import pytest

from certmanager.v1.access_pb2 import Role
from certmanager.v1.access_service_pb2 import CreateRoleBindingRequest, WhoAmIRequest
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.ids import new_id
from server.ra.access import roles
from server.web.ui.narrowed import GRANTED
from tests.facing.faces import Face
from tests.facing.ui.overview_scene import set_scene
from tests.ordering import open_policy, order
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_LINK = re.compile(r'(?:href|data-live-fragment)="(/[^"]*)"')
_MANY = 160


async def _followed(client: httpx2.AsyncClient, start: str) -> tuple[dict[str, int], list[str]]:
    """The status of each page that a link leads to from a start, and those that were not 200."""
    todo, seen, wrong = deque([start]), dict[str, int](), list[str]()
    while todo and len(seen) < _MANY:
        path = todo.popleft()
        if path in seen or path.startswith("/static/"):
            continue
        answer = await client.get(path, follow_redirects=True)
        seen[path] = answer.status_code
        if answer.status_code != 200:
            wrong.append(f"{answer.status_code} {path}")
        if "html" in answer.headers["content-type"]:
            found = (urldefrag(unescape(link))[0] for link in _LINK.findall(answer.text))
            todo.extend(link for link in found if link not in seen)
    return seen, wrong


@pytest.mark.parametrize("role", ["", "ADMIN", "OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_every_link_leads_somewhere(standing_face: Face, role: str) -> None:
    """From the overview, as each role sees it; an owner has none."""
    scene = await set_scene(standing_face)
    live = standing_face.live
    token = await live.token(f"follows-{new_id()}", roles={scene.project_id: role}) if role else ""
    async with standing_face.signed_in(token) as client:
        seen, wrong = await _followed(client, f"/projects/{scene.project_id}")
    assert not wrong
    assert len(seen) > 6


async def _narrowed(face: Face, kind: Any) -> tuple[str, str, str]:
    """A project, a profile of it with a certificate, and the token of who has a role for that only."""
    live = face.live
    project_id = await live.project(f"corner-{new_id()}")
    ca_id = await live.authority(project_id=project_id)
    profile_id = await live.profile(ca_id=ca_id, policy=open_policy(), project_id=project_id)
    token = await live.token(f"corner-{new_id()}")
    access = live.stub(AccessServiceStub)
    me = await live.call(access.WhoAmI, WhoAmIRequest(), token=token)
    asked = CreateRoleBindingRequest(
        identity_id=me.identity.id, role=kind, project_id=project_id, profile_id=profile_id
    )
    await live.call(access.CreateRoleBinding, asked)
    who = token if kind == Role.ROLE_REQUESTER else None
    made = order(profile_id, common_name="corner.example.com")
    await live.call(live.certificates.IssueCertificate, made, token=who)
    return project_id, profile_id, token


@pytest.mark.parametrize("kind", [Role.ROLE_OPERATOR, Role.ROLE_REQUESTER, Role.ROLE_VIEWER])
async def test_a_role_for_one_profile_has_pages_that_lead_somewhere(standing_face: Face, kind: Any) -> None:
    """They are taken to their project, which they may not know by name, and no link of it is dead."""
    project_id, _, token = await _narrowed(standing_face, kind)
    async with standing_face.signed_in(token) as client:
        start = await client.get("/", follow_redirects=True)
        seen, wrong = await _followed(client, "/")
    assert start.url.path == f"/projects/{project_id}/certificate-requests"
    assert "corner.example.com" in start.text
    assert not wrong
    assert any("/certificates/" in path for path in seen)


async def test_a_role_for_one_profile_is_offered_what_it_may_do(standing_face: Face) -> None:
    """An operator of a profile requests, renews and revokes under it."""
    project_id, profile_id, token = await _narrowed(standing_face, Role.ROLE_OPERATOR)
    async with standing_face.signed_in(token) as client:
        listed = await client.get(f"/projects/{project_id}/certificates")
        (one,) = set(re.findall(r'href="(/projects/[^"]+/certificates/[0-9a-f-]{36})"', listed.text))
        shown = await client.get(one)
        profile = await client.get(f"/projects/{project_id}/certificate-profiles/{profile_id}")
    assert f'action="{one}/revoke"' in shown.text
    assert f'action="{one}/renew"' in shown.text
    assert f"/certificate-requests/new?profile={profile_id}" in profile.text


async def test_another_project_stays_hidden_from_a_role_for_one_profile(standing_face: Face) -> None:
    """It is a 404 like one that does not exist."""
    _, _, token = await _narrowed(standing_face, Role.ROLE_OPERATOR)
    async with standing_face.signed_in(token) as client:
        answer = await client.get(f"/projects/{standing_face.live.ids['project_id']}/certificates")
    assert answer.status_code == 404


@pytest.mark.parametrize("role", list(roles.GRANTS))
async def test_pages_offer_what_a_narrowed_role_grants(role: roles.Role) -> None:
    """The pages' table says what the service's does."""
    assert GRANTED[Role.Value(f"ROLE_{role.name}")] == roles.narrowed([role]).keys()
