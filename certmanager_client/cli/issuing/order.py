"""What ``certmanager issue`` asks for, as the message that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import typer

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import AltName
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest
from certmanager_client import literals
from certmanager_client.cli.issuing.options import Delivery, KeyForm, is_oid
from certmanager_client.cli.terminal.exits import fail
from certmanager_client.cli.terminal.reading import must_read

_PEM = b"-----BEGIN"
_LONGEST_CSR = 1024 * 1024
_LONGEST_PASSWORD = 4096


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


def set_csr(request: IssueCertificateRequest, file: str) -> None:
    """Put the CSR of a file into the request. Ends the program if it cannot be read."""
    octets = must_read(file, _LONGEST_CSR, what="the CSR")
    if not octets.lstrip().startswith(_PEM):
        request.csr_der = octets
        return
    try:
        request.csr = octets.decode("ascii")
    except UnicodeDecodeError:
        fail(f"the CSR in {file} is no PEM: it has characters that are not ASCII")


def password(file: str) -> str:
    """The first line of a file. Ends the program if there is none."""
    try:
        lines = must_read(file, _LONGEST_PASSWORD, what="the password file").decode().splitlines()
    except UnicodeDecodeError:
        fail(f"the password file {file} is not UTF-8 text")
    if not lines or not lines[0]:
        fail(f"the password file {file} is empty")
    return lines[0]


def set_key_form(
    request: IssueCertificateRequest | ClaimPrivateKeyRequest, said: Delivery, *, csr: str | None = None
) -> None:
    """Put the form of the private key into the request. Ends the program for what contradicts itself."""
    in_pkcs12 = said.key_format is KeyForm.PKCS12
    if in_pkcs12 and csr is not None:
        fail("with --csr the key is yours: there is none to put into a PKCS #12 file")
    if in_pkcs12 != (said.password_file is not None):
        fail("--key-format pkcs12 and --password-file go together")
    if said.password_file is not None:
        request.key_format = x509_pb2.KEY_FORMAT_PKCS12
        request.key_password = password(said.password_file)
