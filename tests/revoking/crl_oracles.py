"""Second opinions on CRLs: programs and libraries that share nothing with ours."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pkilint import loader, pkix
from pkilint.pkix import crl, extension, name
from pkilint.validation import ValidationFindingSeverity


@cache
def _linter() -> Any:
    judges = [crl.create_issuer_validator_container, crl.create_validity_validator_container]
    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [judge([]) for judge in (*judges, crl.create_extensions_validator_container)],
    )


def pkilint_findings(der: bytes) -> list[str]:
    """What pkilint's RFC 5280 validators say about a CRL, from notice upwards; empty is good."""
    document = loader.load_der_crl(der, "crl")
    return [
        f"{finding.finding.severity.name} {finding.finding.code} {result.node.path}: {finding.message}"
        for result in _linter().validate(document.root)
        for finding in result.finding_descriptions
        if finding.finding.severity <= ValidationFindingSeverity.NOTICE
    ]


def openssl_crl_check(
    leaf: str, *, root: str, intermediates: str, crls: tuple[str, ...], at: int | None = None
) -> str:
    """Asks ``openssl verify -crl_check_all``, all of it PEM: empty if all is good, else what it says."""
    with TemporaryDirectory() as directory:
        parts = {"leaf": leaf, "root": root, "untrusted": intermediates, "crls": "".join(crls)}
        paths = {part: Path(directory, part) for part in parts}
        for part, text in parts.items():
            paths[part].write_text(text)
        command = [
            *("openssl", "verify", "-x509_strict", "-crl_check_all", "-extended_crl"),
            *("-no-CApath", "-no-CAstore"),
            *("-CAfile", str(paths["root"]), "-untrusted", str(paths["untrusted"])),
            *("-CRLfile", str(paths["crls"]), *(("-attime", str(at)) if at is not None else ())),
            str(paths["leaf"]),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def openssl_text(pem: str, *, issuer: str) -> str:
    """The CRL as ``openssl crl -text`` prints it; fails unless the issuer has signed it."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "issuer")
        path.write_text(issuer)
        command = ["openssl", "crl", "-text", "-noout", "-verify", "-CAfile", str(path)]
        done = subprocess.run(command, input=pem, capture_output=True, text=True, timeout=20, check=False)
    assert "verify OK" in done.stderr, done.stderr
    return done.stdout


def certtool_verify(pem: str, *, issuer: str) -> str:
    """Asks GnuTLS whether the issuer has signed the CRL: empty if so, else what it says."""
    with TemporaryDirectory() as directory:
        paths = {part: Path(directory, part) for part in ("crl", "issuer")}
        paths["crl"].write_text(pem)
        paths["issuer"].write_text(issuer)
        command = ["certtool", "--verify-crl", "--infile", str(paths["crl"])]
        command += ["--load-ca-certificate", str(paths["issuer"])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    told = done.stdout + done.stderr
    return "" if done.returncode == 0 and "Verification output: Verified" in told else told
