"""What a certificate that is shown allows: to keep it fresh, and nothing else."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certmanager.v1 import access_service_pb2 as access
from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import profile_pb2
from certmanager.v1 import profile_service_pb2 as profiles
from certmanager.v1 import project_service_pb2 as projects
from certmanager.v1.access_service_pb2_grpc import AccessServiceStub
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from certmanager.v1.project_service_pb2_grpc import ProjectServiceStub
from server.store.records import AuditRecord, ObjectKind, RoleBindingRecord
from server.store.unit import Change, Unit, Update
from tests.mutual.showing import Shown, by_id, channel_to, code_of, issued, pem, shown_to
from tests.ordering import csr_pem, open_policy, order
from tests.serving import Live

OK, DENIED = grpc.StatusCode.OK, grpc.StatusCode.PERMISSION_DENIED
NOT_FOUND, UNAUTHENTICATED = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED


def renewal(shown: Shown) -> messages.RenewCertificateRequest:
    key = ec.generate_private_key(ec.SECP256R1())
    return messages.RenewCertificateRequest(certificate_id=shown.id, csr=csr_pem(key=key))


async def test_it_reads_and_renews_itself(mutual: Live) -> None:
    """Without any token."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK
        renewed = await stub.RenewCertificate(renewal(shown), timeout=20)
    assert renewed.certificate.lineage_id


async def test_it_watches_itself(mutual: Live) -> None:
    """An agent needs nothing else."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        stream = stub.WatchCertificate(messages.WatchCertificateRequest(certificate_id=shown.id))
        told = await stream.read()
        stream.cancel()
    assert told.certificate.id == shown.id


async def test_it_issues_under_its_own_profile_only(mutual: Live) -> None:
    """The identity may use both profiles; the certificate is of one."""
    shown = await issued(mutual)
    other = await mutual.profile(policy=open_policy())
    asked = order(other, csr=csr_pem(), common_name="a.example.com")
    assert await code_of(mutual.certificates.IssueCertificate, asked, metadata=mutual.auth(shown.token)) is OK
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.IssueCertificate, asked) is NOT_FOUND
        asked.profile_id = shown.profile_id
        assert await code_of(stub.IssueCertificate, asked) is OK


async def test_it_sees_nothing_of_others_under_its_profile(mutual: Live) -> None:
    """An operator's certificate, too: it is for its own use."""
    shown = await issued(mutual, token=mutual.owner)
    other = await issued(mutual, profile_id=shown.profile_id, name="other")
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(other)) is NOT_FOUND
        listed = await stub.ListCertificates(messages.ListCertificatesRequest(), timeout=20)
    assert [each.id for each in listed.certificates] == [shown.id]


async def test_it_is_of_no_use_in_another_project(mutual: Live) -> None:
    """The identity has a role there; its certificate is from here."""
    elsewhere = await mutual.project("elsewhere")
    here = mutual.ids["project_id"]
    token = await mutual.token("both", roles={here: "REQUESTER", elsewhere: "REQUESTER"})
    shown = await issued(mutual, token=token)
    ca_id = await mutual.authority(project_id=elsewhere, parent=None)
    profile = await mutual.profile(policy=open_policy(), project_id=elsewhere, ca_id=ca_id)
    other = await issued(mutual, project_id=elsewhere, profile_id=profile, token=token)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(other)) is NOT_FOUND


@pytest.mark.parametrize(
    ("stub", "method", "request_"),
    [
        (AccessServiceStub, "CreateAccessToken", access.CreateAccessTokenRequest()),
        (AccessServiceStub, "ListAccessTokens", access.ListAccessTokensRequest()),
        (AccessServiceStub, "ListIdentities", access.ListIdentitiesRequest()),
        (ProjectServiceStub, "ListProjects", projects.ListProjectsRequest()),
        (ProfileServiceStub, "ListCertificateProfiles", profiles.ListCertificateProfilesRequest()),
    ],
)
async def test_an_owners_certificate_is_no_owner(mutual: Live, stub: Any, method: str, request_: Any) -> None:
    """Above all it makes no token, which would outlive it."""
    shown = await issued(mutual, token=mutual.owner)
    async with channel_to(mutual, shown) as channel:
        assert await code_of(getattr(stub(channel), method), request_) is DENIED


async def test_it_revokes_nothing(mutual: Live) -> None:
    """An operator's certificate on a server that was broken into is no operator."""
    token = await mutual.token("op", roles={mutual.ids["project_id"]: "OPERATOR"})
    shown = await issued(mutual)
    own = await issued(mutual, profile_id=shown.profile_id, token=mutual.owner)
    assert token
    async with shown_to(mutual, own) as stub:
        request = messages.RevokeCertificateRequest(certificate_id=shown.id)
        assert await code_of(stub.RevokeCertificate, request) is DENIED


async def test_it_knows_who_it_is(mutual: Live) -> None:
    """The identity, and no token."""
    shown = await issued(mutual, name="web")
    async with channel_to(mutual, shown) as channel:
        told = await AccessServiceStub(channel).WhoAmI(access.WhoAmIRequest(), timeout=20)
    assert told.identity.name == "web"
    assert not told.HasField("access_token")


async def test_a_role_that_is_taken_away_is_gone_at_the_next_call(mutual: Live) -> None:
    """Never more than the identity may do now."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK
        identity_id = await _requester(mutual, shown)
        (binding,) = await mutual.app.store.list(RoleBindingRecord, identity_id=identity_id)
        end = Update(RoleBindingRecord, {"id": binding.id}, {"revoked_at": mutual.clock()})
        await mutual.app.store.commit(Unit((end,), (Change(ObjectKind.IDENTITY, identity_id),)))
        assert await code_of(stub.GetCertificate, by_id(shown)) is DENIED


async def test_an_identity_that_is_revoked_is_gone_at_the_next_call(mutual: Live) -> None:
    """Its certificates stay valid for others until they are revoked, but not here."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK
        request = access.RevokeIdentityRequest(id=await _requester(mutual, shown))
        await mutual.call(mutual.stub(AccessServiceStub).RevokeIdentity, request)
        assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED


async def test_the_audit_log_tells_the_certificate(mutual: Live) -> None:
    """There is no token to be told."""
    shown = await issued(mutual)
    async with shown_to(mutual, shown) as stub:
        asked = order(shown.profile_id, csr=csr_pem(), common_name="a.example.com")
        made = (await stub.IssueCertificate(asked, timeout=20)).certificate
    rows = await mutual.app.store.list(AuditRecord, object_id=made.certificate_id)
    assert [row.details["certificate_id_shown"] for row in rows] == [shown.id]
    assert not rows[0].token_id


async def _requester(live: Live, shown: Shown) -> str:
    told = (await live.call(live.certificates.GetCertificate, by_id(shown))).certificate
    found: str = told.requester_identity_id
    return found


async def _renewed_by(live: Live, shown: Shown, token: str, **key: Any) -> messages.RenewCertificateResponse:
    request = messages.RenewCertificateRequest(certificate_id=shown.id, **key)
    answer: messages.RenewCertificateResponse = await live.call(
        live.certificates.RenewCertificate, request, token=token
    )
    return answer


async def test_who_renews_for_another_does_not_become_that_one(mutual: Live) -> None:
    """An operator with a CSR of its own has the key, but the certificate is in the requester's name."""
    shown = await issued(mutual)
    operator = await mutual.token("op", roles={mutual.ids["project_id"]: "OPERATOR"})
    key = ec.generate_private_key(ec.SECP256R1())
    made = (await _renewed_by(mutual, shown, operator, csr=csr_pem(key=key))).certificate
    theirs = Shown(made.certificate.encode(), pem(key), made.certificate_id)
    async with shown_to(mutual, theirs) as stub:
        assert await code_of(stub.GetCertificate, by_id(theirs)) is UNAUTHENTICATED


async def _same_key_profile(mutual: Live) -> str:
    """A profile whose certificates are renewed with the CSR that is known."""
    config = profile_pb2.ApiEnrollmentConfig(renew_with_same_key=True)
    message = profile_pb2.CertificateProfile(api_config=config)
    return await mutual.profile(policy=open_policy(allow_key_reuse=True), message=message)


async def test_nor_does_a_renewal_of_such_a_one_help(mutual: Live) -> None:
    """The requester asks for it, or the server does by itself: the same CSR is still the operator's."""
    shown = await issued(mutual, profile_id=await _same_key_profile(mutual))
    operator = await mutual.token("op", roles={mutual.ids["project_id"]: "OPERATOR"})
    key = ec.generate_private_key(ec.SECP256R1())
    made = (await _renewed_by(mutual, shown, operator, csr=csr_pem(key=key))).certificate
    again = (await _renewed_by(mutual, Shown(b"", b"", made.certificate_id), shown.token)).certificate
    theirs = Shown(again.certificate.encode(), pem(key), again.certificate_id)
    async with shown_to(mutual, theirs) as stub:
        assert await code_of(stub.GetCertificate, by_id(theirs)) is UNAUTHENTICATED


async def test_what_another_one_renews_for_the_same_key_stays_its_owners(mutual: Live) -> None:
    """An operator who renews with the CSR that is known takes nobody's place, and nobody's access."""
    shown = await issued(mutual, profile_id=await _same_key_profile(mutual))
    operator = await mutual.token("op", roles={mutual.ids["project_id"]: "OPERATOR"})
    made = (await _renewed_by(mutual, shown, operator)).certificate
    renewed = Shown(made.certificate.encode(), shown.key, made.certificate_id)
    async with shown_to(mutual, renewed) as stub:
        assert await code_of(stub.GetCertificate, by_id(renewed)) is OK
