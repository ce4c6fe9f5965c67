"""A project in which there is something to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.rpc.status_pb2 import Status

from certmanager.v1 import access_pb2, profile_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from server.store import Unit, Update
from server.store.records import CertificateRecord
from tests.facing.faces import Face
from tests.ordering import open_policy, order

_REASON = "the CA <b>root</b> is disabled"


@dataclass(frozen=True, slots=True)
class Scene:
    """A project with three certificates, of which one fails to renew and one ends soon, and two requests."""

    face: Face
    project_id: str
    viewer: str
    requester: str
    failing_id: str
    ending_id: str
    waiting: tuple[str, ...]

    async def page(self, token: str = "") -> str:
        """The overview, as somebody sees it."""
        async with self.face.signed_in(token) as client:
            answer = await client.get(f"/projects/{self.project_id}")
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    async def counted(self, token: str = "", **said: Any) -> messages.GetCertificateStatisticsResponse:
        live = self.face.live
        request = messages.GetCertificateStatisticsRequest(project_id=self.project_id, **said)
        answer: messages.GetCertificateStatisticsResponse = await live.call(
            live.certificates.GetCertificateStatistics, request, token=token or None
        )
        return answer


async def set_scene(face: Face) -> Scene:
    """A new one."""
    live = face.live
    project_id = await live.project(f"overview-{new_id()}")
    ca_id = await live.authority(project_id=project_id)
    free = await live.profile(ca_id=ca_id, policy=open_policy(), project_id=project_id)
    step = profile_pb2.ApprovalStep(approvals_required=1, roles=[access_pb2.ROLE_OPERATOR])
    message = profile_pb2.CertificateProfile(approval_config=profile_pb2.ApprovalConfig(steps=[step]))
    held = await live.profile(ca_id=ca_id, policy=open_policy(), project_id=project_id, message=message)
    requester = await live.token(f"asks-{new_id()}", roles={project_id: "REQUESTER"})
    issue = live.certificates.IssueCertificate
    lasting = [
        await live.call(issue, order(free, common_name=f"{name}.example.com", ttl=ttl), token=token)
        for name, ttl, token in (
            ("long", "200d", None), ("fails", "60d", None), ("soon", "3d", requester),
        )
    ]  # fmt: skip
    waiting = [
        await live.call(issue, order(held, common_name=f"wait{n}.example.com"), token=requester)
        for n in (1, 2)
    ]
    _, failing, ending = (answer.certificate.certificate_id for answer in lasting)
    await _fail(face, failing)
    return Scene(
        face=face,
        project_id=project_id,
        viewer=await live.token(f"looks-{new_id()}", roles={project_id: "VIEWER"}),
        requester=requester,
        failing_id=failing,
        ending_id=ending,
        waiting=tuple(answer.certificate_request_id for answer in waiting),
    )


async def _fail(face: Face, id_: str) -> None:
    values = {
        "auto_renewal_enabled": True,
        "renewal_attempts": 3,
        "renewal_failed_at": face.live.clock(),
        "renewal_error": Status(code=9, message=_REASON).SerializeToString(),
    }
    await face.live.app.store.commit(Unit((Update(CertificateRecord, {"id": id_}, values),)))
