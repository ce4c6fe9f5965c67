"""A request that somebody else approves, watched with the real grpcurl: each state is printed as it comes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import IO, Any

import pytest

from tests.e2e.grpcurl import Grpcurl
from tests.e2e.processes import PATIENCE, Process

REQUESTS = "CertificateRequestService"
WATCH = f"certmanager.v1.{REQUESTS}/WatchCertificateRequest"


@pytest.fixture(scope="module")
def operated(shared: Process, grpcurl: Grpcurl) -> Process:
    """The server, called with the token of an identity that is an operator."""
    person = {"name": "grpcurl-operator", "kind": "IDENTITY_KIND_PERSON"}
    identity = grpcurl.call(shared, "AccessService/CreateIdentity", person)["identity"]["id"]
    role = {"identityId": identity, "role": "ROLE_OPERATOR", "projectId": shared.ids["project_id"]}
    grpcurl.call(shared, "AccessService/CreateRoleBinding", role)
    token = grpcurl.call(shared, "AccessService/CreateAccessToken", {"identityId": identity})
    return shared.with_token(token["secret"])


@pytest.fixture(scope="module")
def profile_id(shared: Process, grpcurl: Grpcurl) -> str:
    """A profile with one step, which an operator approves."""
    request = {
        "projectId": shared.ids["project_id"],
        "caId": shared.ids["ca_id"],
        "certificatePolicyId": shared.ids["certificate_policy_id"],
        "slug": "grpcurl-approved",
        "enrollmentType": "ENROLLMENT_TYPE_API",
        "apiConfig": {},
        "approvalConfig": {"steps": [{"approvalsRequired": 1, "roles": ["ROLE_OPERATOR"]}]},
    }
    answer = grpcurl.call(shared, "ProfileService/CreateCertificateProfile", request)
    return str(answer["certificateProfile"]["id"])


@pytest.fixture
def pending(shared: Process, grpcurl: Grpcurl, profile_id: str) -> str:
    """The id of the owner's request, which waits."""
    order = {"profileId": profile_id, "attributes": {"commonName": "watched.example.com"}}
    return str(grpcurl.call(shared, "CertificateService/IssueCertificate", order)["certificateRequestId"])


@pytest.fixture
def watch(shared: Process, grpcurl: Grpcurl, pending: str) -> Iterator[subprocess.Popen[str]]:
    """grpcurl at work, watching the request."""
    with grpcurl.started(
        shared, "-d", json.dumps({"certificateRequestId": pending}), shared.target, WATCH
    ) as watch:
        yield watch
        watch.kill()


def told(stream: IO[str] | None) -> dict[str, Any]:
    """The next message that grpcurl prints; it ends with the brace that begins a line."""
    assert stream is not None
    lines = [line := stream.readline()]
    while line.strip() and line != "}\n":
        lines.append(line := stream.readline())
    return dict(json.loads("".join(lines)))


STATE = "CERTIFICATE_REQUEST_STATE_"
ENDINGS = {"ApproveCertificateRequest": f"{STATE}ISSUED", "RejectCertificateRequest": f"{STATE}REJECTED"}


@pytest.mark.parametrize("decision", ENDINGS)
def test_a_watch_through_a_decision_prints_both_states_and_exits_with_0(
    operated: Process, grpcurl: Grpcurl, pending: str, watch: subprocess.Popen[str], decision: str
) -> None:
    """The first before anybody decides; status 0 says that the request has ended, not how."""
    assert told(watch.stdout)["certificateRequest"]["state"] == f"{STATE}PENDING_APPROVAL"
    request = {"certificateRequestId": pending}
    grpcurl.call(operated, f"{REQUESTS}/{decision}", request)
    out, err = watch.communicate(timeout=PATIENCE)
    assert (watch.returncode, err) == (0, "")
    assert json.loads(out)["certificateRequest"]["state"] == ENDINGS[decision]
