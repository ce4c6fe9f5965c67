"""Policies: the list, each in sentences, and the forms that write them."""

from __future__ import annotations

import json
from collections import Counter

from google.protobuf.duration_pb2 import Duration
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.policy_pb2 import CertificatePolicy, ValidityRule
from certmanager.v1.policy_service_pb2 import ListCertificatePoliciesRequest
from server.web.refusals import Refused
from server.web.rest.writing import plain
from server.web.ui.editing.desk import Desk
from server.web.ui.editing.removal import removed
from server.web.ui.pages import page
from server.web.ui.policies import calls
from server.web.ui.policies.sheet import SHEET
from server.web.ui.policies.telling import told
from server.web.ui.visit import Visit, project_route

_PATH = "/certificate-policies"
_QUARTER = Duration(seconds=90 * 86_400)

DESK = Desk(
    noun="policy", article="a", rights="certificatePolicies", called="certificate_policy",
    sheet=SHEET, fetch=calls.fetch, create=calls.create, update=calls.update,
    given=("id", "revision", "created_at", "updated_at", "etag"),
    usual=CertificatePolicy(
        any_key_algorithms={},
        validity=ValidityRule(default_lifetime=_QUARTER, max_lifetime=_QUARTER),
    ),
)  # fmt: skip


async def show_all(request: Request, visit: Visit) -> Response:
    """The list, with how many profiles are on each."""
    caller = visit.caller
    asked = ListCertificatePoliciesRequest(
        project_id=visit.project.id, page_token=request.query_params.get("page", "")
    )
    answer = await caller.ask(caller.service.policies.ListCertificatePolicies, asked)
    used = Counter(each.certificate_policy_id for each in await calls.profiles_of(caller, visit.project.id))
    return page(
        request, "policies/list.html", visit,
        policies=answer.certificate_policies, next_page=answer.next_page_token, used=used,
    )  # fmt: skip


async def show(request: Request, visit: Visit) -> Response:
    """One policy, told."""
    return await _shown(request, visit)


async def remove(request: Request, visit: Visit) -> Response:
    """Delete it; who still uses it is told where it is refused."""
    policy = await DESK.found(request, visit)
    refused = await removed(
        calls.delete(visit.caller, policy.id, str((await request.form()).get("etag", "")))
    )
    if refused is not None:
        return await _shown(request, visit, refused=refused)
    return RedirectResponse(request.app.url_path_for("policies", project_id=visit.project.id), 303)


async def _shown(request: Request, visit: Visit, *, refused: Refused | None = None) -> Response:
    policy = await DESK.found(request, visit)
    profiles = await calls.profiles_of(visit.caller, visit.project.id, policy.id)
    return page(
        request, "policies/show.html", visit, status=200 if refused is None else 409, policy=policy,
        profiles=profiles, told=told(policy), refused=refused,
        document=json.dumps(plain(policy), indent=2, ensure_ascii=False),
    )  # fmt: skip


ROUTES = [
    project_route(_PATH, show_all, name="policies"),
    project_route(_PATH + "/new", DESK.new, name="policy-new"),
    project_route(_PATH + "/new", DESK.make, methods=["POST"], name="policy-make"),
    project_route(_PATH + "/{id:uuid}", show, name="policy"),
    project_route(_PATH + "/{id:uuid}/edit", DESK.edit, name="policy-edit"),
    project_route(_PATH + "/{id:uuid}/edit", DESK.save, methods=["POST"], name="policy-save"),
    project_route(_PATH + "/{id:uuid}/delete", remove, methods=["POST"], name="policy-delete"),
]
