"""The options of ``certmanager request``."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1.certificate_request_pb2 import CertificateRequestState
from certmanager_client.cli.terminal.parameters import duration, literal

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="The request, by its ID.")]
States = Annotated[
    list[int] | None,
    literal(CertificateRequestState.DESCRIPTOR, "--state", help="Only such; may be repeated."),
]
Authority = Annotated[
    str | None, typer.Option("--ca", metavar="NAME|ID", help="Only those that this CA is to sign.")
]
AwaitingMe = Annotated[
    bool, typer.Option("--awaiting-me", help="Only those that you may approve now, in one project.")
]
Comment = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the request.")]
Revision = Annotated[
    int | None,
    typer.Option(min=1, metavar="NUMBER", help="Only if it is still at this revision. [the present one]"),
]
Span = Annotated[
    object, typer.Option("--wait", parser=duration, metavar="SPAN", help="So long at most. [until it ends]")
]
