"""What an operator's call costs the loop: not what the project has, but what the call is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import policy_pb2
from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from server.api.documents import Compiler
from server.ca.authorities import Authorities
from server.ids import new_id
from server.store import Insert, Unit
from server.store.records import PolicyRecord, ProfileRecord
from tests.operators.setting_up import OPEN
from tests.serving import Live

MANY = 250


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often something costly was done: a policy compiled, its lifetimes read, a CA's key unsealed."""
    counted: Counter[str] = Counter()

    def count(owner: Any, method: str, name: str) -> None:
        costly = getattr(owner, method)

        def counting(self: Any, *arguments: Any, **named: Any) -> Any:
            counted[name] += 1
            return costly(self, *arguments, **named)

        monkeypatch.setattr(owner, method, counting)

    count(Compiler, "policy", "compiled")
    count(Compiler, "lifetime", "read")
    count(Authorities, "issuer", "unsealed")
    return counted


async def _policies(live: Live) -> list[PolicyRecord]:
    """Many policies, of longer and longer lifetimes."""
    now, message = live.clock(), json_format.ParseDict(OPEN, policy_pb2.CertificatePolicy())
    made = []
    for n in range(MANY):
        message.validity.max_lifetime.seconds = 864_000 + n
        made.append(
            PolicyRecord(
                id=new_id(),
                project_id=live.ids["project_id"],
                slug=f"p{n}",
                document=message.SerializeToString(),
                created_at=now,
                updated_at=now,
            )
        )
    await live.app.store.commit(Unit(tuple(map(Insert, made))))
    return made


async def _profiles(live: Live, policy_ids: list[str], ca_id: str) -> None:
    record = await live.app.store.get(ProfileRecord, id=live.ids["profile_id"])
    assert record is not None
    made = (
        replace(record, id=new_id(), slug=f"q{n}", policy_id=id_, ca_id=ca_id)
        for n, id_ in enumerate(policy_ids)
    )
    await live.app.store.commit(Unit(tuple(map(Insert, made))))


async def _warnings(live: Live, ca_id: str) -> list[str]:
    stub = live.stub(CertificateAuthorityServiceStub)
    request = authorities.GetCertificateAuthorityRequest(id=ca_id)
    return list((await live.call(stub.GetCertificateAuthority, request)).certificate_authority.warnings)


async def test_a_ca_is_told_without_a_look_at_policies_of_others(live: Live, done: Counter[str]) -> None:
    """Only those of profiles on it, and these once for each revision."""
    made = await _policies(live)
    busy, idle = await live.authority(), await live.authority()
    await _profiles(live, [record.id for record in made[:3]], busy)
    done.clear()
    await _warnings(live, idle)
    assert done == {}
    for _ in range(2):
        await _warnings(live, busy)
        assert done == {"read": 3}


async def test_the_longest_lifetime_of_many_policies_counts(live: Live) -> None:
    """More than are read at once; the one that outgrows the CA is among the last, then is changed."""
    made = await _policies(live)
    ca = await live.authority(lifetime=timedelta(days=60))
    await _profiles(live, [record.id for record in made], ca)
    assert await _warnings(live, ca) == []
    stub = live.stub(PolicyServiceStub)
    changed = policy_pb2.CertificatePolicy(id=made[-1].id)
    changed.validity.max_lifetime.seconds = 90 * 86_400
    mask = FieldMask(paths=["validity.max_lifetime"])
    request = policies.UpdateCertificatePolicyRequest(certificate_policy=changed, update_mask=mask)
    await live.call(stub.UpdateCertificatePolicy, request)
    (warning,) = await _warnings(live, ca)
    assert "no certificate can outlast it" in warning


async def _update(live: Live, policy: policy_pb2.CertificatePolicy, path: str) -> None:
    request = policies.UpdateCertificatePolicyRequest(
        certificate_policy=policy, update_mask=FieldMask(paths=[path])
    )
    await live.call(live.stub(PolicyServiceStub).UpdateCertificatePolicy, request)


async def test_a_policy_change_unseals_a_cas_key_once(live: Live, done: Counter[str]) -> None:
    """However many profiles are judged, and not even once if the key is known."""
    (policy, *_), ca = await _policies(live), await live.authority()
    await _profiles(live, [policy.id] * 20, ca)
    changed, before = policy_pb2.CertificatePolicy(id=policy.id), done["unsealed"]
    for days in (40, 50):
        changed.validity.max_lifetime.seconds = days * 86_400
        await _update(live, changed, "validity.max_lifetime")
        assert done["unsealed"] - before == 1


async def test_a_policy_that_is_renamed_is_not_judged(live: Live, done: Counter[str]) -> None:
    (policy, *_), ca = await _policies(live), await live.authority()
    await _profiles(live, [policy.id], ca)
    done.clear()
    await _update(live, policy_pb2.CertificatePolicy(id=policy.id, slug="renamed"), "slug")
    assert (done["compiled"], done["unsealed"]) == (0, 0)
    stored = await live.app.store.get(PolicyRecord, id=policy.id)
    assert stored is not None
    assert stored.slug == "renamed"


async def test_a_ca_that_changed_is_not_remembered_as_it_was(live: Live) -> None:
    """Its issuer is known by all of its record: disabled, it signs nothing."""
    ca = await live.authority()
    request = certificates.IssueCertificateRequest(profile_id=await live.profile(ca_id=ca))
    request.attributes.common_name = "a.example.com"
    await live.call(live.certificates.IssueCertificate, request)
    stub = live.stub(CertificateAuthorityServiceStub)
    disable = authorities.DisableCertificateAuthorityRequest(id=ca)
    await live.call(stub.DisableCertificateAuthority, disable)
    failure = await live.refused(live.certificates.IssueCertificate, request)
    assert failure.reason == "CA_NOT_ACTIVE"
