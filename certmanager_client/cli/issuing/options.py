"""The options of ``certmanager issue``, and how their texts are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import MetadataEntry
from certmanager_client.cli.terminal.parameters import Project, duration, instant, literal

_OID = re.compile(r"[0-9]+(\.[0-9]+)+")


class KeyForm(StrEnum):
    """How the private key is written."""

    PEM = "pem"
    PKCS12 = "pkcs12"


def label(text: str) -> MetadataEntry:
    """``KEY=VALUE``."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE")
    return MetadataEntry(key=key, value=value)


def is_oid(text: str) -> bool:
    """Whether a usage is given by number, and not by name."""
    return _OID.fullmatch(text) is not None


Profile = Annotated[str, typer.Option(metavar="SLUG|ID", help="The profile to issue against.")]
Dns = Annotated[list[str] | None, typer.Option("--dns", metavar="NAME", help="A DNS name; may be repeated.")]
Ip = Annotated[list[str] | None, typer.Option("--ip", metavar="ADDRESS", help="An IP address; again.")]
Email = Annotated[
    list[str] | None, typer.Option("--email", metavar="ADDRESS", help="An e-mail address; again.")
]
Uri = Annotated[list[str] | None, typer.Option("--uri", metavar="URI", help="A URI, as a SPIFFE ID; again.")]
CommonName = Annotated[str | None, typer.Option("--cn", metavar="TEXT", help="Subject: common name.")]
Organization = Annotated[str | None, typer.Option("--org", metavar="TEXT", help="Subject: organization.")]
Unit = Annotated[str | None, typer.Option("--ou", metavar="TEXT", help="Subject: organizational unit.")]
Country = Annotated[str | None, typer.Option(metavar="XX", help="Subject: country, two capital letters.")]
State = Annotated[str | None, typer.Option(metavar="TEXT", help="Subject: state or province.")]
Locality = Annotated[str | None, typer.Option(metavar="TEXT", help="Subject: locality.")]
Ttl = Annotated[
    str | None, typer.Option(metavar="SPAN", help="How long it is valid, as 30d; s, m, h, d, w, y.")
]
NotAfter = Annotated[
    object, typer.Option(parser=instant, metavar="TIME", help="Or its exact end, as 2030-01-31T00:00:00Z.")
]
NotBefore = Annotated[object, typer.Option(parser=instant, metavar="TIME", help="Its start. [now]")]
KeyUsages = Annotated[
    list[int] | None,
    literal(x509_pb2.KeyUsage.DESCRIPTOR, "--key-usage", help="A key usage; may be repeated."),
]
ExtendedKeyUsages = Annotated[
    list[str] | None,
    typer.Option("--ext-key-usage", metavar="NAME|OID", help="An extended key usage, as server_auth; again."),
]
KeyAlgorithm = Annotated[
    int,
    literal(
        x509_pb2.KeyAlgorithm.DESCRIPTOR,
        "--key-algorithm",
        help="Of the key that the server makes, as RSA_3072.",
    ),
]
SignatureAlgorithm = Annotated[
    int,
    literal(
        x509_pb2.SignatureAlgorithm.DESCRIPTOR, "--signature-algorithm", help="That the CA is to sign with."
    ),
]
AsCa = Annotated[bool, typer.Option("--as-ca", help="Ask for a CA certificate.")]
PathLength = Annotated[
    int | None, typer.Option(min=0, metavar="NUMBER", help="With --as-ca: how many CAs may be below it.")
]
Csr = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="For the key of this CSR, PEM or DER, - for stdin; else the server makes one."
    ),
]
RecipientKey = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Have the key sealed to this PEM public key, X25519 or P-256; - for stdin."
    ),
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=VALUE", help="A label to keep with it; may be repeated."),
]
AutoRenew = Annotated[
    bool | None,
    typer.Option("--auto-renew/--no-auto-renew", help="Whether the server renews it. [as the profile says]"),
]
Wait = Annotated[
    object,
    typer.Option(
        parser=duration, metavar="SPAN", help="Follow a request that waits so long at most. [until it ends]"
    ),
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not: tell the request's ID and end.")]
KeyFormOption = Annotated[KeyForm, typer.Option("--key-format", help="How to write the private key.")]
PasswordFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="With pkcs12: the file of its password, - for stdin.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would be in it and which rules it breaks; issue nothing.")
]
OutDir = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where to write key, certificate and chain. [.]")
]
FileName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="What the files begin with. [its first name]")
]
KeyOut = Annotated[Path | None, typer.Option(metavar="FILE", help="The private key, in its form.")]
CertOut = Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate.")]
ChainOut = Annotated[Path | None, typer.Option(metavar="FILE", help="The chain from its issuer up.")]
FullchainOut = Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate and chain in one file.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is said of the private key's form, and of the files, to `issue` and to `claim`."""

    key_format: KeyFormOption = KeyForm.PEM
    password_file: PasswordFile = None
    out_dir: OutDir = None
    name: FileName = None
    key_out: KeyOut = None
    cert_out: CertOut = None
    chain_out: ChainOut = None
    fullchain_out: FullchainOut = None
    force: Force = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance(Delivery):
    """What is said to `issue`."""

    profile: Profile
    project: Project = None
    dns: Dns = None
    ip: Ip = None
    email: Email = None
    uri: Uri = None
    cn: CommonName = None
    org: Organization = None
    ou: Unit = None
    country: Country = None
    state: State = None
    locality: Locality = None
    ttl: Ttl = None
    not_after: NotAfter = None
    not_before: NotBefore = None
    key_usage: KeyUsages = None
    ext_key_usage: ExtendedKeyUsages = None
    key_algorithm: KeyAlgorithm = 0
    signature_algorithm: SignatureAlgorithm = 0
    as_ca: AsCa = False
    path_length: PathLength = None
    csr: Csr = None
    recipient_key: RecipientKey = None
    metadata: Labels = None
    auto_renew: AutoRenew = None
    wait: Wait = None
    no_wait: NoWait = False
    dry_run: DryRun = False

    @property
    def first_name(self) -> str | None:
        """The first alternative name."""
        return next((kind[0] for kind in (self.dns, self.ip, self.email, self.uri) if kind), None)
