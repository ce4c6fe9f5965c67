"""Renewals that somebody asks for in the requester's place, under a profile that frees some of approvals."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager.v1 import certificate_service_pb2 as messages
from tests.ordering import csr_pem, open_policy
from tests.renewing.renewer import renew
from tests.renewing.stage import Stage
from tests.requests.offices import OPERATOR, Person, step

NEW = csr_pem()


async def freed(stage: Stage, how: str) -> tuple[str, Person]:
    """A certificate whose renewal needs no approval where its requester asks for it, and the requester."""
    requester, operator = await stage.official("REQUESTER"), await stage.official("OPERATOR")
    said: dict[str, Any] = {"bypass_identity_ids": [requester.id]}
    if how == "exempt":
        said = {"renewals_need_no_approval": True}
    profile_id = await stage.profile(step(OPERATOR), policy=open_policy(allow_key_reuse=True), **said)
    answer = await stage.ask(profile_id, by=requester)
    if answer.HasField("certificate"):
        return answer.certificate.certificate_id, requester
    return (await stage.approve(answer.certificate_request_id, operator)).certificate_id, requester


@pytest.mark.parametrize("how", ["bypass", "exempt"])
async def test_a_key_of_somebody_else_is_approved_first(sqlite_stage: Stage, how: str) -> None:
    """Else an operator would get, by a CSR of its own, what it may not have without a second person."""
    old_id, _ = await freed(sqlite_stage, how)
    operator = await sqlite_stage.official("OPERATOR")
    answer = await renew(sqlite_stage, old_id, by=operator, csr=NEW)
    assert not answer.HasField("certificate")
    failure = await sqlite_stage.refused("Approve", answer.certificate_request_id, operator)
    assert failure.reason == "SELF_APPROVAL"


@pytest.mark.parametrize("how", ["bypass", "exempt"])
async def test_the_requester_brings_a_key_as_before(sqlite_stage: Stage, how: str) -> None:
    """What the profile frees it of, it is free of."""
    old_id, requester = await freed(sqlite_stage, how)
    assert (await renew(sqlite_stage, old_id, by=requester, csr=NEW)).HasField("certificate")


async def test_renewals_that_need_no_approval_need_none_of_an_operator(sqlite_stage: Stage) -> None:
    """If the key is one that the server makes: it is the requester's to claim."""
    old_id, _ = await freed(sqlite_stage, "exempt")
    operator = await sqlite_stage.official("OPERATOR")
    answer = await renew(sqlite_stage, old_id, by=operator, generated_key=messages.GeneratedKey())
    assert answer.certificate.certificate_id
    assert not answer.certificate.private_key


async def test_who_asks_for_another_one_is_not_free_as_that_one_is(sqlite_stage: Stage) -> None:
    """A bypass is for the requests of whom it names."""
    old_id, _ = await freed(sqlite_stage, "bypass")
    operator = await sqlite_stage.official("OPERATOR")
    assert not (await renew(sqlite_stage, old_id, by=operator)).HasField("certificate")
