"""``certmanager issue``: gets a certificate, and writes key, certificate and chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import BasicConstraints, CertificateAttributes
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, IssueCertificateResponse
from certmanager_client.cli import finding, issuing_answer
from certmanager_client.cli import issuing_options as said
from certmanager_client.cli.exits import fail
from certmanager_client.cli.issuing_files import FileFault, reserved
from certmanager_client.cli.issuing_places import Outputs, Part, stem
from certmanager_client.cli.issuing_request import alt_names, password, set_csr, usages
from certmanager_client.cli.options import chosen
from certmanager_client.cli.parameters import Project
from certmanager_client.cli.session import perform
from certmanager_client.client import SECONDS, Client


def issue(
    *,
    profile: said.Profile,
    project: Project = None,
    dns: said.Dns = None,
    ip: said.Ip = None,
    email: said.Email = None,
    uri: said.Uri = None,
    cn: said.CommonName = None,
    org: said.Organization = None,
    ou: said.Unit = None,
    country: said.Country = None,
    state: said.State = None,
    locality: said.Locality = None,
    ttl: said.Ttl = None,
    not_after: said.NotAfter = None,
    not_before: said.NotBefore = None,
    key_usage: said.KeyUsages = None,
    ext_key_usage: said.ExtendedKeyUsages = None,
    key_algorithm: said.KeyAlgorithm = 0,
    signature_algorithm: said.SignatureAlgorithm = 0,
    as_ca: said.AsCa = False,
    path_length: said.PathLength = None,
    csr: said.Csr = None,
    metadata: said.Labels = None,
    auto_renew: said.AutoRenew = None,
    wait: said.Wait = None,
    key_format: said.KeyFormOption = said.KeyForm.PEM,
    password_file: said.PasswordFile = None,
    dry_run: said.DryRun = False,
    out_dir: said.OutDir = None,
    name: said.FileName = None,
    key_out: said.KeyOut = None,
    cert_out: said.CertOut = None,
    chain_out: said.ChainOut = None,
    fullchain_out: said.FullchainOut = None,
    force: said.Force = False,
) -> None:
    """Get a certificate; its key, if the server makes it, is written with mode 0600 and never replaced."""
    options = locals()  # what follows reads them by name: forty of them, each in one place only
    request = _request(options)
    if dry_run:
        issuing_answer.tell_judged(_ask(request, options))
    else:
        _issue(request, options)


def _issue(request: IssueCertificateRequest, options: Mapping[str, Any]) -> None:
    """The key is in one answer only, so its place is proven before the call, and it is written first."""
    try:
        outputs = _outputs(options)
        places = outputs.places()
        outputs.make_directory()
        with reserved(tuple(places.values())) as files:
            answer = _ask(request, options)
            held = dict(zip(places, files, strict=True))
            written, faults = issuing_answer.write(answer, held)
    except FileFault as error:
        fail(str(error))
    if answer.HasField("certificate"):
        issuing_answer.tell_issued(answer, written)
    else:
        issuing_answer.tell_pending(answer)
    issuing_answer.refuse_unwritten(faults)


def _ask(request: IssueCertificateRequest, options: Mapping[str, Any]) -> IssueCertificateResponse:
    async def work(client: Client) -> IssueCertificateResponse:
        request.profile_id = await finding.profile_id(client, options["profile"], project=options["project"])
        patience = (chosen().timeout or SECONDS) + request.wait.seconds
        return await client.call(client.certificates.IssueCertificate, request, timeout=patience)

    return perform(work)


def _request(options: Mapping[str, Any]) -> IssueCertificateRequest:
    request = IssueCertificateRequest(
        attributes=_attributes(options),
        metadata=map(said.label, options["metadata"] or ()),
        validate_only=options["dry_run"],
        wait=options["wait"],
        auto_renew=options["auto_renew"],
    )
    if options["csr"] is not None:
        set_csr(request, options["csr"])
    _set_key_form(request, options)
    return request


def _set_key_form(request: IssueCertificateRequest, options: Mapping[str, Any]) -> None:
    in_pkcs12 = options["key_format"] is said.KeyForm.PKCS12
    if in_pkcs12 and options["csr"] is not None:
        fail("with --csr the key is yours: there is none to put into a PKCS #12 file")
    if in_pkcs12 != (options["password_file"] is not None):
        fail("--key-format pkcs12 and --password-file go together")
    if in_pkcs12:
        request.key_format = x509_pb2.KEY_FORMAT_PKCS12
        request.key_password = password(options["password_file"])


def _attributes(options: Mapping[str, Any]) -> CertificateAttributes:
    if options["ttl"] is not None and options["not_after"] is not None:
        fail("--ttl and --not-after both say when it ends: give one of them")
    if options["path_length"] is not None and not options["as_ca"]:
        fail("--path-length is for CA certificates: it needs --as-ca")
    named, oids = usages(options["ext_key_usage"] or ())
    kinds = {kind: options[kind] or () for kind in ("dns", "ip", "email", "uri")}
    return CertificateAttributes(
        common_name=options["cn"],
        organization=options["org"],
        organizational_unit=options["ou"],
        country=options["country"],
        state=options["state"],
        locality=options["locality"],
        alt_names=alt_names(**kinds),
        key_usages=options["key_usage"] or (),
        extended_key_usages=named,  # type: ignore[arg-type]
        extended_key_usage_oids=oids,
        key_algorithm=options["key_algorithm"],
        signature_algorithm=options["signature_algorithm"],
        ttl=options["ttl"],
        not_after=options["not_after"],
        not_before=options["not_before"],
        basic_constraints=_constraints(options),
    )


def _constraints(options: Mapping[str, Any]) -> BasicConstraints | None:
    return BasicConstraints(is_ca=True, path_length=options["path_length"]) if options["as_ca"] else None


def _outputs(options: Mapping[str, Any]) -> Outputs:
    key = Part.PKCS12 if options["key_format"] is said.KeyForm.PKCS12 else Part.KEY
    if options["csr"] is not None and options["key_out"] is not None:
        fail("with --csr the key is yours: there is nothing for --key-out")
    named = {
        key: options["key_out"],
        Part.CERTIFICATE: options["cert_out"],
        Part.CHAIN: options["chain_out"],
        Part.FULLCHAIN: options["fullchain_out"],
    }
    first = next((options[kind][0] for kind in ("dns", "ip", "email", "uri") if options[kind]), None)
    return Outputs(
        directory=options["out_dir"],
        stem=stem(options["name"], options["cn"], first),
        named={part: path for part, path in named.items() if path is not None},
        key=None if options["csr"] is not None else key,
        replace=options["force"],
    )
