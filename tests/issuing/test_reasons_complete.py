"""The tables of reasons leave none out."""

from __future__ import annotations

from pathlib import Path

from certmanager.v1 import errors_pb2
from tests.issuing.reasons import IN_USE, NOT_YET


def test_every_reason_is_accounted_for() -> None:
    """Each reason of the contract is in use or known not to be, and each in use has its test here."""
    names = {name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name}
    assert names - {"UNSPECIFIED"} == {reason.name for reason in IN_USE.keys() | NOT_YET}
    assert not IN_USE.keys() & NOT_YET
    tested = "".join(path.read_text() for path in Path(__file__).parent.glob("test_issuing_*.py"))
    assert [reason.name for reason in IN_USE if f"def test_{reason.name.lower()}" not in tested] == []
