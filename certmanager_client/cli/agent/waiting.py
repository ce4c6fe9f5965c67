"""What became of an order that had to wait for an approval."""

from __future__ import annotations

from certmanager.v1 import certificate_request_pb2 as states
from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, IssuedCertificate
from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import GetCertificateRequestRequest
from certmanager_client.cli.agent.faults import Declined
from certmanager_client.cli.agent.ordering import as_issued
from certmanager_client.client import Client
from certmanager_client.watch_events import TERMINAL


async def decided(client: Client, request_id: str) -> tuple[bool, IssuedCertificate | None]:
    """Whether there is a key to claim, and what was issued; None as long as it waits.

    Raises Declined where it came to another end, and ApiError.
    """
    asked = GetCertificateRequestRequest(certificate_request_id=request_id)
    answer = await client.call(client.requests.GetCertificateRequest, asked)
    request = answer.certificate_request
    if request.state not in TERMINAL:
        return False, None
    if request.state != states.CERTIFICATE_REQUEST_STATE_ISSUED:
        raise Declined(_end(request))
    return request.private_key_state == PRIVATE_KEY_STATE_CLAIMABLE, as_issued(answer.certificate)


def _end(request: CertificateRequest) -> str:
    state = states.CertificateRequestState.Name(request.state).rpartition("_")[2].lower()
    why = request.comment or request.error.message
    return f"the request {request.id} is {state}" + (f": {why}" if why else "")
