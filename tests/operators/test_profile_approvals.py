"""Approvals as profiles state them: kept, shown, and refused where nobody could ever give them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from server.ra.access.tokens import hash_token
from server.store.records import IdentityRecord, ObjectKind, TokenRecord
from server.store.unit import Change, Unit, Update
from tests.operators.setting_up import Desk
from tests.serving import Failure, Live

NOBODY = "0195e1a0-0000-7000-8000-000000000000"


async def test_a_profile_keeps_its_approvals(live: Live) -> None:
    """As its author wrote them."""
    desk, named = Desk(live), await _identity(live)
    config = {
        "steps": [
            {"name": "team", "approvalsRequired": 2, "roles": ["ROLE_OPERATOR"]},
            {"approvalsRequired": 1, "identityIds": [named]},
        ],
        "maxWait": "3600s",
        "bypassIdentityIds": [named],
        "allowSelfApproval": True,
    }
    made = await _profile(desk, config)
    assert [(step.name, step.approvals_required) for step in made.approval_config.steps] == [
        ("team", 2),
        ("", 1),
    ]
    assert made.approval_config.max_wait.seconds == 3600
    assert list(made.approval_config.bypass_identity_ids) == [named]


@pytest.mark.parametrize(
    "step",
    [
        {"approvalsRequired": 1, "roles": ["ROLE_VIEWER"]},
        {"approvalsRequired": 1, "roles": ["ROLE_REQUESTER", "ROLE_AUDITOR"]},
    ],
)
async def test_a_step_that_nobody_can_approve_is_refused(sqlite_live: Live, step: dict[str, Any]) -> None:
    """No role that it names approves anything."""
    failure = await _refused(Desk(sqlite_live), {"steps": [step]})
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.fields == {"approval_config.steps[0]": "APPROVAL_UNATTAINABLE"}


async def test_a_step_for_too_few_people_is_refused(sqlite_live: Live) -> None:
    """Two approvals by one person can never be."""
    step = {"approvalsRequired": 2, "identityIds": [await _identity(sqlite_live)]}
    failure = await _refused(Desk(sqlite_live), {"steps": [step]})
    assert failure.fields == {"approval_config.steps[0]": "APPROVAL_UNATTAINABLE"}


async def test_unknown_approvers_are_refused(live: Live) -> None:
    """All at once, each at its place."""
    step = {"approvalsRequired": 1, "roles": ["ROLE_ADMIN"], "identityIds": [await _identity(live), NOBODY]}
    config = {"steps": [step], "bypassIdentityIds": [NOBODY.upper().replace("0195", "0196")]}
    failure = await _refused(Desk(live), config)
    assert failure.fields == {
        "approval_config.steps[0].identity_ids[1]": "IDENTITY_UNKNOWN",
        "approval_config.bypass_identity_ids[0]": "IDENTITY_UNKNOWN",
    }


async def test_a_revoked_approver_is_refused(live: Live) -> None:
    """Whoever is revoked approves nothing any more."""
    named = await _identity(live)
    await _revoke(live, named)
    failure = await _refused(Desk(live), {"steps": [{"approvalsRequired": 1, "identityIds": [named]}]})
    assert failure.fields == {"approval_config.steps[0].identity_ids[0]": "IDENTITY_UNKNOWN"}


async def test_an_update_is_judged_too(live: Live) -> None:
    """With the path of the field in the update."""
    desk = Desk(live)
    made = await desk.profile("shop", (await desk.policy("web")).id)
    config = {"steps": [{"approvalsRequired": 1, "roles": ["ROLE_VIEWER"]}]}
    failure = await desk.not_reprofiled(made.id, "approval_config", approvalConfig=config)
    assert failure.fields == {"certificate_profile.approval_config.steps[0]": "APPROVAL_UNATTAINABLE"}


async def test_an_approver_that_was_revoked_since_bars_no_other_change(live: Live) -> None:
    """The update that has nothing to do with it passes."""
    desk, named = Desk(live), await _identity(live)
    step = {"approvalsRequired": 1, "roles": ["ROLE_ADMIN"], "identityIds": [named]}
    made = await _profile(desk, {"steps": [step]})
    await _revoke(live, named)
    changed = await desk.reprofiled(made.id, "description", description="still there")
    assert changed.description == "still there"


async def _profile(desk: Desk, config: dict[str, Any]) -> Any:
    return await desk.profile("shop", (await desk.policy("web")).id, approvalConfig=config)


async def _refused(desk: Desk, config: dict[str, Any]) -> Failure:
    request = desk.new_profile("shop", (await desk.policy("web")).id, approvalConfig=config)
    return await desk.refused(desk.profiles.CreateCertificateProfile, request)


async def _identity(live: Live) -> str:
    """The id of a new identity."""
    held = await live.app.store.get(TokenRecord, hash=hash_token(await live.token("approver")))
    assert held is not None
    return held.identity_id


async def _revoke(live: Live, id_: str) -> None:
    update = Update(IdentityRecord, {"id": id_}, {"revoked_at": live.clock()})
    await live.app.store.commit(Unit((update,), (Change(ObjectKind.IDENTITY, id_),)))
