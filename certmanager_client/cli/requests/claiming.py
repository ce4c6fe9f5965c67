"""``certmanager request claim``: the key of a certificate that was issued late, for its requester, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certmanager.v1.certificate_request_pb2 import CertificateRequest
from certmanager.v1.certificate_request_service_pb2 import (
    ClaimPrivateKeyRequest,
    GetCertificateRequestRequest,
)
from certmanager.v1.certificate_service_pb2 import IssueCertificateResponse
from certmanager_client.cli.issuing import answer as issuing_answer
from certmanager_client.cli.issuing import places as issuing_places
from certmanager_client.cli.issuing.options import Delivery, KeyForm
from certmanager_client.cli.issuing.order import set_key_form
from certmanager_client.cli.requests import options as said
from certmanager_client.cli.requests.columns import attributes
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import taking
from certmanager_client.cli.terminal.session import perform
from certmanager_client.cli.terminal.writing import FileFault, reserved
from certmanager_client.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Delivery):
    """What is said to `claim`."""

    request: said.Request


@taking(Claim)
def claim(wanted: Claim) -> None:
    """Fetch key, certificate and chain of your request; written as `issue` does, the key with mode 0600."""
    asked = ClaimPrivateKeyRequest(certificate_request_id=wanted.request)
    set_key_form(asked, wanted)

    async def work(client: Client) -> tuple[Any, ...]:
        shown = GetCertificateRequestRequest(certificate_request_id=wanted.request)
        found = await client.call(client.requests.GetCertificateRequest, shown)
        # The server's spelling of the id: a sealed key is bound to it.
        asked.certificate_request_id = found.certificate_request.id
        return await _claimed(client, asked, _outputs(found.certificate_request, wanted))

    answer, written, faults = perform(work)
    issuing_answer.tell_issued(answer, written)
    issuing_answer.refuse_unwritten(faults)


async def _claimed(
    client: Client, asked: ClaimPrivateKeyRequest, outputs: issuing_places.Outputs
) -> tuple[Any, ...]:
    """The key is handed over once, so its place is proven before, and it is written first."""
    try:
        places = outputs.places()
        outputs.make_directory()
        with reserved(tuple(places.values()), hint=issuing_places.HINT) as files:
            claimed = await client.call(client.requests.ClaimPrivateKey, asked)
            answer = IssueCertificateResponse(
                certificate=claimed.certificate, certificate_request_id=asked.certificate_request_id
            )
            return answer, *issuing_answer.write(answer, dict(zip(places, files, strict=True)))
    except FileFault as error:
        fail(str(error))


def _outputs(request: CertificateRequest, wanted: Claim) -> issuing_places.Outputs:
    asked = attributes(request)
    first = next((one.value for one in asked.alt_names), None)
    # Whether its order named a recipient, the claim's answer tells.
    sealed = None if wanted.key_format is KeyForm.PKCS12 else issuing_places.Part.SEALED
    return issuing_places.outputs(wanted, asked.common_name, first, otherwise=sealed)
