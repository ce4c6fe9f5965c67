"""The approval steps that a waiting request keeps, read by a program that does not know all of it."""

from __future__ import annotations

from structlog.testing import capture_logs

from server.ra.access.roles import Role
from server.ra.requests.approval import ApprovalRules


def _snapshot(*roles: str) -> dict[str, object]:
    return {"steps": [{"required": 1, "roles": roles, "identity_ids": [], "name": ""}]}


def test_a_role_that_is_unknown_is_nobodys_and_logged_once() -> None:
    """The others of its step count; who runs the server is told what nobody can approve any more."""
    with capture_logs() as lines:
        rules = [ApprovalRules.of(_snapshot("OPERATOR", "ARCHIVIST")) for _ in range(2)]
    assert [step.roles for each in rules for step in each.steps] == [(Role.OPERATOR,)] * 2
    assert [(line["event"], line["role"]) for line in lines] == [("approvals.role_unknown", "ARCHIVIST")]


def test_known_roles_are_not_logged() -> None:
    with capture_logs() as lines:
        ApprovalRules.of(_snapshot(*Role.__members__))
    assert lines == []
