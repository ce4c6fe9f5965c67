"""What the client library does with a call: deadline, token, retries, pages, errors."""

from __future__ import annotations

from itertools import repeat

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

from certmanager.v1.access_service_pb2 import (
    RevokeIdentityRequest,
    RevokeIdentityResponse,
    WhoAmIRequest,
    WhoAmIResponse,
)
from certmanager.v1.project_pb2 import Project
from certmanager.v1.project_service_pb2 import (
    CreateProjectRequest,
    CreateProjectResponse,
    ListProjectsRequest,
    ListProjectsResponse,
)
from certmanager_client import ApiError, Violation, retries
from tests.cli.scripted import Failing, info, scripted

BUSY = Failing(details=[info("BACKEND_UNAVAILABLE")])
UUID = "01a208fb-0dd8-7000-ab96-668465ddbc49"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as many as they are, and short."""
    short = list(repeat(0.001, retries.ATTEMPTS - 1))
    monkeypatch.setattr("certmanager_client.client.pauses", lambda: iter(short))


async def test_each_call_has_a_deadline_and_the_token() -> None:
    async with scripted(WhoAmIResponse()) as (client, script):
        await client.call(client.access.WhoAmI, WhoAmIRequest())
        await client.call(client.access.WhoAmI, WhoAmIRequest(), timeout=5)
    assert 25 < script.left[0] < 31
    assert 2 < script.left[1] < 6
    assert {each["authorization"] for each in script.seen} == {"Bearer cm_x"}


async def test_what_only_reads_is_tried_again() -> None:
    async with scripted(BUSY, BUSY, WhoAmIResponse()) as (client, script):
        await client.call(client.access.WhoAmI, WhoAmIRequest())
    assert len(script.asked) == 3


async def test_what_is_idempotent_is_tried_again() -> None:
    async with scripted(BUSY, RevokeIdentityResponse()) as (client, script):
        await client.call(client.access.RevokeIdentity, RevokeIdentityRequest(id=UUID))
    assert len(script.asked) == 2


async def test_what_creates_is_tried_again_if_it_names_its_intent() -> None:
    """With the same bytes, so that the server knows it."""
    async with scripted(BUSY, CreateProjectResponse()) as (client, script):
        await client.call(client.projects.CreateProject, CreateProjectRequest(slug="web", request_id=UUID))
    assert len(script.asked) == 2
    assert len(set(script.asked)) == 1


async def test_attempts_come_to_an_end() -> None:
    async with scripted(BUSY) as (client, script):
        with pytest.raises(ApiError) as caught:
            await client.call(client.access.WhoAmI, WhoAmIRequest())
    assert (len(script.asked), caught.value.reason) == (retries.ATTEMPTS, "BACKEND_UNAVAILABLE")


async def test_the_server_says_how_long_to_wait() -> None:
    """And a wait beyond the deadline is not begun."""
    patience = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=20))
    busy = Failing(details=[info("BACKEND_UNAVAILABLE"), patience])
    async with scripted(busy) as (client, script):
        with pytest.raises(ApiError) as caught:
            await client.call(client.access.WhoAmI, WhoAmIRequest(), timeout=10)
    assert (len(script.asked), caught.value.retry_after) == (1, 20)


async def test_other_failures_are_not_tried_again() -> None:
    denied = Failing(grpc.StatusCode.PERMISSION_DENIED, "no", [info("PERMISSION_DENIED")])
    async with scripted(denied) as (client, script):
        with pytest.raises(ApiError):
            await client.call(client.access.WhoAmI, WhoAmIRequest())
    assert len(script.asked) == 1


def page(*slugs: str, then: str = "") -> ListProjectsResponse:
    return ListProjectsResponse(projects=[Project(slug=slug) for slug in slugs], next_page_token=then)


async def test_pages_are_joined() -> None:
    async with scripted(page("a", "b", then="1"), page(then="2"), page("c")) as (client, script):
        answer = await client.all_pages(client.projects.ListProjects, ListProjectsRequest(name="*"))
    asked = [ListProjectsRequest.FromString(each) for each in script.asked]
    assert answer == page("a", "b", "c")
    assert [(each.page_token, each.name) for each in asked] == [("", "*"), ("1", "*"), ("2", "*")]


async def test_no_more_pages_than_were_asked_for() -> None:
    """What is left is told by the token."""
    async with scripted(page("a", "b", then="1"), page("c", then="2")) as (client, script):
        answer = await client.all_pages(client.projects.ListProjects, ListProjectsRequest(), most=3)
    asked = [ListProjectsRequest.FromString(each) for each in script.asked]
    assert answer == page("a", "b", "c", then="2")
    assert [each.page_size for each in asked] == [3, 1]


async def failure(*details: object, code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT) -> ApiError:
    async with scripted(Failing(code, "it is wrong", details)) as (client, _):  # type: ignore[arg-type]
        with pytest.raises(ApiError) as caught:
            await client.call(client.access.WhoAmI, WhoAmIRequest())
    return caught.value


async def test_violations_of_form_and_of_policy_are_one_list() -> None:
    """Numbered through, with what was sent and what would be allowed."""
    form = error_details_pb2.BadRequest(
        field_violations=[{"field": "a", "reason": "STRING_PATTERN", "description": "no match"}]
    )
    policy = error_details_pb2.PreconditionFailure(
        violations=[{"type": "POLICY", "subject": "b", "description": "LIFETIME_TOO_LONG: too long: by far"}]
    )
    told = info("INVALID_FIELD", violationCount="5", violation0Value="x", violation1Allowed="1y")
    error = await failure(told, form, policy)
    assert error.violations == (
        Violation("a", "STRING_PATTERN", "no match", "x", ""),
        Violation("b", "LIFETIME_TOO_LONG", "too long: by far", "", "1y"),
    )
    assert (error.code.name, error.reason, error.message) == (
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        "it is wrong",
    )
    assert error.violation_count == 5


async def test_a_precondition_without_a_rule_keeps_its_sentence() -> None:
    broken = {"type": "CA_NOT_ACTIVE", "subject": "x", "description": "the CA is disabled: no signing"}
    policy = error_details_pb2.PreconditionFailure(violations=[broken])
    error = await failure(info("CA_NOT_ACTIVE"), policy, code=grpc.StatusCode.FAILED_PRECONDITION)
    assert error.violations == (Violation("x", "CA_NOT_ACTIVE", "the CA is disabled: no signing"),)


async def test_the_thing_and_the_trace_are_told() -> None:
    thing = error_details_pb2.ResourceInfo(resource_type="certmanager.v1.Project", resource_name="web")
    trace = error_details_pb2.RequestInfo(request_id="abc")
    error = await failure(info("RESOURCE_NOT_FOUND"), thing, trace, code=grpc.StatusCode.NOT_FOUND)
    assert error.resource is not None
    assert (error.resource.type, error.resource.name, error.trace_id) == ("Project", "web", "abc")


async def test_a_status_without_details_names_the_address() -> None:
    """A proxy's, for example."""
    error = await failure(code=grpc.StatusCode.UNIMPLEMENTED)
    assert error.reason == ""
    assert "answered UNIMPLEMENTED without saying why: it is wrong" in error.message


async def test_a_token_is_in_no_text() -> None:
    denied = Failing(grpc.StatusCode.UNAUTHENTICATED, "no", [info("CREDENTIALS_INVALID")])
    async with scripted(denied, token="cm_secret") as (client, _):
        with pytest.raises(ApiError) as caught:
            await client.call(client.access.WhoAmI, WhoAmIRequest())
    assert "cm_secret" not in repr(caught.value) + str(caught.value) + repr(vars(caught.value))
