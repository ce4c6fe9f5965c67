"""Requests that wait for an approval, as a server would tell them, and a desk that asks a scripted server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1.certificate_pb2 import Certificate, CertificateAttributes, IssuedCertificate
from certmanager.v1.certificate_request_pb2 import ApprovalDecision, ApprovalProgress, CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import (
    GetCertificateRequestResponse,
    WatchCertificateRequestResponse,
)
from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from certmanager.v1.profile_pb2 import ApprovalStep
from tests.cli.commands import Desk
from tests.cli.fake_streams import REQUEST, request
from tests.cli.scripted_service import Service

CERTIFICATE = "01a208fb-0dd8-7000-ab96-668465ddbc77"
NOON = Timestamp(seconds=1_795_435_200)
KEY = "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"
PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
CHAIN = "-----BEGIN CERTIFICATE-----\nMQ==\n-----END CERTIFICATE-----\n"


def waiting(state: str, revision: int, *, approvals: int = 0, **others: Any) -> CertificateRequest:
    """Alice's request for a.example.com, with so many of the two approvals that it needs."""
    step = ApprovalStep(name="team", approvals_required=2, roles=["ROLE_OPERATOR"])
    decisions = [
        ApprovalDecision(approver_name=name, decision="DECISION_APPROVED", comment="fine", decided_at=NOON)
        for name in ("bob", "carol")[:approvals]
    ]
    return request(
        state,
        revision,
        requester_name="alice",
        attributes=CertificateAttributes(common_name="a.example.com"),
        approvals=[ApprovalProgress(step=step, decisions=decisions, approvals_missing=2 - approvals)],
        approvals_missing=2 - approvals,
        updated_at=NOON,
        **others,
    )


WAITS = waiting("PENDING_APPROVAL", 5)
HALF = waiting("PENDING_APPROVAL", 6, approvals=1)
ISSUED = waiting(
    "ISSUED",
    9,
    approvals=2,
    certificate_id=CERTIFICATE,
    private_key_state="PRIVATE_KEY_STATE_CLAIMABLE",
)
FULL = Certificate(id=CERTIFICATE, certificate=PEM, certificate_chain=CHAIN, serial_number="7f")
CLAIMED = IssuedCertificate(
    certificate_id=CERTIFICATE,
    certificate=PEM,
    certificate_chain=CHAIN,
    private_key=KEY,
    serial_number="7f",
)
PENDING = IssueCertificateResponse(
    certificate_request_id=REQUEST, certificate_request=WAITS, warnings=["the CA is near its end"]
)


def got(found: CertificateRequest) -> GetCertificateRequestResponse:
    return GetCertificateRequestResponse(certificate_request=found)


def told(found: CertificateRequest) -> WatchCertificateRequestResponse:
    """A message of its watch, with its certificate once there is one."""
    return WatchCertificateRequestResponse(
        revision=found.revision,
        resume_token=f"t{found.revision}",
        certificate_request=found,
        certificate=FULL if found.certificate_id else None,
    )


def desk_of(service: Service, home: Path) -> Desk:
    """A desk with a context for the scripted server."""
    desk = Desk(home)
    context = {
        "address": service.address,
        "roots": "",
        "token": "cm_x",
        "insecure": True,
        "identity": "alice",
    }
    document = {"version": 1, "current": "here", "contexts": {"here": context}}
    desk.contexts.parent.mkdir(mode=0o700)
    desk.contexts.touch(mode=0o600)
    desk.contexts.write_text(json.dumps(document))
    return desk


def written(home: Path) -> list[str]:
    """The names of the files beside the contexts."""
    return sorted(path.name for path in home.iterdir() if path.name != "config")
