"""``certmanager renew``: another certificate in the place of one, and its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from certmanager.v1.certificate_pb2 import KEY_SOURCE_CSR, Certificate
from certmanager.v1.certificate_service_pb2 import (
    GetCertificateRequest,
    IssueCertificateRequest,
    IssueCertificateResponse,
    RenewCertificateRequest,
)
from certmanager_client.cli.certificates import which
from certmanager_client.cli.issuing import answer as issuing_answer
from certmanager_client.cli.issuing import options as issuing
from certmanager_client.cli.issuing.options import Delivery, KeyForm
from certmanager_client.cli.issuing.order import set_csr, set_key_form
from certmanager_client.cli.issuing.places import HINT, Outputs, Part, outputs
from certmanager_client.cli.issuing.waiting import completed
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import taking
from certmanager_client.cli.terminal.session import perform
from certmanager_client.cli.terminal.signals import hold
from certmanager_client.cli.terminal.writing import FileFault, reserved
from certmanager_client.client import Client

NewKey = Annotated[bool, typer.Option("--new-key", help="For a new key that the server makes.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal(Delivery):
    """What is said to `renew`."""

    certificate: which.Id
    csr: issuing.Csr = None
    new_key: NewKey = False
    recipient_key: issuing.RecipientKey = None
    auto_renew: issuing.AutoRenew = None
    wait: issuing.Wait = None
    no_wait: issuing.NoWait = False


@taking(Renewal)
def renew(said: Renewal) -> None:
    """Get a certificate that replaces another: the same subject, names, usages and lifetime.

    Without --csr or --new-key: for a new key if the server made the present
    one, else for the same CSR again, where the profile allows that. The old
    one stays valid.
    """
    request = _request(said)

    async def work(client: Client) -> tuple[Any, ...]:
        shown = GetCertificateRequest(certificate_id=request.certificate_id)
        found = (await client.call(client.certificates.GetCertificate, shown)).certificate
        return await _renewed(client, request, said, _outputs(said, found))

    answer, written, faults = perform(work)
    if answer.HasField("certificate"):
        issuing_answer.tell_issued(answer, written)
    else:
        issuing_answer.tell_pending(answer)
    issuing_answer.refuse_unwritten(faults)


async def _renewed(
    client: Client, request: RenewCertificateRequest, said: Renewal, places: Outputs
) -> tuple[Any, ...]:
    """The key is in one answer only, so its place is proven before the call, and it is written first."""
    try:
        wanted = places.places()
        places.make_directory()
        with reserved(tuple(wanted.values()), hint=HINT) as files:
            answer = _as_issuance(await client.call(client.certificates.RenewCertificate, request))
            if not said.no_wait and not answer.HasField("certificate"):
                form = IssueCertificateRequest(
                    key_format=request.key_format, key_password=request.key_password
                )
                seconds = getattr(said.wait, "seconds", None)
                answer = await completed(client, form, answer, seconds=seconds)
            hold()
            return answer, *issuing_answer.write(answer, dict(zip(wanted, files, strict=True)))
    except FileFault as error:
        fail(str(error))


def _request(said: Renewal) -> RenewCertificateRequest:
    if said.no_wait and said.wait is not None:
        fail("--wait and --no-wait contradict each other")
    if said.csr is not None and (said.new_key or said.recipient_key is not None):
        fail("with --csr the key is yours: the server makes none")
    request = RenewCertificateRequest(
        certificate_id=which.checked(said.certificate), auto_renew=said.auto_renew
    )
    if said.csr is not None:
        set_csr(request, said.csr)
    elif said.recipient_key is not None:
        _set_recipient(request, said)
    elif said.new_key:
        request.generated_key.SetInParent()
    set_key_form(request, said, csr=said.csr)
    return request


def _set_recipient(request: RenewCertificateRequest, said: Renewal) -> None:
    if said.key_format is KeyForm.PKCS12:
        fail("a key that is sealed to --recipient-key cannot be in a PKCS #12 file")
    from certmanager_client.cli.sealing.keys import recipient  # noqa: PLC0415 - most need no cryptography

    request.generated_key.recipient_key.CopyFrom(recipient(said.recipient_key or ""))


def _outputs(said: Renewal, found: Certificate) -> Outputs:
    first = next((one.value for one in found.alt_names), None)
    if said.csr is not None and said.key_out is not None:
        fail("with --csr the key is yours: there is nothing for --key-out")
    is_sealed, makes_key = said.recipient_key is not None, said.new_key or said.recipient_key is not None
    # A key that was sealed before is sealed again to the same recipient: only the answer tells.
    other = None if is_sealed or said.key_format is KeyForm.PKCS12 else Part.SEALED
    made = outputs(said, found.common_name, first, key=Part.SEALED if is_sealed else None, otherwise=other)
    is_callers = said.csr is not None or (found.key_source == KEY_SOURCE_CSR and not makes_key)
    return made.without_key() if is_callers else made


def _as_issuance(answer: Any) -> IssueCertificateResponse:
    """What is told and written is the same as of a first certificate."""
    made = IssueCertificateResponse(
        certificate_request_id=answer.certificate_request_id,
        certificate_request=answer.certificate_request,
        warnings=answer.warnings,
    )
    if answer.HasField("certificate"):
        made.certificate.CopyFrom(answer.certificate)
    return made
