"""What operators set up: identities, roles and tokens in full."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.ids import new_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ONCE = "uq_role_binding_identity_id_project_id_role_profile_id"
_OF_PROFILE = "fk_role_binding_profile_id"
_BY_PROFILE = "ix_certificate_request_profile_id_id"
_HELD = {
    "profile": (["project_id", "role", "profile_id"], "profile_id IS NOT NULL"),
    "project": (["project_id", "role"], "project_id IS NOT NULL AND profile_id IS NULL"),
    "server": (["role"], "project_id IS NULL"),
}


def upgrade() -> None:
    """Adds what the first tables lack, and keeps what they hold."""
    _widen_bindings()
    _owners_to_bindings()
    _complete_identities()
    _complete_tokens()
    _complete_authorities()
    op.create_index(_BY_PROFILE, "certificate_request", ["profile_id", "id"])


def downgrade() -> None:
    """Takes it away again; revoked bindings are lost."""
    op.drop_index(_BY_PROFILE, "certificate_request")
    _strip_authorities()
    _strip_tokens()
    _strip_identities()
    _bindings_to_owners()
    _narrow_bindings()


def _widen_bindings() -> None:
    """A binding can be revoked and made again, and an owner's has no project."""
    op.drop_index("uq_role_binding_without_profile", "role_binding")
    with op.batch_alter_table("role_binding") as table:
        table.drop_constraint(_ONCE, type_="unique")
        table.drop_constraint(_OF_PROFILE, type_="foreignkey")  # a revoked binding keeps no profile
        table.alter_column("project_id", existing_type=sa.Text(), nullable=True)
        table.add_column(sa.Column("created_by_id", sa.Text(), nullable=True))
        table.add_column(sa.Column("revoked_at", sa.BigInteger(), nullable=True))
    for name, (columns, kind) in _HELD.items():
        where = sa.text(f"{kind} AND revoked_at IS NULL")
        op.create_index(
            f"uq_role_binding_{name}",
            "role_binding",
            ["identity_id", *columns],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_index(op.f("ix_role_binding_identity_id_id"), "role_binding", ["identity_id", "id"])
    op.create_index(op.f("ix_role_binding_project_id_id"), "role_binding", ["project_id", "id"])


def _narrow_bindings() -> None:
    for name in _HELD:
        op.drop_index(f"uq_role_binding_{name}", "role_binding")
    op.drop_index("ix_role_binding_identity_id_id", "role_binding")
    op.drop_index("ix_role_binding_project_id_id", "role_binding")
    op.execute("DELETE FROM role_binding WHERE revoked_at IS NOT NULL OR project_id IS NULL")
    with op.batch_alter_table("role_binding") as table:
        table.drop_column("revoked_at")
        table.drop_column("created_by_id")
        table.alter_column("project_id", existing_type=sa.Text(), nullable=False)
        table.create_unique_constraint(_ONCE, ["identity_id", "project_id", "role", "profile_id"])
        table.create_foreign_key(_OF_PROFILE, "profile", ["profile_id"], ["id"])
    where = sa.text("profile_id IS NULL")
    op.create_index(
        "uq_role_binding_without_profile",
        "role_binding",
        ["identity_id", "project_id", "role"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _owners_to_bindings() -> None:
    """An owner is whoever holds that role, like any other role."""
    owners = op.get_bind().execute(
        sa.text("SELECT id, created_at FROM identity WHERE owner AND disabled_at IS NULL")
    )
    bound = sa.table(
        "role_binding",
        *(sa.column(name, sa.Text) for name in ("id", "identity_id", "role")),
        sa.column("created_at", sa.BigInteger),
    )
    rows = [
        {"id": new_id(), "identity_id": id_, "role": "OWNER", "created_at": created_at}
        for id_, created_at in owners
    ]
    op.bulk_insert(bound, rows)


def _bindings_to_owners() -> None:
    op.execute(
        "UPDATE identity SET owner = true WHERE id IN (SELECT identity_id FROM role_binding"
        " WHERE role = 'OWNER' AND project_id IS NULL AND revoked_at IS NULL)"
    )


def _complete_identities() -> None:
    with op.batch_alter_table("identity") as table:
        table.drop_column("owner")
        table.alter_column("disabled_at", new_column_name="revoked_at", existing_type=sa.BigInteger())
        table.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
    _without_default("identity", "description")


def _strip_identities() -> None:
    with op.batch_alter_table("identity") as table:
        table.drop_column("description")
        table.alter_column("revoked_at", new_column_name="disabled_at", existing_type=sa.BigInteger())
        table.add_column(sa.Column("owner", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("identity") as table:
        table.alter_column("owner", existing_type=sa.Boolean(), server_default=None)


def _complete_tokens() -> None:
    op.add_column("token", sa.Column("prefix", sa.Text(), nullable=False, server_default=""))
    _without_default("token", "prefix")
    op.create_index(op.f("ix_token_identity_id_id"), "token", ["identity_id", "id"])


def _strip_tokens() -> None:
    op.drop_index("ix_token_identity_id_id", "token")
    with op.batch_alter_table("token") as table:
        table.drop_column("prefix")


def _complete_authorities() -> None:
    """An authority may be signed outside, and says how long its CRLs are valid: a week until now."""
    op.add_column("authority", sa.Column("csr", sa.LargeBinary(), nullable=True))
    op.add_column(
        "authority", sa.Column("crl_validity", sa.BigInteger(), nullable=False, server_default="604800")
    )
    with op.batch_alter_table("authority") as table:
        table.alter_column("crl_validity", existing_type=sa.BigInteger(), server_default=None)
    op.create_index(op.f("ix_authority_project_id_id"), "authority", ["project_id", "id"])


def _strip_authorities() -> None:
    """Authorities that still await their certificate stay, and can never get it."""
    op.drop_index("ix_authority_project_id_id", "authority")
    with op.batch_alter_table("authority") as table:
        table.drop_column("crl_validity")
        table.drop_column("csr")


def _without_default(table_name: str, column: str) -> None:
    """The default was for the rows that there were; new ones say it themselves."""
    with op.batch_alter_table(table_name) as table:
        table.alter_column(column, existing_type=sa.Text(), server_default=None)
