"""Certificates can be found by what is in them, and audit rows are chained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from server.store.chain import CONTENT, GENESIS, Chain
from server.store.columns import JSONText, Lines
from server.store.terms import terms_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 1000
_BY = ("project_id", "profile_id", "ca_id", "requester_id", "not_after")
_SOME = {
    "renewals": (["lineage_id", "id"], sa.text("renewed_from_id IS NOT NULL")),
    "revoked": (["id"], sa.text("revoked_at IS NOT NULL")),
}
_AUDIT_BY = ((), ("project_id",), ("object_id",))
_SERIAL = ("uq_certificate_ca_id_serial", ["ca_id", "serial"])
_SERIAL_FIRST = ("uq_certificate_serial_ca_id", ["serial", "ca_id"])


def upgrade() -> None:
    """Adds what lists need, for the rows that there are as well."""
    _index_certificates()
    _index_terms()
    _hold_the_chain()
    _chain_audit()


def downgrade() -> None:
    """Takes it away again; the rows are kept, their chain is lost."""
    _unchain_audit()
    with op.batch_alter_table("revision_counter") as table:
        table.drop_column("audit_hash")
        table.drop_column("audit_sequence")
    op.drop_table("certificate_term")
    _unindex_certificates()


def _index_certificates() -> None:
    """The serial number comes first, so that it is found without its CA."""
    with op.batch_alter_table("certificate") as table:
        table.add_column(sa.Column("names", sa.Text(), nullable=False, server_default=""))
        table.drop_constraint(_SERIAL[0], type_="unique")
        table.create_unique_constraint(*_SERIAL_FIRST)
    with op.batch_alter_table("certificate") as table:
        table.alter_column("names", existing_type=sa.Text(), server_default=None)
    for column in _BY:
        op.create_index(op.f(f"ix_certificate_{column}_id"), "certificate", [column, "id"])
    for name, (columns, where) in _SOME.items():
        op.create_index(
            f"ix_certificate_{name}", "certificate", columns, sqlite_where=where, postgresql_where=where
        )


def _unindex_certificates() -> None:
    for name in (*(f"{column}_id" for column in _BY), *_SOME):
        op.drop_index(f"ix_certificate_{name}", "certificate")
    with op.batch_alter_table("certificate") as table:
        table.drop_constraint(_SERIAL_FIRST[0], type_="unique")
        table.create_unique_constraint(*_SERIAL)
        table.drop_column("names")


def _index_terms() -> None:
    op.create_table(
        "certificate_term",
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term", "certificate_id", name=op.f("pk_certificate_term")),
        sqlite_with_rowid=False,
    )
    columns = {
        "id": sa.Text,
        "der": sa.LargeBinary,
        "common_name": sa.Text,
        "names": Lines,
        "metadata": JSONText,
    }
    certificate = sa.table("certificate", *(sa.column(name, kind) for name, kind in columns.items()))
    term = sa.table("certificate_term", sa.column("term", sa.Text), sa.column("certificate_id", sa.Text))
    for row in _rows(sa.select(certificate), certificate.c.id):
        names = _names(row)
        op.execute(sa.update(certificate).where(certificate.c.id == row.id).values(names=names))
        found = terms_of(names, row.metadata)
        op.bulk_insert(term, [{"term": term, "certificate_id": row.id} for term in found])


def _names(row: sa.Row[Any]) -> tuple[str, ...]:
    """Who migrates tells how to read a certificate, for this floor cannot."""
    names_of = context.config.attributes.get("names_of")
    if names_of is None:
        return (row.common_name.lower(),) if row.common_name else ()
    names: tuple[str, ...] = names_of(row.der)
    return names


def _hold_the_chain() -> None:
    genesis = (
        sa.text("(x'" + GENESIS.hex() + "')") if _is_sqlite() else sa.text(f"'\\x{GENESIS.hex()}'::bytea")
    )
    columns = (
        sa.Column("audit_sequence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("audit_hash", sa.LargeBinary(), nullable=False, server_default=genesis),
    )
    with op.batch_alter_table("revision_counter") as table:
        for column in columns:
            table.add_column(column)
    with op.batch_alter_table("revision_counter") as table:
        for column in columns:
            table.alter_column(column.name, existing_type=column.type, server_default=None)


def _chain_audit() -> None:
    """The table is made anew, with its place in the chain as the key, and filled in the order of time."""
    _put_aside("unchained")
    _create_audit(
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        key="sequence",
    )
    names = (*CONTENT, "hash")
    audit = sa.table("audit", *(sa.column(name) for name in names))
    old = sa.table("audit_aside", *(sa.column(name) for name in CONTENT[1:] if name != "source"))
    chain = Chain(0, GENESIS)
    for row in _rows(sa.select(old), old.c.at, old.c.id):
        kept = {"sequence": 0, **row._mapping, "source": "", "hash": b""}  # noqa: SLF001 - its public name
        linked = chain.append([kept[name] for name in names])
        op.execute(sa.insert(audit).values(dict(zip(names, linked, strict=True))))
    for columns in _AUDIT_BY:
        keys = [*columns, "at", "sequence"]
        op.create_index(op.f(f"ix_audit_{'_'.join(keys)}"), "audit", keys)
    head = sa.table("revision_counter", sa.column("audit_sequence"), sa.column("audit_hash"))
    op.execute(sa.update(head).values(audit_sequence=chain.sequence, audit_hash=chain.head))
    op.drop_table("audit_aside")


def _unchain_audit() -> None:
    for columns in _AUDIT_BY:
        op.drop_index(f"ix_audit_{'_'.join((*columns, 'at', 'sequence'))}", "audit")
    _put_aside("chained")
    _create_audit(key="id")
    kept = ", ".join(name for name in CONTENT if name not in ("sequence", "source"))
    op.execute(f"INSERT INTO audit ({kept}) SELECT {kept} FROM audit_aside")  # noqa: S608 - names of our own
    op.drop_table("audit_aside")


def _put_aside(what: str) -> None:
    op.rename_table("audit", "audit_aside")
    if not _is_sqlite():  # there the name of a key is the table's own affair
        op.execute(f"ALTER TABLE audit_aside RENAME CONSTRAINT pk_audit TO pk_audit_{what}")


def _create_audit(*columns: sa.Column[Any], key: str) -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=True),
        sa.Column("token_id", sa.Text(), nullable=True),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key, name=op.f("pk_audit")),
    )


def _rows(query: sa.Select[Any], *keys: sa.ColumnElement[Any]) -> Iterator[sa.Row[Any]]:
    """The rows of a table by its keys, a batch at a time: they may be written meanwhile."""
    after: tuple[object, ...] = ()
    while True:
        beyond = [sa.tuple_(*keys) > sa.tuple_(*after)] if after else []
        rows = op.get_bind().execute(query.where(*beyond).order_by(*keys).limit(_BATCH)).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = tuple(rows[-1]._mapping[key] for key in keys)  # noqa: SLF001 - its public name


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
