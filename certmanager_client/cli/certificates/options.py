"""The filters of ``certmanager list``."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1 import certificate_pb2
from certmanager_client.cli.terminal.parameters import instant_or_span, literal

AnyProject = Annotated[
    str | None,
    typer.Option("--project", metavar="SLUG|ID", help="Only this project's. [all that you may see]"),
]
Profile = Annotated[str | None, typer.Option(metavar="SLUG|ID", help="Only this profile's.")]
Authority = Annotated[
    str | None, typer.Option("--ca", metavar="NAME|ID", help="Only those that this CA signed.")
]
States = Annotated[
    list[int] | None,
    literal(certificate_pb2.CertificateState.DESCRIPTOR, "--state", help="Only such; may be repeated."),
]
Named = Annotated[
    str,
    typer.Option("--name", metavar="NAME", help="Only with this name; * at either end stands for anything."),
]
Serial = Annotated[str, typer.Option(metavar="HEX", help="Only with this serial number.")]
Fingerprint = Annotated[str, typer.Option(metavar="HEX", help="Only the one with this SHA-256.")]
ExpiresBefore = Annotated[
    object,
    typer.Option(
        parser=instant_or_span, metavar="TIME|SPAN", help="Only those that expire before; 30d: from now."
    ),
]
ExpiresAfter = Annotated[
    object,
    typer.Option(parser=instant_or_span, metavar="TIME|SPAN", help="Only those that expire then or later."),
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=VALUE", help="Only with this label; may be repeated."),
]
Requester = Annotated[
    str | None, typer.Option(metavar="NAME|ID", help="Only those that this identity requested.")
]
RenewalStates = Annotated[
    list[int] | None,
    literal(
        certificate_pb2.RenewalState.DESCRIPTOR, "--renewal-state", help="Only with such a renewal; again."
    ),
]
Lineage = Annotated[str, typer.Option(metavar="ID", help="Only those of this lineage.")]
