"""A project's certificates can be counted: those in force by their end, and those whose renewal fails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = {
    "good": (["project_id", "not_after", "id"], "revoked_at IS NULL"),
    "failing": (["project_id", "id"], "renewal_attempts > 0"),
}


def upgrade() -> None:
    """Indexes what there is."""
    for name, (columns, where) in _INDEXES.items():
        condition = sa.text(where)
        op.create_index(
            f"ix_certificate_{name}",
            "certificate",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    """Takes the indexes away again; nothing is lost."""
    for name in _INDEXES:
        op.drop_index(f"ix_certificate_{name}", "certificate")
