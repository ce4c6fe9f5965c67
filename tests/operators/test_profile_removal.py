"""DeleteCertificateProfile: what a profile has issued, or was asked for, keeps it."""

from __future__ import annotations

import grpc
import pytest

from certmanager.v1 import profile_service_pb2 as profiles
from server.ids import new_id
from server.store.records import (
    AuditRecord,
    IdentityRecord,
    ObjectKind,
    RequestRecord,
    RoleBindingRecord,
)
from server.store.unit import Change, Delete, Insert, Unit
from tests.operators.setting_up import Desk, meanwhile, order
from tests.serving import Live

NOBODY = "018f0000-0000-7000-8000-000000000000"


def deletion(id_: str, etag: str = "") -> profiles.DeleteCertificateProfileRequest:
    return profiles.DeleteCertificateProfileRequest(id=id_, etag=etag)


async def test_a_profile_that_issued_is_not_removed(live: Live) -> None:
    """Its certificates are named; it can be disabled instead."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    issued = (await desk.issue(made.id)).certificate
    failure = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    assert (failure.code, failure.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RESOURCE_IN_USE")
    (violation,) = failure.details["PreconditionFailure"].violations
    assert (violation.type, violation.subject) == ("RESOURCE_IN_USE", issued.certificate_id)
    assert violation.description.startswith("USED_BY_CERTIFICATE: ")
    await desk.reprofiled(made.id, disabled=True)
    refused = await desk.refused(live.certificates.IssueCertificate, order(made.id))
    assert refused.reason == "PROFILE_DISABLED"


async def test_a_certificate_keeps_its_profile_without_its_request(live: Live) -> None:
    """Requests may be cleaned away one day; what they led to still counts."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    answer = await desk.issue(made.id)
    id_ = answer.certificate_request_id
    gone = Unit((Delete(RequestRecord, {"id": id_}),), (Change(ObjectKind.REQUEST, id_),))
    await live.app.store.commit(gone)
    failure = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    (violation,) = failure.details["PreconditionFailure"].violations
    assert violation.subject == answer.certificate.certificate_id


async def test_a_profile_with_an_open_request_is_not_removed(live: Live) -> None:
    """A request that waits names its profile; the request is told."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    request = _waiting(live, made.id)
    await live.app.store.commit(Unit((Insert(request),), (Change(ObjectKind.REQUEST, request.id),)))
    failure = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    (violation,) = failure.details["PreconditionFailure"].violations
    assert violation.subject == request.id
    assert violation.description.startswith("USED_BY_REQUEST: ")


async def test_a_certificate_that_is_issued_meanwhile_keeps_its_profile(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is part of the removal itself."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    meanwhile(live, monkeypatch, lambda: desk.issue(made.id), kind="PROFILE")
    failure = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    assert failure.reason == "RESOURCE_IN_USE"


async def test_nothing_is_issued_by_a_profile_that_goes_meanwhile(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that was signed for a profile that is gone by then is not stored."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)

    async def remove() -> None:
        await desk.call(desk.profiles.DeleteCertificateProfile, deletion(made.id))

    meanwhile(live, monkeypatch, remove, kind="CERTIFICATE")
    failure = await desk.refused(live.certificates.IssueCertificate, order(made.id))
    assert failure.fields == {"profile_id": "RESOURCE_NOT_FOUND"}
    assert await live.app.store.get(RequestRecord, profile_id=made.id) is None


async def test_a_removed_profile_is_gone_everywhere(live: Live) -> None:
    """Its slug is free, its id is unknown, its roles are revoked, and who did it is written."""
    desk = Desk(live)
    policy = await desk.policy("web")
    made = await desk.profile("shop", policy.id)
    await _bind(live, made.id)
    await desk.call(desk.profiles.DeleteCertificateProfile, deletion(made.id, made.etag))
    gone = await desk.refused(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    assert gone.code is grpc.StatusCode.NOT_FOUND
    unknown = await desk.refused(live.certificates.IssueCertificate, order(made.id))
    assert unknown.code is grpc.StatusCode.NOT_FOUND
    assert await live.app.store.get(RoleBindingRecord, profile_id=made.id, revoked_at=None) is None
    rows = await live.app.store.list(AuditRecord, object_id=made.id)
    assert [row.action for row in rows] == ["certificateProfiles.create", "certificateProfiles.delete"]
    assert (await desk.profile("shop", policy.id)).id != made.id


async def test_roles_that_go_with_a_profile_are_told_of_their_holders(live: Live) -> None:
    """Each revoked role is an event about its identity, in the same unit."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    await _bind(live, made.id)
    binding = await live.app.store.get(RoleBindingRecord, profile_id=made.id)
    assert binding is not None
    await desk.call(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    (row,) = await live.app.store.list(AuditRecord, object_id=binding.identity_id)
    assert (row.action, row.object_kind) == ("certificateProfiles.delete", "IDENTITY")
    told = {"role_binding_id": binding.id, "role": "REQUESTER", "profile_id": made.id}
    assert row.details == told


async def test_role_that_is_given_while_its_profile_goes_is_told_too(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal begins anew with the roles that there are by then."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    meanwhile(live, monkeypatch, lambda: _bind(live, made.id), kind="PROFILE")
    await desk.call(desk.profiles.DeleteCertificateProfile, deletion(made.id))
    binding = await live.app.store.get(RoleBindingRecord, profile_id=made.id)
    assert binding is not None
    assert binding.revoked_at is not None
    assert len(await live.app.store.list(AuditRecord, object_id=binding.identity_id)) == 1


def _waiting(live: Live, profile_id: str) -> RequestRecord:
    now = live.clock()
    return RequestRecord(
        id=new_id(),
        project_id=live.ids["project_id"],
        profile_id=profile_id,
        requester_id=NOBODY,
        state="PENDING_APPROVAL",
        key_source="SERVER_GENERATED",
        order=b"",
        private_key_state="",
        created_at=now,
        updated_at=now,
    )


async def _bind(live: Live, profile_id: str) -> None:
    """Give somebody a role that is narrowed to the profile."""
    now = live.clock()
    identity = IdentityRecord(id=new_id(), name="joe", kind="PERSON", created_at=now)
    binding = RoleBindingRecord(
        id=new_id(),
        identity_id=identity.id,
        project_id=live.ids["project_id"],
        role="REQUESTER",
        profile_id=profile_id,
        created_at=now,
    )
    unit = Unit((Insert(identity), Insert(binding)), (Change(ObjectKind.IDENTITY, identity.id),))
    await live.app.store.commit(unit)
