"""Which certificates are roots, and what is left of a chain without its root."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from server.pki.bundle import chain_of, links_of
from server.pki.pem import chain_pem, without_root
from server.pki.roots import is_root

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def certificate(subject: str, key: Any, *, issuer: str, by: Any) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (subject, issuer)]
    builder = x509.CertificateBuilder(names[1], names[0], key.public_key(), 5, NOW, NOW + timedelta(days=1))
    return builder.sign(by, None if isinstance(by, mldsa.MLDSA44PrivateKey) else hashes.SHA256())


ROOT = certificate("root", OLD, issuer="root", by=OLD)
NEW_WITH_OLD = certificate("root", NEW, issuer="root", by=OLD)
BELOW = certificate("below", NEW, issuer="root", by=OLD)


@pytest.mark.parametrize(("one", "expected"), [(ROOT, True), (NEW_WITH_OLD, False), (BELOW, False)])
def test_a_root_is_signed_with_its_own_key(one: x509.Certificate, *, expected: bool) -> None:
    """A CA's new key that its old one certified is in the CA's own name, and no root."""
    assert is_root(one) is expected


def test_a_root_may_have_a_post_quantum_key() -> None:
    """ML-DSA is verified as the others are."""
    key = mldsa.MLDSA44PrivateKey.generate()
    assert is_root(certificate("root", key, issuer="root", by=key))


@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_an_old_root_is_one_still(tmp_path: Path, digest: str) -> None:
    """It is trusted for what it is: that its signature is not verified any more makes it no intermediate."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Old", digest]
    subprocess.run([*command, "-keyout", "key", "-out", "pem"], cwd=tmp_path, capture_output=True, check=True)
    pem = (tmp_path / "pem").read_text()
    assert [link.is_root for link in links_of(pem)] == [True]
    assert chain_of(pem, with_root=False) == ()


@pytest.mark.parametrize(
    ("chain", "left"),
    [
        ((BELOW, ROOT), (BELOW,)),
        ((BELOW,), (BELOW,)),
        ((NEW_WITH_OLD,), (NEW_WITH_OLD,)),
        ((BELOW, NEW_WITH_OLD, ROOT), (BELOW, NEW_WITH_OLD)),
        ((ROOT,), ()),
    ],
)
def test_nothing_but_a_root_is_left_out(
    chain: tuple[x509.Certificate, ...], left: tuple[x509.Certificate, ...]
) -> None:
    """Not what merely stands last."""
    pem = chain_pem(chain)
    assert without_root(pem) == chain_pem(left)
    assert chain_pem(chain_of(pem, with_root=False)) == chain_pem(left)
    assert chain_pem(chain_of(pem, with_root=True)) == pem
    assert [link.is_root for link in links_of(pem)] == [one is ROOT for one in chain]
