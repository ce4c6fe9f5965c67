"""Who decides about a request, and what comes of deciding twice, too late, or at the same time."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.requests.offices import (
    ADMIN,
    CANCELLED,
    ISSUED,
    OPERATOR,
    OWNER,
    VIEWER,
    WAITS,
    Office,
    Person,
    step,
)
from tests.standing import IN_SESSION

pytestmark = IN_SESSION


def _owner(office: Office) -> Person:
    return Person("", "", office.live.owner)


@pytest.mark.parametrize(("role", "named"), [("OPERATOR", OPERATOR), ("ADMIN", ADMIN)])
async def test_the_role_that_a_step_names_decides(office: Office, role: str, named: Any) -> None:
    """Whoever holds it in the project approves."""
    id_ = await office.waiting(await office.profile(step(named)))
    assert (await office.approve(id_, await office.person(role))).state == ISSUED


async def test_an_owner_approves_where_owners_are_named(sqlite_office: Office) -> None:
    """By its own role, in whatever project."""
    office = sqlite_office
    asker = await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(step(OWNER)), by=asker)
    assert (await office.approve(id_, _owner(office))).state == ISSUED


@pytest.mark.parametrize("named", [OPERATOR, ADMIN])
async def test_an_owner_is_no_operator(sqlite_office: Office, named: Any) -> None:
    """A role counts by its own name alone, however mighty its holder is."""
    office = sqlite_office
    asker = await office.person("REQUESTER")
    id_ = await office.waiting(await office.profile(step(named)), by=asker)
    failure = await office.refused("Approve", id_, _owner(office))
    assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert failure.metadata["step"] == "0"


async def test_an_admin_is_no_operator(sqlite_office: Office) -> None:
    """Nor does a wider role of the project stand in for the one that is named."""
    id_ = await sqlite_office.waiting(await sqlite_office.profile())
    failure = await sqlite_office.refused("Reject", id_, await sqlite_office.person("ADMIN"))
    assert failure.reason == "PERMISSION_DENIED"


async def test_a_named_identity_decides(office: Office) -> None:
    """Also one whose role the step does not name, whatever case its id is written in."""
    named = await office.person("ADMIN")
    id_ = await office.waiting(await office.profile(step(ids=[named.id.upper()])))
    assert (await office.approve(id_, named)).state == ISSUED


async def test_nobody_decides_without_the_permission(sqlite_office: Office) -> None:
    """A viewer that a step names by id has no role that lets it approve."""
    office = sqlite_office
    named = await office.person("VIEWER")
    id_ = await office.waiting(await office.profile(step(OPERATOR, ids=[named.id])))
    assert (await office.refused("Approve", id_, named)).reason == "PERMISSION_DENIED"


async def test_a_role_for_the_profile_decides(office: Office) -> None:
    """A role that is narrowed to the profile is held there."""
    profile_id = await office.profile()
    narrow = await office.person("OPERATOR", profile_id=profile_id)
    id_ = await office.waiting(profile_id)
    assert (await office.approve(id_, narrow)).state == ISSUED


async def test_a_role_for_another_profile_does_not_decide(sqlite_office: Office) -> None:
    """To its holder the request does not exist."""
    office = sqlite_office
    narrow = await office.person("OPERATOR", profile_id=await office.profile())
    id_ = await office.waiting(await office.profile())
    assert (await office.refused("Approve", id_, narrow)).code is grpc.StatusCode.NOT_FOUND


async def test_nobody_approves_their_own(office: Office) -> None:
    """Though the step names their role."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(), by=operator)
    failure = await office.refused("Approve", id_, operator)
    assert (failure.code, failure.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SELF_APPROVAL")
    assert (await office.state(id_)).state == WAITS


async def test_the_profile_may_allow_it(office: Office) -> None:
    """Then a requester's own approval counts as any."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(allow_self_approval=True), by=operator)
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_one_person_counts_once_a_step(office: Office) -> None:
    """Approving the same step again changes nothing, and answers the present state."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)))
    first = await office.approve(id_, operator)
    assert await office.approve(id_, operator, revision=first.revision - 1) == first
    assert await office.state(id_) == first


async def test_one_person_may_decide_in_each_step(office: Office) -> None:
    """Steps are apart: who may, approves in both."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR), step(OPERATOR)))
    assert (await office.approve(id_, operator)).state == WAITS
    assert (await office.approve(id_, operator)).state == ISSUED


async def test_who_has_approved_a_step_does_not_reject_it(sqlite_office: Office) -> None:
    """One person has one say."""
    office, operator = sqlite_office, await sqlite_office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=2)))
    await office.approve(id_, operator)
    assert (await office.refused("Reject", id_, operator)).reason == "STATE_CONFLICT"


async def test_rejecting_again_answers_it_again(office: Office) -> None:
    """To the one who did it; another is told the state."""
    first, other = await office.person("OPERATOR"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile())
    done = await office.reject(id_, first, comment="no")
    assert await office.reject(id_, first, comment="again") == done
    assert (await office.refused("Reject", id_, other)).reason == "STATE_CONFLICT"


async def test_cancelling_again_answers_it_again(office: Office) -> None:
    """To anybody who may cancel."""
    asker, operator = await office.person("REQUESTER"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(), by=asker)
    done = await office.cancel(id_, asker)
    assert await office.cancel(id_, operator, comment="again") == done


@pytest.mark.parametrize("role", ["OPERATOR", "ADMIN"])
async def test_others_cancel_by_their_role(sqlite_office: Office, role: str) -> None:
    """Not the requester alone."""
    id_ = await sqlite_office.waiting(await sqlite_office.profile())
    assert (await sqlite_office.cancel(id_, await sqlite_office.person(role))).state == CANCELLED


@pytest.mark.parametrize("verb", ["Approve", "Reject", "Cancel"])
async def test_nothing_is_decided_by_who_saw_something_else(office: Office, verb: str) -> None:
    """The present revision is told, to look again."""
    first, second = await office.person("OPERATOR"), await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=3)))
    seen = (await office.state(id_)).revision
    present = await office.approve(id_, first)
    failure = await office.refused(verb, id_, second, revision=seen)
    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "VERSION_MISMATCH")
    assert failure.metadata["revision"] == str(present.revision)
    assert await office.state(id_) == present


async def test_the_revision_that_was_seen_is_taken(office: Office) -> None:
    """Who saw the present state decides."""
    id_ = await office.waiting(await office.profile())
    seen = (await office.state(id_)).revision
    assert (await office.approve(id_, await office.person("OPERATOR"), revision=seen)).state == ISSUED


async def test_ids_are_the_same_in_any_case(sqlite_office: Office) -> None:
    """A UUID's letters are written as one likes."""
    id_ = await sqlite_office.waiting(await sqlite_office.profile())
    done = await sqlite_office.approve(id_.upper(), await sqlite_office.person("OPERATOR"))
    assert done.state == ISSUED


async def test_a_step_for_viewers_alone_is_nobodys(sqlite_office: Office) -> None:
    """Such a profile cannot be made; one that stands in the database is approved by nobody."""
    id_ = await sqlite_office.waiting(await sqlite_office.profile(step(VIEWER)))
    viewer = await sqlite_office.person("VIEWER")
    assert (await sqlite_office.refused("Approve", id_, viewer)).reason == "PERMISSION_DENIED"
