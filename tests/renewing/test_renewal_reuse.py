"""With which keys a certificate is not renewed: those that its lineage has had, where that is not allowed."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm
from tests.ordering import OID, csr_pem, der_of, key_of, open_policy
from tests.renewing.renewer import refused, renew
from tests.renewing.stage import Stage

GENERATED = messages.GeneratedKey()


@pytest.mark.parametrize(
    ("allowed", "rules"),
    [
        ((), {"CSR_REUSED", "KEY_REUSED"}),
        (("profile",), {"KEY_REUSED"}),
        (("policy",), {"CSR_REUSED"}),
    ],
)
async def test_the_same_csr_again_needs_profile_and_policy(
    sqlite_stage: Stage, allowed: tuple[str, ...], rules: set[str]
) -> None:
    """The refusal says which of the two forbids it."""
    policy = open_policy(allow_key_reuse="policy" in allowed)
    profile_id = await sqlite_stage.renewing(policy=policy, renew_with_same_key="profile" in allowed)
    old_id = await sqlite_stage.issued(profile_id, csr=csr_pem())
    failure = await refused(sqlite_stage, old_id)
    violations = failure.details["PreconditionFailure"].violations
    assert {each.description.partition(":")[0] for each in violations} == rules
    assert {each.subject for each in violations} == {"csr"}


@pytest.mark.parametrize("source", ["csr", "csr_der"])
@pytest.mark.parametrize("of", ["first", "second", "server's"])
async def test_a_key_of_the_lineage_counts_as_used(stage: Stage, of: str, source: str) -> None:
    """Also in another CSR, and if it is not the predecessor's own."""
    first_key, second_key = key_of(KeyAlgorithm.EC_PRIME256V1), key_of(KeyAlgorithm.EC_SECP384R1)
    profile_id = await stage.renewing()
    id_ = await stage.issued(profile_id, csr=csr_pem(key=first_key))
    id_ = (await renew(stage, id_, csr=csr_pem(key=second_key))).certificate.certificate_id
    made = await renew(stage, id_, generated_key=GENERATED)
    server_key = load_pem_private_key(made.certificate.private_key.encode(), None)
    key = {"first": first_key, "second": second_key, "server's": server_key}[of]
    csr = csr_pem(key=key, names=())
    said: dict[str, Any] = {source: der_of(csr) if source == "csr_der" else csr}
    failure = await refused(stage, made.certificate.certificate_id, **said)
    assert failure.fields == {source: "KEY_REUSED"}


async def test_another_lineage_may_have_the_key(sqlite_stage: Stage) -> None:
    """Only a renewal is asked for a new one."""
    profile_id = await sqlite_stage.renewing()
    await sqlite_stage.issued(profile_id, csr=csr_pem())
    old_id = await sqlite_stage.issued(profile_id)
    assert (await renew(sqlite_stage, old_id, csr=csr_pem())).certificate.certificate_id


async def test_a_new_csr_with_the_old_key_needs_the_policy_alone(sqlite_stage: Stage) -> None:
    """The profile speaks of the same CSR."""
    profile_id = await sqlite_stage.renewing(policy=open_policy(allow_key_reuse=True))
    old_id = await sqlite_stage.issued(profile_id, csr=csr_pem(), common_name="a.example.com")
    other = csr_pem(subject=[(OID.COMMON_NAME, "a.example.com")])
    assert (await renew(sqlite_stage, old_id, csr=other)).certificate.certificate_id
