from __future__ import annotations

import pytest

from certmanager.v1.certificate_pb2 import CertificateState
from tests.facing.faces import Face
from tests.facing.ui.rooms import browsing, issued, stored
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

ACTIONS = ("renew", "renewal", "revoke")
OFFERED = {"ADMIN": set(ACTIONS), "OPERATOR": set(ACTIONS), "VIEWER": set(), "AUDITOR": set()}
CHANGES = (
    "/certificates/{certificate}/renew",
    "/certificates/{certificate}/renewal",
    "/certificates/{certificate}/revoke",
    "/certificates/{certificate}/release-hold",
    "/certificate-authorities/{ca}/update",
    "/certificate-authorities/{ca}/disable",
    "/certificate-authorities/{ca}/enable",
    "/certificate-authorities/{ca}/install",
    "/certificate-authorities/{ca}/rotate",
)
PAGES = (
    "/certificates/{certificate}",
    "/certificates/{certificate}/now",
    "/certificates/{certificate}/live",
    "/certificates/{certificate}/download/certificate.pem",
    "/certificate-authorities/{ca}",
    "/certificate-authorities/{ca}/download/ca.pem",
)


@pytest.mark.parametrize("role", OFFERED)
async def test_only_what_one_may_do_is_offered(standing_face: Face, role: str) -> None:
    live = standing_face.live
    known = await issued(standing_face, "offered.example.com")
    token = await live.token(f"offered-{role}", roles={live.ids["project_id"]: role})
    async with browsing(standing_face, token) as browser:
        shown = await browser.seen(f"/certificates/{known.id}")
    offered = {
        each
        for each in ACTIONS
        if f'action="/projects/{browser.project_id}/certificates/{known.id}/{each}"' in shown
    }
    assert offered == OFFERED[role]


@pytest.mark.parametrize(("role", "offered"), [("ADMIN", True), ("OPERATOR", False), ("VIEWER", False)])
async def test_only_admins_are_offered_to_change_cas(
    standing_face: Face, role: str, *, offered: bool
) -> None:
    live = standing_face.live
    token = await live.token(f"cas-{role}", roles={live.ids["project_id"]: role})
    async with browsing(standing_face, token) as browser:
        shown = await browser.seen(f"/certificate-authorities/{live.ids['ca_id']}")
        tree = await browser.seen("/certificate-authorities")
        form = await browser.get("/certificate-authorities/new")
    assert ("/rotate" in shown) is offered
    assert ("/update" in shown) is offered
    assert ("/disable" in shown) is offered
    assert ("/certificate-authorities/new" in tree) is offered
    assert form.status_code == (200 if offered else 403)


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_changes_by_get_or_without_the_mark(standing_face: Face, change: str) -> None:
    known = await issued(standing_face, "unchanged.example.com")
    path = change.format(certificate=known.id, ca=standing_face.live.ids["ca_id"])
    async with browsing(standing_face) as browser:
        assert (await browser.get(path)).status_code == 405
        forged = await browser.client.post(
            browser.path(path), data={"reason": "superseded", "enabled": "true"}
        )
    assert forged.status_code == 403
    assert (await stored(standing_face, known.id)).revision == known.revision


@pytest.mark.parametrize("change", CHANGES)
async def test_a_viewer_is_refused_what_is_not_offered(standing_face: Face, change: str) -> None:
    live = standing_face.live
    known = await issued(standing_face, "viewed.example.com")
    token = await live.token(f"viewer-{known.id}", roles={live.ids["project_id"]: "VIEWER"})
    fields = {
        "reason": "superseded",
        "enabled": "true",
        "name": "x",
        "certificate": "x",
        "certificate_chain": "x",
    }
    async with browsing(standing_face, token) as browser:
        path = change.format(certificate=known.id, ca=live.ids["ca_id"])
        answer = await browser.send("", to=path, **fields)
    assert answer.status_code == 403
    assert (await stored(standing_face, known.id)).state == CertificateState.CERTIFICATE_STATE_ACTIVE


@pytest.mark.parametrize("page", PAGES)
async def test_an_object_of_another_project_is_not_there(standing_face: Face, page: str) -> None:
    known = await issued(standing_face, "elsewhere.example.com")
    other = await standing_face.live.project(f"other-{known.id}")
    path = page.format(certificate=known.id, ca=standing_face.live.ids["ca_id"])
    async with browsing(standing_face, project_id=other) as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_of_another_project_is_changed(standing_face: Face, change: str) -> None:
    known = await issued(standing_face, "changed-elsewhere.example.com")
    other = await standing_face.live.project(f"changing-{known.id}")
    path = change.format(certificate=known.id, ca=standing_face.live.ids["ca_id"])
    async with browsing(standing_face, project_id=other) as browser:
        answer = await browser.send("", to=path, reason="superseded", enabled="true", name="x")
    assert answer.status_code == 404
    assert (await stored(standing_face, known.id)).revision == known.revision


async def test_an_empty_project_says_what_to_do(standing_face: Face) -> None:
    other = await standing_face.live.project("empty-rooms")
    async with browsing(standing_face, project_id=other) as browser:
        assert "Request a certificate" in await browser.seen("/certificates")
        assert "Create a CA" in await browser.seen("/certificate-authorities")


async def test_a_change_is_told_at_once(standing_face: Face) -> None:
    known = await issued(standing_face, "live.example.com")
    async with browsing(standing_face) as browser:
        page = f"/certificates/{known.id}"
        async with browser.client.stream("GET", browser.path(page + "/live")) as events:
            lines = events.aiter_lines()
            async for line in lines:
                if line.startswith("id:"):
                    break
            await browser.send(page, to="/revoke", reason="superseded")
            async for line in lines:
                if line.startswith("event:"):
                    break
            assert line == "event: changed"
        assert "Revoked" in await browser.seen(page + "/now")
