"""Policies and profiles over the wire: what the tests of both services say again and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1 import certificate_service_pb2 as issuing
from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1 import policy_service_pb2 as policy_messages
from certmanager.v1 import profile_service_pb2 as profile_messages
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from server.store.unit import Unit
from tests.serving import Failure, Live

Json = dict[str, Any]

OPEN: Json = {
    "anySubject": {},
    "anyAltNames": {},
    "anyKeyUsages": {},
    "anyExtendedKeyUsages": {},
    "anyKeyAlgorithms": {},
    "anySignatureAlgorithms": {},
    "validity": {"defaultLifetime": "864000s", "maxLifetime": "8640000s"},
}
"""A policy that allows everything, for 100 days."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who sets up policies and profiles on a server."""

    live: Live
    token: str | None = None
    project_id: str = ""

    @property
    def project(self) -> str:
        return self.project_id or self.live.ids["project_id"]

    @property
    def policies(self) -> Any:
        return self.live.stub(PolicyServiceStub)

    @property
    def profiles(self) -> Any:
        return self.live.profiles

    async def call(self, method: Any, request: Any) -> Any:
        return await self.live.call(method, request, token=self.token)

    async def refused(self, method: Any, request: Any) -> Failure:
        return await self.live.refused(method, request, token=self.token)

    async def policy(self, slug: str, said: Json = OPEN) -> policy_pb2.CertificatePolicy:
        """A new policy."""
        answer = await self.call(self.policies.CreateCertificatePolicy, self.new_policy(slug, said))
        return answer.certificate_policy  # type: ignore[no-any-return]

    def new_policy(self, slug: str, said: Json = OPEN) -> policy_messages.CreateCertificatePolicyRequest:
        message = json_format.ParseDict(
            {"projectId": self.project, "slug": slug, **said}, policy_pb2.CertificatePolicy()
        )
        return policy_messages.CreateCertificatePolicyRequest(certificate_policy=message)

    async def profile(self, slug: str, policy_id: str, **said: Any) -> profile_pb2.CertificateProfile:
        """A new profile."""
        request = self.new_profile(slug, policy_id, **said)
        answer = await self.call(self.profiles.CreateCertificateProfile, request)
        return answer.certificate_profile  # type: ignore[no-any-return]

    def new_profile(
        self, slug: str, policy_id: str, **said: Any
    ) -> profile_messages.CreateCertificateProfileRequest:
        return json_format.ParseDict(
            {
                "projectId": self.project,
                "caId": self.live.ids["ca_id"],
                "certificatePolicyId": policy_id,
                "slug": slug,
                "enrollmentType": "ENROLLMENT_TYPE_API",
                **said,
            },
            profile_messages.CreateCertificateProfileRequest(),
        )

    async def changed(self, id_: str, mask: str | None = None, **said: Any) -> policy_pb2.CertificatePolicy:
        """A policy after an update."""
        answer = await self.call(self.policies.UpdateCertificatePolicy, policy_update(id_, mask, **said))
        return answer.certificate_policy  # type: ignore[no-any-return]

    async def unchanged(self, id_: str, mask: str | None = None, **said: Any) -> Failure:
        """How an update of a policy is refused."""
        return await self.refused(self.policies.UpdateCertificatePolicy, policy_update(id_, mask, **said))

    async def reprofiled(
        self, id_: str, mask: str | None = None, **said: Any
    ) -> profile_pb2.CertificateProfile:
        """A profile after an update."""
        request = profile_update(id_, mask, **said)
        answer = await self.call(self.profiles.UpdateCertificateProfile, request)
        return answer.certificate_profile  # type: ignore[no-any-return]

    async def not_reprofiled(self, id_: str, mask: str | None = None, **said: Any) -> Failure:
        """How an update of a profile is refused."""
        return await self.refused(self.profiles.UpdateCertificateProfile, profile_update(id_, mask, **said))

    async def issue(self, profile_id: str, **attributes: Any) -> Any:
        """A new certificate."""
        return await self.call(self.live.certificates.IssueCertificate, order(profile_id, **attributes))


def order(profile_id: str, **attributes: Any) -> issuing.IssueCertificateRequest:
    request = issuing.IssueCertificateRequest(profile_id=profile_id)
    json_format.ParseDict(attributes or {"commonName": "a.example.com"}, request.attributes)
    return request


def policy_update(id_: str, mask: str | None, **said: Any) -> policy_messages.UpdateCertificatePolicyRequest:
    request = policy_messages.UpdateCertificatePolicyRequest()
    json_format.ParseDict({"id": id_, **said}, request.certificate_policy)
    _mask(request, mask)
    return request


def profile_update(
    id_: str, mask: str | None, **said: Any
) -> profile_messages.UpdateCertificateProfileRequest:
    request = profile_messages.UpdateCertificateProfileRequest()
    json_format.ParseDict({"id": id_, **said}, request.certificate_profile)
    _mask(request, mask)
    return request


def _mask(request: Any, mask: str | None) -> None:
    if mask is not None:
        request.update_mask.CopyFrom(FieldMask(paths=mask.split(",")))


def meanwhile(
    live: Live, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[object]], *, kind: str
) -> None:
    """Have ``act`` done once, just before the first unit with a change of that kind is stored."""
    commit = live.app.store.commit
    done: list[bool] = []

    async def commit_later(unit: Unit) -> int:
        if not done and any(change.kind.name == kind for change in unit.changes):
            done.append(True)
            await act()
        return await commit(unit)

    monkeypatch.setattr(live.app.store, "commit", commit_later)
