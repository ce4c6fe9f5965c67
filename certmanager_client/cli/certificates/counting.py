"""``certmanager statistics``: how many certificates there are, and how many were issued each day."""

from __future__ import annotations

from typing import Annotated

import typer

from certmanager.v1.certificate_service_pb2 import (
    GetCertificateStatisticsRequest,
    GetCertificateStatisticsResponse,
)
from certmanager_client.cli.terminal import finding
from certmanager_client.cli.terminal.options import chosen
from certmanager_client.cli.terminal.output import Column, show_one, show_rows
from certmanager_client.cli.terminal.parameters import Project
from certmanager_client.cli.terminal.session import perform
from certmanager_client.client import Client

_LINES = (
    Column("active", lambda told: str(told.active)),
    Column("ending within 7 days", lambda told: str(told.expiring)),
    Column("failing renewals", lambda told: str(told.renewals_failing)),
    Column("pending approvals", lambda told: str(told.pending_approval)),
    Column("note", lambda told: "counts stop at 10000: there can be more" if told.capped else ""),
)
_ROWS = (Column("DAY (UTC)", "date"), Column("ISSUED", lambda day: str(day.count)))


def statistics(
    project: Project = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="So many days, today included.")] = 30,
) -> None:
    """Count a project's certificates: those issued each day, and those to look at now."""

    async def work(client: Client) -> GetCertificateStatisticsResponse:
        place = await finding.project_id(client, project)
        asked = GetCertificateStatisticsRequest(project_id=place, days=days)
        return await client.call(client.certificates.GetCertificateStatistics, asked)

    answer = perform(work)
    show_one(answer, answer, _LINES)
    if not chosen().json:
        print()
        show_rows(answer, answer.issued, _ROWS)
