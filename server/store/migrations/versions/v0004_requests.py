"""Requests can wait: for decisions, and for their keys to be fetched; and retries are known."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BY = ("project_id", "requester_id")
_WAITS = sa.text("state = 'PENDING_APPROVAL'")
_OF_WAITING = {"waiting": "project_id", "expiring": "expires_at"}
_SAID = {"requester_name": "", "names": "", "metadata": "{}", "approval": "{}", "comment": ""}
_KNOWN_LATER: dict[str, sa.types.TypeEngine[Any]] = {
    "private_key_expires_at": sa.BigInteger(),
    "ca_id": sa.Text(),
    "effective": sa.LargeBinary(),
    "renews_certificate_id": sa.Text(),
    "ended_at": sa.BigInteger(),
}


def upgrade() -> None:
    """Adds what a request that is not issued at once has to tell, and fills it in for those that were."""
    _widen_requests()
    _tell_of_issued()
    _index_requests()
    _add_decisions()
    _add_held_secrets()
    _add_attempts()


def downgrade() -> None:
    """Takes it away again; decisions, keys that are still owed and known retries are lost."""
    for dropped in ("attempt", "held_secret", "decision"):
        op.drop_table(dropped)
    for name in (*(f"{column}_id" for column in _BY), *_OF_WAITING):
        op.drop_index(f"ix_certificate_request_{name}", "certificate_request")
    with op.batch_alter_table("certificate_request") as table:
        for name in (*_SAID, *_KNOWN_LATER):
            table.drop_column(name)


def _widen_requests() -> None:
    with op.batch_alter_table("certificate_request") as table:
        for name, default in _SAID.items():
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=default))
        for name, kind in _KNOWN_LATER.items():
            table.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("certificate_request") as table:
        for name in _SAID:
            table.alter_column(name, existing_type=sa.Text(), server_default=None)


def _tell_of_issued() -> None:
    """Until now a request was issued as it came; its certificate tells what its row did not."""
    of_certificate = "(SELECT c.{0} FROM certificate c WHERE c.id = certificate_request.certificate_id)"
    name = "(SELECT i.name FROM identity i WHERE i.id = certificate_request.requester_id)"
    told = {name: of_certificate.format(name) for name in ("ca_id", "names", "metadata")}
    values = {"requester_name": f"coalesce({name}, '')", "ended_at": "created_at", **told}
    said = ", ".join(f"{column} = {value}" for column, value in values.items())
    op.execute(f"UPDATE certificate_request SET {said} WHERE certificate_id IN (SELECT id FROM certificate)")  # noqa: S608 - no text from outside


def _index_requests() -> None:
    for column in _BY:
        op.create_index(op.f(f"ix_certificate_request_{column}_id"), "certificate_request", [column, "id"])
    for name, column in _OF_WAITING.items():
        op.create_index(
            f"ix_certificate_request_{name}",
            "certificate_request",
            [column, "id"],
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        )


def _add_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("identity_id", "identity_name", "decision", "comment")
        ),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "request_id", "step", "identity_id", name=op.f("uq_decision_request_id_step_identity_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["certificate_request.id"], name=op.f("fk_decision_request_id")
        ),
    )


def _add_held_secrets() -> None:
    op.create_table(
        "held_secret",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_held_secret")),
    )
    op.create_index(op.f("ix_held_secret_expires_at"), "held_secret", ["expires_at"])


def _add_attempts() -> None:
    key = ("identity_id", "method", "request_id")
    op.create_table(
        "attempt",
        *(sa.Column(name, sa.Text(), nullable=False) for name in key),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_created_at"), "attempt", ["created_at"])
