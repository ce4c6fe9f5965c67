"""What a call uses up, made anew for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from certmanager.v1 import access_pb2, profile_pb2, x509_pb2
from certmanager.v1 import access_service_pb2 as messages
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from server.ids import new_id
from server.store.records import CertificateRecord
from tests.access.places import Place
from tests.ordering import open_policy, order
from tests.serving import Live


async def slug(_live: Live, _place: Place) -> str:
    return f"s-{new_id()}"


async def identity(live: Live, _place: Place, *, kind: Any = access_pb2.IDENTITY_KIND_SERVICE) -> str:
    request = messages.CreateIdentityRequest(name=f"i-{new_id()}", kind=kind)
    made = await live.call(live.stub(AccessServiceStub).CreateIdentity, request)
    return str(made.identity.id)


async def auditor(live: Live, place: Place) -> str:
    """An identity that is an auditor in the place."""
    id_ = await identity(live, place)
    await _bound(live, place, id_, access_pb2.ROLE_AUDITOR)
    return id_


async def person(live: Live, place: Place) -> str:
    """A human being who is a viewer in the place."""
    id_ = await identity(live, place, kind=access_pb2.IDENTITY_KIND_PERSON)
    await _bound(live, place, id_, access_pb2.ROLE_VIEWER)
    return id_


async def token(live: Live, place: Place) -> str:
    request = messages.CreateAccessTokenRequest(identity_id=place.identity_id)
    made = await live.call(live.stub(AccessServiceStub).CreateAccessToken, request)
    return str(made.access_token.id)


async def binding(live: Live, place: Place) -> str:
    return await _bound(live, place, await identity(live, place), access_pb2.ROLE_VIEWER)


async def policy(live: Live, place: Place) -> str:
    return await live.policy(open_policy(), project_id=place.project_id)


async def profile(live: Live, place: Place) -> str:
    return await live.profile(ca_id=place.ca_id, policy_id=place.policy_id, project_id=place.project_id)


async def request(live: Live, place: Place) -> str:
    """A request of somebody else's that waits for an owner, an admin or an operator."""
    return await _asked(live, place, access_pb2.ROLE_OWNER, access_pb2.ROLE_ADMIN, access_pb2.ROLE_OPERATOR)


async def request_of_admins(live: Live, place: Place) -> str:
    """A request of somebody else's that waits for an admin."""
    return await _asked(live, place, access_pb2.ROLE_ADMIN)


async def certificate(live: Live, place: Place) -> str:
    """A certificate that the owner asked for."""
    asked = order(place.profile_id, common_name="a.example.com")
    answer = await live.call(live.certificates.IssueCertificate, asked)
    return str(answer.certificate.certificate_id)


async def hold(live: Live, place: Place) -> str:
    """Such a certificate on hold."""
    id_ = await certificate(live, place)
    reason = x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD
    request = certificates.RevokeCertificateRequest(certificate_id=id_, reason=reason)
    await live.call(live.certificates.RevokeCertificate, request)
    return id_


async def ca_certificate(live: Live, place: Place) -> str:
    """The certificate of a new CA under a new root of the place."""
    root = await live.authority(project_id=place.project_id, parent=None, path_length=None)
    ca_id = await live.authority(project_id=place.project_id, parent=root, lifetime=timedelta(days=365))
    row = await live.app.store.get(CertificateRecord, certified_ca_id=ca_id)
    assert row is not None
    return row.id


async def _asked(live: Live, place: Place, *roles: Any) -> str:
    steps = [profile_pb2.ApprovalStep(approvals_required=1, roles=roles)]
    message = profile_pb2.CertificateProfile(approval_config=profile_pb2.ApprovalConfig(steps=steps))
    profile_id = await live.profile(
        ca_id=place.ca_id, policy=open_policy(), message=message, project_id=place.project_id
    )
    asker = await live.token(f"asker-{new_id()}", roles={place.project_id: "REQUESTER"})
    asked = order(profile_id, common_name="a.example.com")
    answer = await live.call(live.certificates.IssueCertificate, asked, token=asker)
    return str(answer.certificate_request_id)


async def _bound(live: Live, place: Place, identity_id: str, role: Any) -> str:
    request = messages.CreateRoleBindingRequest(
        identity_id=identity_id, role=role, project_id=place.project_id
    )
    made = await live.call(live.stub(AccessServiceStub).CreateRoleBinding, request)
    return str(made.role_binding.id)


FRESH: dict[str, Callable[[Live, Place], Awaitable[str]]] = {
    "slug": slug,
    "new_identity": identity,
    "new_auditor": auditor,
    "new_person": person,
    "new_token": token,
    "new_binding": binding,
    "new_policy": policy,
    "new_profile": profile,
    "new_certificate": certificate,
    "new_hold": hold,
    "new_ca_certificate": ca_certificate,
    "new_request": request,
    "new_request_of_admins": request_of_admins,
}
"""By the name that stands in a request."""
