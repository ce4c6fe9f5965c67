"""What is shown instead of a page."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from server.web.refusals import Refused
from server.web.ui.errors import HANDLERS
from server.web.ui.visit import open_route
from tests.facing.faces import Face
from tests.standing import IN_SESSION


def _refused(code: grpc.StatusCode, *details: Any, message: str = "the sentence") -> Refused:
    status = Status(code=code.value[0], message=message)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return Refused(status)


def _shown(error: Exception) -> Any:
    """The answer of a page that fails with the error."""

    async def fails(_: Request) -> Response:
        raise error

    app = Starlette(routes=[open_route("/", fails, name="fails")], exception_handlers=HANDLERS)
    return TestClient(app, raise_server_exceptions=False).get("/")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.NOT_FOUND, 404),
        (grpc.StatusCode.PERMISSION_DENIED, 403),
        (grpc.StatusCode.INVALID_ARGUMENT, 400),
        (grpc.StatusCode.FAILED_PRECONDITION, 409),
        (grpc.StatusCode.ABORTED, 409),
        (grpc.StatusCode.ALREADY_EXISTS, 409),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
        (grpc.StatusCode.UNAVAILABLE, 503),
        (grpc.StatusCode.DEADLINE_EXCEEDED, 504),
        (grpc.StatusCode.INTERNAL, 500),
    ],
)
def test_a_refusal_has_the_status_that_goes_with_it(code: grpc.StatusCode, status: int) -> None:
    answer = _shown(_refused(code))
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE])
def test_who_comes_too_early_is_told_when_to_come_again(code: grpc.StatusCode) -> None:
    late = RetryInfo(retry_delay=Duration(seconds=7, nanos=1_000_000))
    assert _shown(_refused(code, late)).headers["retry-after"] == "8"
    assert _shown(_refused(code)).headers["retry-after"] == "1"


def test_of_a_mistake_of_ours_nothing_is_told() -> None:
    answer = _shown(RuntimeError("the secret"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_is_told_is_text() -> None:
    answer = _shown(_refused(grpc.StatusCode.FAILED_PRECONDITION, message="<script>alert(1)</script>"))
    assert "<script>alert" not in answer.text


class TestServed:
    """Over HTTP."""

    pytestmark = IN_SESSION

    async def test_an_unknown_page_is_html(self, standing_face: Face) -> None:
        async with standing_face.client() as client:
            answer = await client.get("/no/such/page")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")

    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing"])
    async def test_an_unknown_path_of_the_api_is_json(self, standing_face: Face, path: str) -> None:
        async with standing_face.client() as client:
            answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == grpc.StatusCode.NOT_FOUND.value[0]

    async def test_a_page_is_not_for_every_method(self, standing_face: Face) -> None:
        async with standing_face.client() as client:
            answer = await client.delete("/sign-in")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]

    async def test_who_may_not_is_told_which_permission_it_takes(self, standing_face: Face) -> None:
        live = standing_face.live
        project = await live.project("denied")
        async with standing_face.signed_in(await live.token("denied", roles={project: "VIEWER"})) as client:
            html = (await client.get("/projects")).text
            csrf = html.split('name="csrf" value="')[1].split('"')[0]
            answer = await client.post("/projects", data={"csrf": csrf, "slug": "mine"})
        assert "New project" not in html
        assert answer.status_code == 403
        assert "projects.create" in answer.text
