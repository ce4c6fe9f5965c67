"""A call that creates something names its intent: it can be made again if the answer alone was lost."""

from __future__ import annotations

import uuid
from itertools import repeat
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2

from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest, ClaimPrivateKeyResponse
from certmanager.v1.certificate_service_pb2 import (
    IssueCertificateRequest,
    IssueCertificateResponse,
    RevokeCertificateRequest,
    RevokeCertificateResponse,
)
from certmanager.v1.project_service_pb2 import CreateProjectRequest, CreateProjectResponse
from certmanager_client import ApiError, Client, retries
from certmanager_client.methods import _METHODS, may_repeat, with_intent
from tests.cli.scripted import Failing, info, scripted

LOST = Failing(details=[info("BACKEND_UNAVAILABLE")])
"""As it is told where a server has acted and its answer did not arrive."""
UUID = "01a208fb-0dd8-7000-ab96-668465ddbc49"
CREATE = CreateProjectRequest(slug="web")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are as many as they are, and short."""
    short = list(repeat(0.001, retries.ATTEMPTS - 1))
    monkeypatch.setattr("certmanager_client.client.pauses", lambda: iter(short))


async def asked(request: Message, *answers: Failing | Message) -> list[Any]:
    """The requests that arrive."""
    async with scripted(*answers) as (client, script):
        await client.call(_method(client, request), request)
    return [type(request).FromString(each) for each in script.asked]


def _method(client: Client, request: Message) -> Any:
    return {
        CreateProjectRequest: client.projects.CreateProject,
        IssueCertificateRequest: client.certificates.IssueCertificate,
        RevokeCertificateRequest: client.certificates.RevokeCertificate,
        ClaimPrivateKeyRequest: client.requests.ClaimPrivateKey,
    }[type(request)]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (CREATE, CreateProjectResponse()),
        (IssueCertificateRequest(profile_id=UUID), IssueCertificateResponse()),
        (ClaimPrivateKeyRequest(certificate_request_id=UUID), ClaimPrivateKeyResponse()),
    ],
    ids=["create", "issue", "claim"],
)
async def test_after_a_lost_answer_the_same_id_is_sent_again(request_: Message, answer: Message) -> None:
    """By it the server knows what it has done already."""
    first, second = await asked(request_, LOST, answer)
    assert uuid.UUID(first.request_id).version == 4
    assert first == second


async def test_each_call_has_an_intent_of_its_own() -> None:
    """And the caller's message stays as it is."""
    (first,) = await asked(CREATE, CreateProjectResponse())
    (second,) = await asked(CREATE, CreateProjectResponse())
    assert first.request_id != second.request_id
    assert CreateProjectRequest(slug="web") == CREATE


async def test_an_id_of_the_caller_is_kept() -> None:
    named = CreateProjectRequest(slug="web", request_id=UUID)
    assert await asked(named, LOST, CreateProjectResponse()) == [named, named]


async def test_what_checks_only_has_no_intent() -> None:
    asking = IssueCertificateRequest(profile_id=UUID, validate_only=True)
    assert await asked(asking, IssueCertificateResponse()) == [asking]


async def test_what_is_idempotent_needs_no_intent() -> None:
    """Revoking twice is revoking."""
    revoking = RevokeCertificateRequest(certificate_id=UUID)
    assert await asked(revoking, LOST, RevokeCertificateResponse()) == [revoking, revoking]


async def test_a_first_attempt_that_is_under_way_is_waited_for() -> None:
    """ABORTED is not told to the caller, who has asked once."""
    delay = error_details_pb2.RetryInfo(retry_delay=Duration(nanos=1_000_000))
    running = Failing(grpc.StatusCode.ABORTED, details=[info("REQUEST_IN_PROGRESS"), delay])
    assert len(await asked(CREATE, LOST, running, CreateProjectResponse())) == 3


async def test_other_refusals_are_told_at_once() -> None:
    taken = Failing(grpc.StatusCode.ALREADY_EXISTS, details=[info("SLUG_TAKEN")])
    with pytest.raises(ApiError) as caught:
        await asked(CREATE, taken)
    assert caught.value.reason == "SLUG_TAKEN"


WITH_ID = sorted(
    name for name, method in _METHODS.items() if "request_id" in method.input_type.fields_by_name
)


@pytest.mark.parametrize("name", WITH_ID)
def test_every_call_that_can_name_its_intent_may_be_repeated(name: str) -> None:
    """Either by nature, or because the client names it."""
    request = GetMessageClass(_METHODS[name].input_type)()
    assert may_repeat(with_intent(request))
