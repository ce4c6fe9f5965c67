"""What ``certmanager issue`` asks for, as the message that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import typer

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import AltName
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, RenewCertificateRequest
from certmanager_client import literals
from certmanager_client.cli.issuing.options import Delivery, Issuance, KeyForm, is_oid
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read, must_read_password

_PEM = b"-----BEGIN"
_LONGEST_CSR = 1024 * 1024


def alt_names(
    *, dns: Iterable[str], ip: Iterable[str], email: Iterable[str], uri: Iterable[str]
) -> Iterator[AltName]:
    """The alternative names, kind by kind."""
    for kind, values in (
        (x509_pb2.ALT_NAME_TYPE_DNS, dns),
        (x509_pb2.ALT_NAME_TYPE_IP, ip),
        (x509_pb2.ALT_NAME_TYPE_EMAIL, email),
        (x509_pb2.ALT_NAME_TYPE_URI, uri),
    ):
        yield from (AltName(type=kind, value=value) for value in values)


def usages(said: Sequence[str]) -> tuple[list[int], list[str]]:
    """The extended key usages that have names, and those by OID."""
    enum = x509_pb2.ExtendedKeyUsage.DESCRIPTOR
    try:
        named = [literals.number(enum, text) for text in said if not is_oid(text)]
    except literals.UnknownLiteral as error:
        raise typer.BadParameter(f"{error}, nor an OID") from None
    return named, list(filter(is_oid, said))


def set_csr(request: IssueCertificateRequest | RenewCertificateRequest, file: str) -> None:
    """Put the CSR of a file into the request. Ends the program if it cannot be read."""
    octets = must_read(file, _LONGEST_CSR, what="the CSR")
    if not octets.lstrip().startswith(_PEM):
        request.csr_der = octets
        return
    try:
        request.csr = octets.decode("ascii")
    except UnicodeDecodeError:
        fail(f"the CSR in {file} is no PEM: it has characters that are not ASCII")


def set_recipient(request: IssueCertificateRequest, said: Issuance) -> None:
    """Ask for a key that is sealed to the public key of a file. Ends the program for what contradicts it."""
    if said.recipient_key is None:
        return
    if said.csr is not None:
        fail("with --csr the key is yours: there is none to seal to --recipient-key")
    if said.key_format is KeyForm.PKCS12:
        fail("a key that is sealed to --recipient-key cannot be in a PKCS #12 file")
    from certmanager_client.cli.sealing.keys import recipient  # noqa: PLC0415 - most need no cryptography

    request.generated_key.recipient_key.CopyFrom(recipient(said.recipient_key))


def set_key_form(
    request: IssueCertificateRequest | RenewCertificateRequest | ClaimPrivateKeyRequest,
    said: Delivery,
    *,
    csr: str | None = None,
) -> None:
    """Put the form of the private key into the request. Ends the program for what contradicts itself."""
    in_pkcs12 = said.key_format is KeyForm.PKCS12
    if in_pkcs12 and csr is not None:
        fail("with --csr the key is yours: there is none to put into a PKCS #12 file")
    if in_pkcs12 != (said.password_file is not None):
        fail("--key-format pkcs12 and --password-file go together")
    if said.password_file is not None:
        request.key_format = x509_pb2.KEY_FORMAT_PKCS12
        request.key_password = must_read_password(said.password_file)
