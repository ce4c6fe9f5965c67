"""What OpenSSL thinks of a certificate that was issued."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from certmanager.v1.certificate_pb2 import IssuedCertificate
from tools.telling import expect, show

PEM_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


def examine(issued: IssuedCertificate, path: Path, *, host: str) -> None:
    """Show what the certificate says, and ``judge`` it."""
    leaf = path.with_suffix(".crt")
    leaf.write_text(issued.certificate)
    show(
        openssl("x509", "-in", str(leaf), "-noout", "-subject", "-issuer", "-dates", "-ext", "subjectAltName")
    )
    judge(issued, path, host=host)


def judge(issued: IssuedCertificate, path: Path, *, host: str) -> None:
    """Write the files of a web server beside its key, which is ``path`` with ``.key``; let OpenSSL judge."""
    leaf, chain, root = (path.with_suffix(suffix) for suffix in (".crt", ".chain", ".root"))
    *intermediates, anchor = PEM_BLOCK.findall(issued.certificate_chain)
    leaf.write_text(issued.certificate)
    chain.write_text("".join(intermediates))
    root.write_text(anchor)
    public_keys = (
        openssl("x509", "-in", str(leaf), "-noout", "-pubkey"),
        openssl("pkey", "-in", str(path.with_suffix(".key")), "-pubout"),
    )
    expect("key and certificate belong together", holds=public_keys[0] == public_keys[1])
    verdict = openssl(
        "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", host,
        "-no-CApath", "-no-CAstore", "-CAfile", str(root), "-untrusted", str(chain), str(leaf),
    )  # fmt: skip
    expect(
        "openssl verify -x509_strict, with the root as the only anchor: OK", holds=verdict.endswith(": OK\n")
    )


def openssl(*arguments: str) -> str:
    """What ``openssl`` prints. Raises CalledProcessError if it fails."""
    return subprocess.run(("openssl", *arguments), capture_output=True, text=True, check=True).stdout
