"""``certmanager issue``: gets a certificate, and writes key, certificate and chain."""

from __future__ import annotations

from certmanager.v1.certificate_pb2 import BasicConstraints, CertificateAttributes
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, IssueCertificateResponse
from certmanager_client.cli.issuing import answer as issuing_answer
from certmanager_client.cli.issuing.options import Issuance, label
from certmanager_client.cli.issuing.order import alt_names, set_csr, set_key_form, set_recipient, usages
from certmanager_client.cli.issuing.places import HINT, Outputs, Part, outputs
from certmanager_client.cli.issuing.waiting import completed
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.lazily import taking
from certmanager_client.cli.terminal.session import perform
from certmanager_client.cli.terminal.signals import hold
from certmanager_client.cli.terminal.writing import FileFault, reserved
from certmanager_client.client import Client


@taking(Issuance)
def issue(said: Issuance) -> None:
    """Get a certificate; its key, if the server makes it, is written with mode 0600.

    No file is replaced without --force.
    """
    if said.no_wait and said.wait is not None:
        fail("--wait and --no-wait contradict each other")
    request = _request(said)
    if said.dry_run:
        issuing_answer.tell_judged(_ask(request, said, waits=False))
    else:
        _issue(request, said)


def _issue(request: IssueCertificateRequest, said: Issuance) -> None:
    """The key is in one answer only, so its place is proven before the call, and it is written first."""
    try:
        outputs = _outputs(said)
        places = outputs.places()
        outputs.make_directory()
        with reserved(tuple(places.values()), hint=HINT) as files:
            answer = _ask(request, said, waits=not said.no_wait)
            held = dict(zip(places, files, strict=True))
            written, faults = issuing_answer.write(answer, held)
    except FileFault as error:
        fail(str(error))
    if answer.HasField("certificate"):
        issuing_answer.tell_issued(answer, written)
    else:
        issuing_answer.tell_pending(answer)
    issuing_answer.refuse_unwritten(faults)


def _ask(request: IssueCertificateRequest, said: Issuance, *, waits: bool) -> IssueCertificateResponse:
    async def work(client: Client) -> IssueCertificateResponse:
        request.profile_id = await finding.profile_id(client, said.profile, project=said.project)
        answer = await client.call(client.certificates.IssueCertificate, request)
        if waits and not answer.HasField("certificate"):
            answer = await completed(client, request, answer, seconds=getattr(said.wait, "seconds", None))
        hold()
        return answer

    return perform(work)


def _request(said: Issuance) -> IssueCertificateRequest:
    request = IssueCertificateRequest(
        attributes=_attributes(said),
        metadata=map(label, said.metadata or ()),
        validate_only=said.dry_run,
        auto_renew=said.auto_renew,
    )
    if said.csr is not None:
        set_csr(request, said.csr)
    set_key_form(request, said, csr=said.csr)
    set_recipient(request, said)
    return request


def _attributes(said: Issuance) -> CertificateAttributes:
    if said.ttl is not None and said.not_after is not None:
        fail("--ttl and --not-after both say when it ends: give one of them")
    if said.path_length is not None and not said.as_ca:
        fail("--path-length is for CA certificates: it needs --as-ca")
    named, oids = usages(said.ext_key_usage or ())
    return CertificateAttributes(
        common_name=said.cn,
        organization=said.org,
        organizational_unit=said.ou,
        country=said.country,
        state=said.state,
        locality=said.locality,
        alt_names=alt_names(dns=said.dns or (), ip=said.ip or (), email=said.email or (), uri=said.uri or ()),
        key_usages=said.key_usage or (),  # type: ignore[arg-type]
        extended_key_usages=named,  # type: ignore[arg-type]
        extended_key_usage_oids=oids,
        key_algorithm=said.key_algorithm,  # type: ignore[arg-type]
        signature_algorithm=said.signature_algorithm,  # type: ignore[arg-type]
        ttl=said.ttl,
        not_after=said.not_after,  # type: ignore[arg-type]
        not_before=said.not_before,  # type: ignore[arg-type]
        basic_constraints=_constraints(said),
    )


def _constraints(said: Issuance) -> BasicConstraints | None:
    return BasicConstraints(is_ca=True, path_length=said.path_length) if said.as_ca else None


def _outputs(said: Issuance) -> Outputs:
    if said.csr is not None and said.key_out is not None:
        fail("with --csr the key is yours: there is nothing for --key-out")
    key = None if said.recipient_key is None else Part.SEALED
    found = outputs(said, said.cn, said.first_name, key=key)
    return found if said.csr is None else found.without_key()
