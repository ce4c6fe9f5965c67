"""Who sees and changes policies, and how they are listed and audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from certmanager.v1 import policy_service_pb2 as policies
from server.store.records import AuditRecord
from tests.operators.setting_up import Desk
from tests.serving import Live

CALLS: dict[str, Callable[[Desk, Any], tuple[str, Any]]] = {
    "create": lambda desk, policy: ("CreateCertificatePolicy", desk.new_policy("new")),
    "get": lambda desk, policy: (
        "GetCertificatePolicy",
        policies.GetCertificatePolicyRequest(id=policy.id),
    ),
    "list": lambda desk, policy: (
        "ListCertificatePolicies",
        policies.ListCertificatePoliciesRequest(project_id=desk.project),
    ),
    "update": lambda desk, policy: (
        "UpdateCertificatePolicy",
        policies.UpdateCertificatePolicyRequest(certificate_policy=policy),
    ),
    "delete": lambda desk, policy: (
        "DeleteCertificatePolicy",
        policies.DeleteCertificatePolicyRequest(id=policy.id),
    ),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_policy_of_a_foreign_project_is_not_there(live: Live, call: str) -> None:
    """An admin of one project cannot tell another project's policies from none."""
    owner = Desk(live)
    policy = await owner.policy("web")
    elsewhere = await live.project("elsewhere")
    desk = Desk(live, token=await live.token("eve", roles={elsewhere: "ADMIN"}), project_id=owner.project)
    method, request = CALLS[call](desk, policy)
    failure = await desk.refused(getattr(desk.policies, method), request)
    assert failure.code is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("call", ["create", "update", "delete"])
@pytest.mark.parametrize("role", ["OPERATOR", "REQUESTER", "VIEWER", "AUDITOR"])
async def test_only_an_admin_changes_policies(sqlite_live: Live, role: str, call: str) -> None:
    """Whoever may look is told that it is a right that they lack."""
    policy = await Desk(sqlite_live).policy("web")
    project = sqlite_live.ids["project_id"]
    desk = Desk(sqlite_live, token=await sqlite_live.token("joe", roles={project: role}))
    method, request = CALLS[call](desk, policy)
    failure = await desk.refused(getattr(desk.policies, method), request)
    assert failure.code is grpc.StatusCode.PERMISSION_DENIED


async def test_policies_are_listed_newest_first_by_pages(live: Live) -> None:
    """Each policy stands on exactly one page, also if some are added meanwhile."""
    project = await live.project("many")
    desk = Desk(live, project_id=project)
    made = [(await desk.policy(f"p{number}")).slug for number in range(5)]
    request = policies.ListCertificatePoliciesRequest(project_id=project, page_size=2)
    seen: list[str] = []
    while True:
        answer = await desk.call(desk.policies.ListCertificatePolicies, request)
        seen += [policy.slug for policy in answer.certificate_policies]
        await desk.policy(f"late{len(seen)}")
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", ["mail", "web-rsa", "web"]),
        ("web", ["web"]),
        ("web*", ["web-rsa", "web"]),
        ("*rsa", ["web-rsa"]),
        ("*b*", ["web-rsa", "web"]),
        ("*", ["mail", "web-rsa", "web"]),
        ("*-rsa-long", []),
        ("WEB", []),
        ("Web*", []),
        ("we_", []),
        ("%", []),
        ("w*b", []),
    ],
)
async def test_policies_are_found_by_name(live: Live, name: str, found: list[str]) -> None:
    """An asterisk at either end stands for anything, and nothing else stands for more than itself."""
    desk = Desk(live, project_id=await live.project("named"))
    for slug in ("web", "web-rsa", "mail"):
        await desk.policy(slug)
    request = policies.ListCertificatePoliciesRequest(project_id=desk.project, name=name)
    answer = await desk.call(desk.policies.ListCertificatePolicies, request)
    assert [policy.slug for policy in answer.certificate_policies] == found


async def test_a_page_token_belongs_to_its_query(live: Live) -> None:
    """Another filter with the same token is refused."""
    desk = Desk(live, project_id=await live.project("paged"))
    for slug in ("a", "b"):
        await desk.policy(slug)
    request = policies.ListCertificatePoliciesRequest(project_id=desk.project, page_size=1)
    answer = await desk.call(desk.policies.ListCertificatePolicies, request)
    request.page_token, request.name = answer.next_page_token, "a*"
    failure = await desk.refused(desk.policies.ListCertificatePolicies, request)
    assert failure.reason == "PAGE_TOKEN_INVALID"


async def test_each_change_is_audited(live: Live) -> None:
    """Who created, changed and removed a policy is written with the change itself."""
    desk = Desk(live)
    policy = await desk.policy("web")
    await desk.changed(policy.id, description="new")
    await desk.call(
        desk.policies.DeleteCertificatePolicy, policies.DeleteCertificatePolicyRequest(id=policy.id)
    )
    rows = await live.app.store.list(AuditRecord, object_id=policy.id)
    assert [row.action for row in rows] == [
        f"certificatePolicies.{done}" for done in ("create", "update", "delete")
    ]
    assert {row.object_kind for row in rows} == {"POLICY"}
