"""An outside CA: the ``openssl`` program, which shares nothing with us."""

from __future__ import annotations

import atexit
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

_CONFIG = """
[ca]
default_ca = one
[one]
database = {home}/index
new_certs_dir = {home}
rand_serial = yes
unique_subject = no
policy = any
[any]
countryName = optional
organizationName = optional
commonName = optional
[req]
distinguished_name = none
[none]
"""
EXTENSIONS: Mapping[str, str] = {
    "basicConstraints": "critical,CA:TRUE,pathlen:0",
    "keyUsage": "critical,keyCertSign,cRLSign,digitalSignature",
    "subjectKeyIdentifier": "hash",
    "authorityKeyIdentifier": "keyid:always",
}
"""What a sound CA gives an intermediate."""

_STAMP = "%Y%m%d%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Outside:
    """A CA with its files."""

    home: Path
    pem: str
    """Its own certificate."""
    issuers: str = ""
    """Those above it, in order."""

    @property
    def chain(self) -> str:
        """What to install beside a certificate of it."""
        return self.pem + self.issuers

    def sign(
        self,
        csr: str,
        *,
        now: datetime,
        begin: timedelta = -timedelta(hours=1),
        end: timedelta = timedelta(days=365),
        digest: str = "sha256",
        subject: str = "",
        **extensions: str | None,
    ) -> str:
        """A certificate for a CSR; extensions are those above but for what is named (None: without it)."""
        given = {name: value for name, value in {**EXTENSIONS, **extensions}.items() if value is not None}
        (self.home / "csr").write_text(csr)
        (self.home / "extensions").write_text("".join(f"{k} = {v}\n" for k, v in given.items()) or "#\n")
        (self.home / "index").touch()
        times = ("-startdate", (now + begin).strftime(_STAMP), "-enddate", (now + end).strftime(_STAMP))
        names = ("-subj", subject) if subject else ("-preserveDN",)
        return _openssl(
            self.home, "ca", "-batch", "-config", "config", "-cert", "pem", "-keyfile", "key", "-notext",
            "-md", digest, "-in", "csr", "-extfile", "extensions", *times, *names,
        )  # fmt: skip


def numbered(outside: Outside, csr: str, serial: str) -> str:
    """A certificate for a CSR with this serial number, which ``openssl ca`` would not give."""
    (outside.home / "csr").write_text(csr)
    (outside.home / "extensions").write_text("".join(f"{k} = {v}\n" for k, v in EXTENSIONS.items()))
    return _openssl(
        outside.home, "x509", "-req", "-in", "csr", "-CA", "pem", "-CAkey", "key", "-set_serial", serial,
        "-days", "300", "-extfile", "extensions",
    )  # fmt: skip


def outside_root(now: datetime, *, key: str = "EC:P-256", **sign: Any) -> Outside:
    """A new root; ``sign`` replaces its extensions."""
    home, csr = _with_key("/CN=Outside root", key)
    made = Outside(home, "")
    extensions = {"basicConstraints": "critical,CA:TRUE", "authorityKeyIdentifier": None, **sign}
    pem = _selfsigned(made, csr, now=now, **extensions)
    (home / "pem").write_text(pem)
    return Outside(home, pem)


def outside_intermediate(
    root: Outside, now: datetime, *, end: timedelta = timedelta(days=1000), name: str = "", **sign: Any
) -> Outside:
    """A new CA below an outside one."""
    home, csr = _with_key(f"/CN=Outside intermediate{name}", "EC:P-256")
    extensions = {"basicConstraints": "critical,CA:TRUE", **sign}
    pem = root.sign(csr, now=now, end=end, **extensions)
    (home / "pem").write_text(pem)
    return Outside(home, pem, root.chain)


def other_csr(subject: str) -> str:
    """A CSR by a key of its own."""
    return _with_key(subject, "EC:P-256")[1]


def _selfsigned(made: Outside, csr: str, *, now: datetime, **extensions: str | None) -> str:
    given = {name: value for name, value in {**EXTENSIONS, **extensions}.items() if value is not None}
    (made.home / "csr").write_text(csr)
    (made.home / "extensions").write_text("".join(f"{k} = {v}\n" for k, v in given.items()))
    (made.home / "index").touch()
    times = (now - timedelta(days=1), now + timedelta(days=3000))
    return _openssl(
        made.home, "ca", "-batch", "-config", "config", "-selfsign", "-keyfile", "key", "-notext", "-md",
        "sha256", "-in", "csr", "-extfile", "extensions", "-preserveDN",
        "-startdate", times[0].strftime(_STAMP), "-enddate", times[1].strftime(_STAMP),
    )  # fmt: skip


def _with_key(subject: str, key: str) -> tuple[Path, str]:
    home = Path(mkdtemp(prefix="outside-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "config").write_text(_CONFIG.format(home=home))
    kind, _, size = key.partition(":")
    option = f"ec_paramgen_curve:{size}" if kind == "EC" else f"rsa_keygen_bits:{size}"
    _openssl(home, "genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", "key")
    return home, _openssl(home, "req", "-new", "-config", "config", "-key", "key", "-subj", subject)


def _openssl(home: Path, *arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
