"""What ``certmanager issue`` does with a request that waits for an approval: follow it, and claim its key."""

from __future__ import annotations

import sys

from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, Certificate, IssuedCertificate
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, IssueCertificateResponse
from certmanager_client.cli.requests.ending import end_unless_issued
from certmanager_client.cli.requests.watching import follow
from certmanager_client.client import Client
from certmanager_client.watch_events import RequestEvent


async def completed(
    client: Client, asked: IssueCertificateRequest, answer: IssueCertificateResponse, *, seconds: float | None
) -> IssueCertificateResponse:
    """The answer as it is once the certificate was issued, with its key.

    A request that ends otherwise ends the program. Raises ApiError, when ``seconds`` are over too.
    """
    id_ = answer.certificate_request_id
    print(f"the request {id_} is not issued yet; it goes on without this program, too:", file=sys.stderr)
    print(f"  certmanager request watch {id_}", file=sys.stderr)
    print(f"  certmanager request claim {id_}", file=sys.stderr, flush=True)
    last = await follow(client, id_, seconds=seconds, file=sys.stderr)
    end_unless_issued(last.request)
    done = IssueCertificateResponse(
        certificate_request_id=id_, certificate_request=last.request, warnings=answer.warnings
    )
    done.certificate.CopyFrom(await _issued(client, asked, last))
    return done


async def _issued(client: Client, asked: IssueCertificateRequest, last: RequestEvent) -> IssuedCertificate:
    if last.request.private_key_state != PRIVATE_KEY_STATE_CLAIMABLE:
        return _without_key(last.certificate or Certificate(id=last.request.certificate_id))
    claim = ClaimPrivateKeyRequest(
        certificate_request_id=last.request.id,
        key_format=asked.key_format,
        key_password=asked.key_password,
    )
    return (await client.call(client.requests.ClaimPrivateKey, claim)).certificate


def _without_key(found: Certificate) -> IssuedCertificate:
    """What there is to write where the key is the requester's own."""
    return IssuedCertificate(
        certificate=found.certificate,
        certificate_chain=found.certificate_chain,
        issuing_ca_certificate=found.issuing_ca_certificate,
        serial_number=found.serial_number,
        certificate_id=found.id,
        not_before=found.not_before,
        not_after=found.not_after,
        auto_renewal=found.auto_renewal,
        lineage_id=found.lineage_id,
        ca_id=found.ca_id,
        fingerprint_sha256=found.fingerprint_sha256,
        profile_id=found.profile_id,
        profile_revision=found.profile_revision,
        certificate_policy_id=found.certificate_policy_id,
        policy_revision=found.policy_revision,
    )
