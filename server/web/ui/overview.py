"""What a project's people should look at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_service_pb2 import GetCertificateStatisticsResponse
from server.web.ui.outlook import beginning, outlook
from server.web.ui.pages import page
from server.web.ui.plot import plot
from server.web.ui.requests.naming import name_of as request_name
from server.web.ui.visit import Visit, project_route

_READS: Final = ("certificateAuthorities.read", "certificatePolicies.read", "certificateProfiles.read")


@dataclass(frozen=True, slots=True)
class Tile:
    """A count, and where what was counted is listed."""

    title: str
    count: int
    text: str
    """The count as it is written."""
    href: str
    tone: str = ""
    """How it looks if it is not 0."""


async def show(request: Request, visit: Visit) -> Response:
    """Certificates that end soon, renewals that fail, requests that wait; or how to begin."""
    if not visit.may("projects.read"):  # of a profile only: there is nothing to sum up
        return RedirectResponse(f"/projects/{visit.project.id}/certificate-requests", 303)
    found = await outlook(visit, request.app.state.sessions.clock())
    issued = [(date.fromisoformat(day.date), day.count) for day in found.statistics.issued]
    total = sum(count for _, count in issued)
    is_new = not (total or found.statistics.active or found.waiting)
    return page(
        request, "overview/show.html", visit,
        found=found, tiles=tiles(found.statistics, f"/projects/{visit.project.id}"),
        issued=issued, total=total, plot=plot(issued),
        begun=await beginning(visit) if is_new and all(map(visit.may, _READS)) else None,
        name_of=name_of, request_name=request_name,
    )  # fmt: skip


def tiles(counted: GetCertificateStatisticsResponse, base: str) -> list[Tile]:
    """What a project's people look at, the usual first."""
    most = 10_000 if counted.capped else 0

    def tile(title: str, count: int, path: str, tone: str = "") -> Tile:
        text = f"{count:,}+" if most and count >= most else f"{count:,}"
        return Tile(title, count, text, f"{base}/{path}", tone if count else "")

    return [
        tile("Active certificates", counted.active, "certificates?state=active"),
        tile("Ending within 7 days", counted.expiring, "certificates?state=active&expires=7d", "warn"),
        tile("Failing renewals", counted.renewals_failing, "certificates?renewal=failing", "bad"),
        tile(
            "Pending approvals", counted.pending_approval,
            "certificate-requests?state=pending_approval", "info",
        ),
    ]  # fmt: skip


def name_of(certificate: Certificate) -> str:
    """What people know a certificate by."""
    names = (certificate.common_name, *(name.value for name in certificate.alt_names[:1]))
    return next(filter(None, (*names, certificate.subject)), certificate.serial_number)


ROUTES = [project_route("", show, name="overview")]
