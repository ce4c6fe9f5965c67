"""The records of what is asked over HTTP name who asked, and nobody can say that they were another."""

from __future__ import annotations

from certmanager.v1 import project_service_pb2 as messages
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.ids import new_id
from server.store.records import AuditRecord
from server.web.peers import PEER, peer_of
from tests.facing.faces import API, Face
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


async def _source(face: Face, project_id: str) -> str:
    """Where the audit log says that a project was made from."""
    (row,) = await face.live.app.store.list(AuditRecord, object_id=project_id)
    return row.source


async def test_the_audit_log_has_the_address_of_the_client(standing_face: Face) -> None:
    """Not that of the socket between the face and the RPCs; and no header of the request changes it."""
    slug = f"p-{new_id()}"
    async with standing_face.client(standing_face.live.owner) as client:
        forged = {PEER: "ipv4:192.0.2.7:1", "x-forwarded-for": "192.0.2.7"}
        answer = await client.post(f"{API}/projects", json={"slug": slug}, headers=forged)
    assert (await _source(standing_face, answer.json()["project"]["id"])).startswith("127.0.0.1:")


async def test_nobody_else_is_believed(standing_face: Face) -> None:
    """At the gRPC listener the connection counts, whatever a client says."""
    live = standing_face.live
    request = messages.CreateProjectRequest(slug=f"p-{new_id()}")
    forged = (*live.auth(), (PEER, "ipv4:192.0.2.7:1"))
    made = await live.stub(ProjectServiceStub).CreateProject(request, metadata=forged)
    assert (await _source(standing_face, made.project.id)).startswith("127.0.0.1:")


async def test_addresses_are_in_the_form_of_grpc() -> None:
    assert peer_of({"client": ("192.0.2.7", 5)}) == "ipv4:192.0.2.7:5"
    assert peer_of({"client": ("::1", 5)}) == "ipv6:[::1]:5"
    assert peer_of({"client": None}) == ""
