"""Fills in the forms of certificate requests as a browser without JavaScript does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx2

from certmanager.v1 import access_pb2, profile_pb2
from tests.facing.faces import Face
from tests.ordering import open_policy

OPERATOR = access_pb2.ROLE_OPERATOR
KEY = "-----BEGIN PRIVATE KEY-----"


@dataclass(slots=True)
class Form:
    """A form for a new request, opened and not yet sent."""

    client: httpx2.AsyncClient
    base: str
    hidden: dict[str, str]
    page: str
    fields: dict[str, Any] = field(default_factory=dict)

    async def send(self, action: str = "request", **said: Any) -> httpx2.Response:
        """Press a button; ``said`` are fields by their paths."""
        data = {**self.hidden, **self.fields, **said, "action": action}
        return await self.client.post(f"{self.base}/new", data=data)


async def opened(client: httpx2.AsyncClient, face: Face, profile_id: str, *, key: str = "") -> Form:
    """The form of a profile."""
    base = base_of(face)
    answer = await client.get(f"{base}/new", params={"profile": profile_id, "key": key})
    assert answer.status_code == 200, answer.text
    hidden = {name: value_of(answer.text, name) for name in ("csrf", "profile_id", "request_id", "source")}
    return Form(client, base, hidden, answer.text)


def base_of(face: Face) -> str:
    """The path of the list."""
    return f"/projects/{face.live.ids['project_id']}/certificate-requests"


def value_of(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])


def errors_beside(page: str, path: str) -> str:
    """What stands beside a field that is wrong."""
    id_ = "field-" + re.sub(r"[.\[\]]+", "-", path).strip("-")
    found = re.search(rf'<ul class="errors" id="{id_}-error">(.*?)</ul>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


async def approved_profile(face: Face, *, self_approval: bool = False) -> str:
    """The id of a profile whose requests an operator must approve."""
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[OPERATOR])
    config = profile_pb2.ApprovalConfig(steps=[step], allow_self_approval=self_approval)
    message = profile_pb2.CertificateProfile(approval_config=config)
    return await face.live.profile(policy=open_policy(), message=message)


async def role(face: Face, name: str, kind: str) -> str:
    """The token of somebody with a role in the first project."""
    return await face.live.token(name, roles={face.live.ids["project_id"]: kind})
