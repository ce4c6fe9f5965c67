"""How a CA is shown."""

from __future__ import annotations

from typing import Any

from certmanager_client.cli.terminal.output import Column, alt_names


def _path_length(ca: Any) -> str:
    return str(ca.path_length) if ca.HasField("path_length") else "no limit"


def _constraints(ca: Any) -> str:
    kinds = (("within", ca.name_constraints.permitted), ("not within", ca.name_constraints.excluded))
    return "; ".join(f"{word} {alt_names(names)}" for word, names in kinds if names)


COLUMNS = (
    Column("NAME", "name"),
    Column("TYPE", "type"),
    Column("STATE", "state"),
    Column("KEY", "key_algorithm"),
    Column("ENDS", "not_after"),
    Column("ID", "id"),
)
LINES = (
    *(Column(name, name) for name in ("name", "type", "state", "id")),
    Column("project", "project_id"),
    Column("parent", "parent_ca_id"),
    Column("subject", "subject"),
    Column("key", "key_algorithm"),
    Column("signs with", "signature_algorithms"),
    Column("serial", "serial_number"),
    Column("sha256", "fingerprint_sha256"),
    Column("begins", "not_before"),
    Column("ends", "not_after"),
    Column("path length", _path_length),
    Column("names", _constraints),
    Column("warning", lambda ca: "; ".join(ca.warnings)),
)
