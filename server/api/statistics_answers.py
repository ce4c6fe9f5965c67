"""What is told of counts."""

from __future__ import annotations

from certmanager.v1 import certificate_service_pb2 as messages
from server.ra.issuing.statistics import Statistics


def counted(told: Statistics) -> messages.GetCertificateStatisticsResponse:
    """The answer of GetCertificateStatistics."""
    return messages.GetCertificateStatisticsResponse(
        issued=[
            messages.DailyIssuance(date=day.isoformat(), count=count) for day, count in told.issued.items()
        ],
        active=told.active,
        expiring=told.expiring,
        renewals_failing=told.renewals_failing,
        pending_approval=told.pending_approval,
        capped=told.is_capped,
    )
