"""Which policies bind what a CA signs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select

from server.store.schema import policy, profile


def binding(project_id: str, ca_ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """CA, policy and the policy's revision, for each policy of a profile on one of a project's CAs."""
    columns = (profile.c.ca_id, policy.c.id, policy.c.revision)
    query = select(*columns).join_from(profile, policy, policy.c.id == profile.c.policy_id).distinct()
    return query.where(profile.c.project_id == project_id, profile.c.ca_id.in_(ca_ids))
