"""Second opinions on certificates: programs and libraries that share nothing with ours."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pkilint import loader
from pkilint.pkix import certificate, extension, name
from pkilint.validation import ValidationFindingSeverity

ALLOWED_FINDINGS: dict[str, str] = {
    # RFC 5280 leaves wildcards to the protocols (4.2.1.6), which know them: RFC 9525, 6.3.
    "pkix.invalid_domain_name_syntax": r'Invalid domain name syntax: "\*\.[a-z0-9.-]+"',
    # pkilint knows the schemes of web browsers only; a SPIFFE ID is a URI of RFC 3986.
    "pkix.invalid_uri_syntax": r'Invalid URI syntax: "spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)*"',
    # A self-signed root needs no AKI (RFC 5280, 4.2.1.1), but pkilint cannot tell that an ML-DSA root is one.
    "pkix.aki_absent_self_issued_and_unsupported_algorithm": r".*: 2\.16\.840\.1\.101\.3\.4\.3\.1[789]",
}
"""The pkilint findings that we accept: code, and what the message must be; the reason stands above."""


@cache
def _linter() -> Any:
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


def pkilint_findings(der: bytes) -> list[str]:
    """What pkilint's RFC 5280 validators say about a certificate, from notice upwards; empty is good."""
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
    return [
        f"{finding.finding.severity.name} {finding.finding.code} {result.node.path}: {finding.message}"
        for result in _linter().validate(document.root)
        for finding in result.finding_descriptions
        if finding.finding.severity <= ValidationFindingSeverity.NOTICE
        and not _is_allowed(finding.finding.code, finding.message or "")
    ]


def _is_allowed(code: str, message: str) -> bool:
    return code in ALLOWED_FINDINGS and re.fullmatch(ALLOWED_FINDINGS[code], message) is not None


def openssl_verify(
    leaf: str,
    *,
    root: str,
    intermediates: tuple[str, ...] = (),
    at: int | None = None,
    purpose: str = "any",
) -> str:
    """Asks ``openssl verify -x509_strict`` about a chain of PEM texts: empty if it agrees, else what it says.

    ``at`` is the Unix time to judge at; the present if None. ``purpose`` is one of openssl's,
    as ``sslclient``.
    """
    with TemporaryDirectory() as directory:
        paths = {part: Path(directory, part) for part in ("leaf", "root", "intermediates")}
        paths["leaf"].write_text(leaf)
        paths["root"].write_text(root)
        paths["intermediates"].write_text("".join(intermediates))
        untrusted = ["-untrusted", str(paths["intermediates"])] if intermediates else []
        moment = ["-attime", str(at)] if at is not None else []
        trusted = ["-no-CApath", "-no-CAstore", "-CAfile", str(paths["root"])]
        judged = ["-purpose", purpose, *moment]
        command = ["openssl", "verify", "-x509_strict", *judged, *trusted, *untrusted, str(paths["leaf"])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def openssl_text(certificate_pem: str) -> str:
    """A certificate as ``openssl x509 -text`` prints it."""
    command = ["openssl", "x509", "-noout", "-text"]
    return subprocess.run(command, input=certificate_pem, capture_output=True, text=True, check=True).stdout


class PKCS12File(NamedTuple):
    """A PKCS #12 file as ``openssl pkcs12 -info`` tells of it."""

    pem: str
    """Key and certificates with their attributes; empty if it cannot be read."""
    structure: str
    error: str


def openssl_pkcs12(octets: bytes, password: str) -> PKCS12File:
    """Asks OpenSSL, without its legacy provider, to open a file."""
    command = ["openssl", "pkcs12", "-info", "-noenc", "-passin", "env:PASSWORD"]
    environment = {**os.environ, "PASSWORD": password}
    done = subprocess.run(command, input=octets, capture_output=True, env=environment, check=False)
    told = done.stderr.decode("latin-1")  # friendly names are printed as Latin-1
    return PKCS12File(done.stdout.decode("latin-1"), told, "" if done.returncode == 0 else told)
