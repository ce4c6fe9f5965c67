"""What tells two calls with a ``request_id`` apart, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certmanager.v1 import certificate_request_service_pb2 as requests
from certmanager.v1 import certificate_service_pb2 as certificates
from certmanager.v1 import project_service_pb2 as projects
from server.api.concerns.attempts import attempt_of, can_be_repeated
from tests.api.echoing import UUID

METHOD = "certmanager.v1.CertificateService/IssueCertificate"
OTHER = UUID.replace("0195e1a0", "0195e1a1")


def order(**fields: Any) -> certificates.IssueCertificateRequest:
    request = certificates.IssueCertificateRequest(profile_id=UUID, request_id=UUID)
    request.MergeFrom(certificates.IssueCertificateRequest(**fields))
    return request


def digest(request: Any) -> bytes:
    attempt = attempt_of(METHOD, request)
    assert attempt is not None
    return attempt.digest


def waiting() -> certificates.IssueCertificateRequest:
    request = order()
    request.wait.FromSeconds(5)
    return request


def named() -> certificates.IssueCertificateRequest:
    request = order()
    request.attributes.common_name = "a.example.com"
    return request


def test_an_attempt_is_named_by_its_method_and_its_id() -> None:
    attempt = attempt_of(METHOD, order())
    assert attempt is not None
    assert (attempt.method, attempt.request_id, len(attempt.digest)) == (METHOD, UUID, 32)


def test_without_an_id_there_is_none() -> None:
    assert attempt_of(METHOD, certificates.IssueCertificateRequest(profile_id=UUID)) is None


def test_who_only_asks_makes_no_attempt() -> None:
    assert attempt_of(METHOD, order(validate_only=True)) is None


@pytest.mark.parametrize(
    "same",
    [
        lambda: order(request_id=OTHER),
        lambda: order(key_password="secret"),
        waiting,
    ],
    ids=["request_id", "key_password", "wait"],
)
def test_what_is_no_part_of_the_intent_makes_no_difference(same: Callable[[], Any]) -> None:
    assert digest(same()) == digest(order())


@pytest.mark.parametrize(
    "different",
    [
        lambda: order(profile_id=OTHER),
        lambda: order(key_format=2),
        lambda: order(auto_renew=False),
        lambda: order(csr="x"),
        named,
    ],
    ids=["profile", "key format", "presence of a flag", "CSR", "attributes"],
)
def test_every_other_difference_is_one(different: Callable[[], Any]) -> None:
    assert digest(different()) != digest(order())


def test_a_password_leaves_no_trace_in_a_claims_digest() -> None:
    """The claim has one of its own."""
    claim = requests.ClaimPrivateKeyRequest(certificate_request_id=UUID, request_id=UUID)
    plain = digest(claim)
    claim.key_password = "secret"
    assert digest(claim) == plain


def test_the_request_is_left_as_it_is() -> None:
    """The servicer reads it after this."""
    request = waiting()
    digest(request)
    assert request == waiting()


@pytest.mark.parametrize(
    ("message", "can"),
    [
        (projects.CreateProjectRequest, True),
        (projects.UpdateProjectRequest, False),
        (requests.GetCertificateRequestRequest, False),
    ],
)
def test_a_call_can_be_repeated_if_its_request_has_the_field(message: Any, can: object) -> None:
    """Read from the contract, so that no method is forgotten."""
    assert can_be_repeated(message.DESCRIPTOR) is can
