"""What the server has done about renewals since its start, for metrics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Numbers that only grow, but for the last."""

    renewed: int = 0
    requested: int = 0
    """Requests for approval that were raised."""
    failed: int = 0
    expired: int = 0
    """Certificates that ran out unrenewed."""
    late: float = 0.0
    """By how many seconds the renewal that was due longest was late, at the last look."""

    def numbers(self) -> dict[str, float]:
        """Each by the name of its metric."""
        return {
            "renewed_total": self.renewed,
            "requested_total": self.requested,
            "failed_total": self.failed,
            "expired_total": self.expired,
            "late_seconds": self.late,
        }
