"""Profiles: the list, each in sentences, and the forms that write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_authority_pb2 import (
    CERTIFICATE_AUTHORITY_STATE_ACTIVE,
    CertificateAuthorityState,
)
from certmanager.v1.profile_pb2 import CertificateProfile
from certmanager.v1.profile_service_pb2 import ListCertificateProfilesRequest
from server.web.refusals import Refused
from server.web.rest.writing import plain
from server.web.ui import words
from server.web.ui.editing.desk import Choices, Desk
from server.web.ui.editing.removal import removed
from server.web.ui.editing.sights import Values
from server.web.ui.pages import page
from server.web.ui.profiles import calls
from server.web.ui.profiles.sheet import SHEET
from server.web.ui.profiles.telling import told
from server.web.ui.requests.terms import profiles_of
from server.web.ui.visit import Visit, project_route

_PATH = "/certificate-profiles"


async def _choices(visit: Visit, values: Values) -> Choices:
    """The CAs, those that can sign first, and the policies; also one that is chosen and gone."""
    authorities = await calls.authorities(visit.caller, visit.project.id)
    policies = await calls.policies(visit.caller, visit.project.id)
    authorities.sort(key=lambda ca: (ca.state != CERTIFICATE_AUTHORITY_STATE_ACTIVE, ca.name))
    return {
        "ca_id": _with_chosen([(ca.id, _named(ca)) for ca in authorities], values.get("ca_id", ())),
        "certificate_policy_id": _with_chosen(
            [(policy.id, policy.slug) for policy in sorted(policies, key=lambda policy: policy.slug)],
            values.get("certificate_policy_id", ()),
        ),
    }


def _named(ca: Any) -> str:
    if ca.state == CERTIFICATE_AUTHORITY_STATE_ACTIVE:
        return str(ca.name)
    return f"{ca.name} ({words.spelled(CertificateAuthorityState.DESCRIPTOR, ca.state).lower()})"


def _with_chosen(options: list[tuple[str, str]], chosen: Any) -> list[tuple[str, str]]:
    known = {id_ for id_, _ in options}
    gone = [(id_, id_) for id_ in chosen if id_ and id_ not in known]
    return [("", "Choose one"), *gone, *options]


DESK = Desk(
    noun="profile", article="a", rights="certificateProfiles", called="certificate_profile",
    sheet=SHEET, fetch=calls.fetch, create=calls.create, update=calls.update, choices=_choices,
    given=("id", "revision", "created_at", "updated_at", "etag", "api_config_id"),
    usual=CertificateProfile(api_config={}), proposed=(("ca", "ca_id"), ("policy", "certificate_policy_id")),
)  # fmt: skip


async def show_all(request: Request, visit: Visit) -> Response:
    """The list, with the CA and the policy of each."""
    found, next_page = await _page_of(visit, request.query_params.get("page", ""))
    return page(
        request, "profiles/list.html", visit, profiles=found, next_page=next_page,
        authorities=await _authorities(visit), policies=await _policies(visit),
    )  # fmt: skip


async def _page_of(visit: Visit, token: str) -> tuple[Sequence[CertificateProfile], str]:
    """A page of the list, and the token of the next; whoever has a role for some profiles has those."""
    if "certificateProfiles.read" not in visit.me.permissions:
        return await profiles_of(visit), ""
    caller = visit.caller
    asked = ListCertificateProfilesRequest(project_id=visit.project.id, page_token=token)
    answer = await caller.ask(caller.service.profiles.ListCertificateProfiles, asked)
    return answer.certificate_profiles, answer.next_page_token


async def show(request: Request, visit: Visit) -> Response:
    """One profile, told."""
    return await _shown(request, visit)


async def remove(request: Request, visit: Visit) -> Response:
    """Delete it; what still uses it is told where it is refused."""
    profile = await DESK.found(request, visit)
    refused = await removed(calls.delete(visit.caller, profile.id, await _etag(request)))
    if refused is not None:
        return await _shown(request, visit, refused=refused)
    return RedirectResponse(request.app.url_path_for("profiles", project_id=visit.project.id), 303)


async def disable(request: Request, visit: Visit) -> Response:
    """Have it refuse all requests."""
    return await _switch(request, visit, {"disabled": True})


async def enable(request: Request, visit: Visit) -> Response:
    """Have it take requests again."""
    return await _switch(request, visit, {"disabled": False})


async def _switch(request: Request, visit: Visit, wanted: dict[str, bool]) -> Response:
    profile = await DESK.found(request, visit)
    message = CertificateProfile(id=profile.id, etag=await _etag(request), disabled=wanted["disabled"])
    refused = await removed(_done(visit, message, list(wanted)))
    if refused is not None:
        return await _shown(request, visit, refused=refused)
    target = request.app.url_path_for("profile", project_id=visit.project.id, id=profile.id)
    return RedirectResponse(target, 303)


async def _done(visit: Visit, message: CertificateProfile, mask: list[str]) -> None:
    await calls.update(visit.caller, message, mask)


async def _etag(request: Request) -> str:
    return str((await request.form()).get("etag", ""))


async def _shown(request: Request, visit: Visit, *, refused: Refused | None = None) -> Response:
    profile = await DESK.found(request, visit)
    authority = (await _authorities(visit)).get(profile.ca_id)
    policy = (await _policies(visit)).get(profile.certificate_policy_id)
    return page(
        request, "profiles/show.html", visit, status=200 if refused is None else 409, profile=profile,
        authority=authority, policy=policy, told=told(profile, policy, await _identities(visit, profile)),
        refused=refused, document=json.dumps(plain(profile), indent=2, ensure_ascii=False),
    )  # fmt: skip


async def _authorities(visit: Visit) -> dict[str, Any]:
    if not visit.may("certificateAuthorities.read"):
        return {}
    return {each.id: each for each in await calls.authorities(visit.caller, visit.project.id)}


async def _policies(visit: Visit) -> dict[str, Any]:
    if not visit.may("certificatePolicies.read"):
        return {}
    return {each.id: each for each in await calls.policies(visit.caller, visit.project.id)}


async def _identities(visit: Visit, profile: CertificateProfile) -> dict[str, str]:
    """The names of those that the profile names, if the reader may know them."""
    config = profile.approval_config
    named = {*config.bypass_identity_ids, *(id_ for step in config.steps for id_ in step.identity_ids)}
    return await calls.names(visit.caller, sorted(named)) if visit.may("identities.read") else {}


ROUTES = [
    project_route(_PATH, show_all, name="profiles"),
    project_route(_PATH + "/new", DESK.new, name="profile-new"),
    project_route(_PATH + "/new", DESK.make, methods=["POST"], name="profile-make"),
    project_route(_PATH + "/{id:uuid}", show, name="profile"),
    project_route(_PATH + "/{id:uuid}/edit", DESK.edit, name="profile-edit"),
    project_route(_PATH + "/{id:uuid}/edit", DESK.save, methods=["POST"], name="profile-save"),
    project_route(_PATH + "/{id:uuid}/delete", remove, methods=["POST"], name="profile-delete"),
    project_route(_PATH + "/{id:uuid}/disable", disable, methods=["POST"], name="profile-disable"),
    project_route(_PATH + "/{id:uuid}/enable", enable, methods=["POST"], name="profile-enable"),
]
