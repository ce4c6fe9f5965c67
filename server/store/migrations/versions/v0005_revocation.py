"""Certificates can be renewed and revoked: generations of CAs, CRLs, OCSP responders, blocked keys."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from server.store.columns import JSONText, Lines
from server.store.terms import terms_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_Columns = dict[str, tuple[sa.types.TypeEngine[Any], str]]

_OF_AUTHORITY: _Columns = {name: (sa.BigInteger(), "1") for name in ("generation", "key_generation")}
_OF_CERTIFICATE: _Columns = {
    "ca_generation": (sa.BigInteger(), "1"),
    "renewal_terms": (sa.Text(), "{}"),
    "renewal_attempts": (sa.BigInteger(), "0"),
}
_KNOWN_LATER: dict[str, sa.types.TypeEngine[Any]] = {
    "crl_id": sa.Text(),
    "certified_ca_id": sa.Text(),
    "renewal_due_at": sa.BigInteger(),
    "renewal_failed_at": sa.BigInteger(),
    "renewal_error": sa.LargeBinary(),
    "renewal_request_id": sa.Text(),
    "revoked_by_id": sa.Text(),
    "key_from_id": sa.Text(),
}
_LOW = (1 << 62) - 1
_INTERMEDIATES = """
SELECT child.id AS certified_ca_id, child.serial, child.certificate, child.subject, child.key_algorithm,
    child.not_before, child.not_after, child.created_at, child.updated_at,
    parent.id AS ca_id, parent.project_id, crl.id AS crl_id,
    (SELECT identity_id FROM audit WHERE object_id = child.id AND action = 'certificateAuthorities.create'
        ORDER BY sequence LIMIT 1) AS creator
FROM authority AS child JOIN authority AS parent ON parent.id = child.parent_id
    LEFT JOIN crl ON crl.ca_id = parent.id
WHERE child.certificate IS NOT NULL AND child.serial IS NOT NULL ORDER BY child.id
"""
_COPIED = (
    "certified_ca_id",
    "serial",
    "subject",
    "key_algorithm",
    "not_before",
    "not_after",
    "created_at",
    "updated_at",
    "ca_id",
    "project_id",
    "crl_id",
)
_USUAL = {
    "ca_generation": 1,
    "auto_renewal_enabled": False,
    "auto_renewal_reason": "PROFILE_OFF",
    "renewal_terms": "{}",
    "renewal_attempts": 0,
    "policy_revision": 0,
    "profile_revision": 0,
    "key_source": "SERVER_GENERATED",
    "private_key_state": "",
    "revision": 0,
}
_TYPED: dict[str, sa.types.TypeEngine[Any]] = {
    "der": sa.LargeBinary(),
    "names": Lines(),
    "metadata": JSONText(),
    "auto_renewal_enabled": sa.Boolean(),
}
_PLAIN = ("id", "lineage_id", "fingerprint", "requester_id", *_COPIED, *_USUAL)
_certificate = sa.table(
    "certificate", *(sa.column(name, _TYPED.get(name)) for name in dict.fromkeys((*_PLAIN, *_TYPED)))
)
_term = sa.table("certificate_term", sa.column("term", sa.Text), sa.column("certificate_id", sa.Text))
_REVOKED = "revoked_at IS NOT NULL"
_INDEXES = {
    "due": (("renewal_due_at", "id"), "renewal_due_at IS NOT NULL"),
    "listed": (("crl_id", "not_after", "id"), _REVOKED),
    "certified": (("certified_ca_id", "id"), "certified_ca_id IS NOT NULL"),
}


def upgrade() -> None:
    """Adds them; each CA gets its CRL, due at once, and each planned renewal its place in the queue."""
    _widen("authority", _OF_AUTHORITY)
    _widen("certificate", _OF_CERTIFICATE, _KNOWN_LATER)
    _add_generations()
    _add_crls()
    _add_responders()
    _add_blocked_keys()
    _number_crls()
    _list_authorities()
    op.execute(
        "UPDATE certificate SET renewal_due_at = renews_at"
        " WHERE auto_renewal_enabled AND renewed_by_id IS NULL AND revoked_at IS NULL"
    )
    for name, (columns, where) in _INDEXES.items():
        condition = sa.text(where)
        op.create_index(
            f"ix_certificate_{name}",
            "certificate",
            list(columns),
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    """Takes it away again: former generations, CRL numbers and blocked keys are lost."""
    op.execute(
        "DELETE FROM certificate_term WHERE certificate_id IN"
        " (SELECT id FROM certificate WHERE certified_ca_id IS NOT NULL)"
    )
    op.execute("DELETE FROM certificate WHERE certified_ca_id IS NOT NULL")
    for name in _INDEXES:
        op.drop_index(f"ix_certificate_{name}", "certificate")
    for dropped in ("blocked_key", "responder", "crl_body", "crl", "generation"):
        op.drop_table(dropped)
    for table, columns in (("certificate", (*_OF_CERTIFICATE, *_KNOWN_LATER)), ("authority", _OF_AUTHORITY)):
        with op.batch_alter_table(table) as altered:
            for name in columns:
                altered.drop_column(name)


def _widen(
    table: str, columns: _Columns, known_later: dict[str, sa.types.TypeEngine[Any]] | None = None
) -> None:
    with op.batch_alter_table(table) as altered:
        for name, (kind, default) in columns.items():
            altered.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        for name, kind in (known_later or {}).items():
            altered.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table(table) as altered:
        for name, (kind, _) in columns.items():
            altered.alter_column(name, existing_type=kind, server_default=None)


def _number_crls() -> None:
    """No certificate names a shard yet: one CRL for all that a CA has signed."""
    op.execute("UPDATE authority SET crl_shards = 1")
    bind = op.get_bind()
    found = bind.execute(
        sa.text("SELECT id, project_id, updated_at FROM authority WHERE certificate IS NOT NULL")
    )
    for ca_id, project_id, updated_at in found.all():
        values = {"id": str(uuid.uuid4()), "ca": ca_id, "project": project_id, "due": updated_at}
        bind.execute(
            sa.text(
                "INSERT INTO crl (id, ca_id, project_id, key_generation, shard, shards, url, number, entries,"
                " sha256, size, due_at, held_until, revision)"
                " VALUES (:id, :ca, :project, 1, 0, 1, '', 0, 0, '', 0, :due, 0, 0)"
            ),
            values,
        )
        bind.execute(sa.text("UPDATE certificate SET crl_id = :id WHERE ca_id = :ca"), values)


def _list_authorities() -> None:
    """The certificates of CAs that CAs of ours signed become rows, as all others that those signed."""
    bind = op.get_bind()
    for row in bind.execute(sa.text(_INTERMEDIATES)).all():
        id_, names = _id_at(row.created_at), _names(row.certificate)
        values = {
            **{name: getattr(row, name) for name in _COPIED},
            "id": id_,
            "lineage_id": id_,
            "der": row.certificate,
            "fingerprint": sha256(row.certificate).hexdigest(),
            "requester_id": row.creator or "",
            "names": names,
            "metadata": {},
        }
        bind.execute(sa.insert(_certificate).values(**values, **_USUAL))
        found = [{"term": term, "certificate_id": id_} for term in terms_of(names, {})]
        if found:
            op.bulk_insert(_term, found)


def _id_at(instant: int) -> str:
    """An identifier that stands among those of its time (UUIDv7), for lists go by it; of microseconds."""
    chance = uuid.uuid4().int
    value = (instant // 1000) << 80 | 7 << 76 | (chance >> 64 & 0xFFF) << 64 | 0b10 << 62 | chance >> 2 & _LOW
    return str(uuid.UUID(int=value))


def _names(der: bytes) -> tuple[str, ...]:
    """Who migrates tells how to read a certificate, for this floor cannot."""
    names_of = context.config.attributes.get("names_of")
    names: tuple[str, ...] = names_of(der) if names_of else ()
    return names


def _add_generations() -> None:
    op.create_table(
        "generation",
        _text("ca_id"),
        _number("number"),
        _number("key_generation"),
        *map(_text, ("state", "key_algorithm", "subject")),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        _text("chain"),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("not_after", sa.BigInteger(), nullable=True),
        sa.Column("csr", sa.LargeBinary(), nullable=True),
        _number("crl_shards"),
        _number("created_at"),
        sa.PrimaryKeyConstraint("ca_id", "number", name=op.f("pk_generation")),
        _of_authority("generation"),
    )


def _add_crls() -> None:
    op.create_table(
        "crl",
        *map(_text, ("id", "ca_id", "project_id")),
        *map(_number, ("key_generation", "shard", "shards")),
        _text("url"),
        *map(_number, ("number", "entries")),
        _text("sha256"),
        _number("size"),
        sa.Column("this_update", sa.BigInteger(), nullable=True),
        sa.Column("next_update", sa.BigInteger(), nullable=True),
        *map(_number, ("due_at", "held_until", "revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crl")),
        sa.UniqueConstraint(
            "ca_id", "key_generation", "shard", name=op.f("uq_crl_ca_id_key_generation_shard")
        ),
        _of_authority("crl"),
    )
    op.create_index(op.f("ix_crl_due_at"), "crl", ["due_at"])
    op.create_table(
        "crl_body",
        _text("id"),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crl_body")),
        sa.ForeignKeyConstraint(["id"], ["crl.id"], name=op.f("fk_crl_body_id")),
    )


def _add_responders() -> None:
    op.create_table(
        "responder",
        _text("ca_id"),
        _number("key_generation"),
        _text("key_algorithm"),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("certificate", "sealed_key")),
        *map(_number, ("not_after", "renew_at")),
        sa.PrimaryKeyConstraint("ca_id", "key_generation", name=op.f("pk_responder")),
        _of_authority("responder"),
    )
    op.create_index(op.f("ix_responder_renew_at"), "responder", ["renew_at"])


def _add_blocked_keys() -> None:
    op.create_table(
        "blocked_key",
        *map(_text, ("spki_sha256", "project_id", "certificate_id")),
        _number("blocked_at"),
        sa.PrimaryKeyConstraint("spki_sha256", name=op.f("pk_blocked_key")),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _of_authority(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["ca_id"], ["authority.id"], name=op.f(f"fk_{table}_ca_id"))
