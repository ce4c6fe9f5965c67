"""The options of ``certmanager agent``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from certmanager.v1 import x509_pb2
from certmanager_client.cli.issuing import options as issuing
from certmanager_client.cli.terminal.parameters import Project, duration, literal

Directory = Annotated[
    Path, typer.Option("--dir", metavar="DIR", help="Where to keep the files; the agent's alone.")
]
CertificateId = Annotated[
    str | None, typer.Option("--certificate", metavar="ID", help="Keep the lineage of this certificate.")
]
Profile = Annotated[
    str | None, typer.Option(metavar="SLUG|ID", help="Or begin one: the profile to issue against.")
]
CommonName = Annotated[
    str | None, typer.Option("--name", "--cn", metavar="TEXT", help="Of the first: its common name.")
]
CsrFrom = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Use this PEM private key first; it stays here. [a new key]"),
]
KeyAlgorithm = Annotated[
    int,
    literal(
        x509_pb2.KeyAlgorithm.DESCRIPTOR, "--key-algorithm", help="Of new keys. [EC_PRIME256V1, or as before]"
    ),
]
ReuseKey = Annotated[bool, typer.Option("--reuse-key", help="Renew for the same key, not a new one.")]
ServerKey = Annotated[
    bool, typer.Option("--server-key", help="Have the server make the keys, and claim them.")
]
OpenWith = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="With --server-key: sealed to this PEM private key, X25519 or P-256."),
]
RenewBefore = Annotated[
    object,
    typer.Option(parser=duration, metavar="SPAN", help="Renew so long before the end. [at two thirds]"),
]
ReloadCommand = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Run this, without a shell, when new files are in use.")
]
ReloadShell = Annotated[bool, typer.Option("--reload-shell", help="Run it with /bin/sh -c.")]
ReloadTimeout = Annotated[
    object, typer.Option(parser=duration, metavar="SPAN", help="How long it may take. [30s]")
]
Owner = Annotated[
    str | None, typer.Option(metavar="USER[:GROUP]", help="Whose the files are to be. [the agent's user's]")
]
Mode = Annotated[str, typer.Option(metavar="MODE", help="Of the key's file, as 0640.")]
Mtls = Annotated[
    bool, typer.Option("--mtls", help="Show the server the certificate that is kept, and no token.")
]
ClientCert = Annotated[
    str | None, typer.Option(metavar="FILE", help="With --mtls: what to show until there is one, PEM.")
]
ClientKey = Annotated[str | None, typer.Option(metavar="FILE", help="With --client-cert: its key, PEM.")]
Once = Annotated[bool, typer.Option("--once", help="Do what is due, and end.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What is said to `agent`."""

    directory: Directory
    certificate: CertificateId = None
    profile: Profile = None
    project: Project = None
    name: CommonName = None
    dns: issuing.Dns = None
    ip: issuing.Ip = None
    email: issuing.Email = None
    uri: issuing.Uri = None
    ttl: issuing.Ttl = None
    ext_key_usage: issuing.ExtendedKeyUsages = None
    metadata: issuing.Labels = None
    csr_from: CsrFrom = None
    key_algorithm: KeyAlgorithm = 0
    reuse_key: ReuseKey = False
    server_key: ServerKey = False
    open_with: OpenWith = None
    renew_before: RenewBefore = None
    reload_command: ReloadCommand = None
    reload_shell: ReloadShell = False
    reload_timeout: ReloadTimeout = None
    owner: Owner = None
    mode: Mode = "0600"
    mtls: Mtls = False
    client_cert: ClientCert = None
    client_key: ClientKey = None
    once: Once = False
