"""From a record type to its table, and from columns to conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, PrimaryKeyConstraint, Row, Table, UniqueConstraint, select

from server.store import records, schema
from server.store.filters import Among, Filter

R = TypeVar("R", bound=records.Record)

TABLES: Mapping[type[records.Record], Table] = {
    records.MetaRecord: schema.meta,
    records.ProjectRecord: schema.project,
    records.IdentityRecord: schema.identity,
    records.RoleBindingRecord: schema.role_binding,
    records.TokenRecord: schema.token,
    records.AuthorityRecord: schema.authority,
    records.GenerationRecord: schema.generation,
    records.CRLRecord: schema.crl,
    records.CRLBodyRecord: schema.crl_body,
    records.ResponderRecord: schema.responder,
    records.BlockedKeyRecord: schema.blocked_key,
    records.PolicyRecord: schema.policy,
    records.ProfileRecord: schema.profile,
    records.RequestRecord: schema.certificate_request,
    records.DecisionRecord: schema.decision,
    records.HeldSecretRecord: schema.held_secret,
    records.AttemptRecord: schema.attempt,
    records.CertificateRecord: schema.certificate,
    records.CertificateTermRecord: schema.certificate_term,
    records.ChangeRecord: schema.change,
    records.AuditRecord: schema.audit,
}


def table_of(record: type[records.Record]) -> Table:
    """The table whose rows are such records."""
    return TABLES[record]


def conditions(record: type[records.Record], where: Mapping[str, object]) -> list[ColumnElement[bool]]:
    """Each column equals its value, or is as a filter says; None asks for null."""
    columns = TABLES[record].c
    return [_condition(columns[name], value) for name, value in where.items()]


def _condition(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    if isinstance(value, Among):
        found = select(TABLES[value.record].c[value.column])
        return column.in_(found.where(*conditions(value.record, value.where)))
    if isinstance(value, Filter):
        return value.on(column)
    return column.is_(None) if value is None else column == value


def ordering(record: type[records.Record], order: str | None) -> list[ColumnElement[Any]]:
    """By the named column (``-name``: descending), and by the primary key, which makes it total."""
    table = TABLES[record]
    keys = list(table.primary_key)
    if order is None:
        return [key.asc() for key in keys]
    descending, column = order.startswith("-"), table.c[order.removeprefix("-")]
    return [term.desc() if descending else term.asc() for term in (column, *keys)]


def read(record: type[R], row: Row[*tuple[Any, ...]]) -> R:
    """The record that a row of its table is."""
    make: Callable[..., R] = record
    return make(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


@cache
def unique_names() -> Mapping[str, str]:
    """From the columns of a unique constraint, written as SQLite writes them, to its name."""
    names = {}
    for table in schema.metadata.tables.values():
        keys = [c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)]
        for rule in (*keys, *(index for index in table.indexes if index.unique)):
            names[", ".join(f"{table.name}.{column.name}" for column in rule.columns)] = str(rule.name)
    return names
