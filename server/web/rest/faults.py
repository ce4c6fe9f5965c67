"""What is wrong with a request before any RPC can be asked: all of it at once, as the RPCs tell theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status

DOMAIN: Final = "certmanager.v1"
SHOWN: Final = 20
"""As many as the status of an RPC holds; ``violationCount`` always tells how many there were."""
_LONGEST: Final = 256


class Fault(NamedTuple):
    """One rule of form that a request breaks."""

    field: str
    """Path of the field in the request, as ``attributes.alt_names[1].value``; empty for the whole."""
    rule: str
    message: str
    value: str = ""
    """What was sent."""
    allowed: tuple[str, ...] = ()
    """What could have been."""


@dataclass(slots=True)
class Faults:
    """Collects faults; keeps no more than are shown, however many there are."""

    shown: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: Fault) -> None:
        """Counts one more."""
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(fault)

    def status(self, message: str = "the request breaks rules of form") -> Status:
        """All that is shown, as an RPC would."""
        notes = {"violationCount": str(self.count)}
        for index, each in enumerate(self.shown):
            notes |= _notes(f"violation{index}", each)
        info = ErrorInfo(domain=DOMAIN, reason="INVALID_FIELD", metadata=notes)
        return status_of(Code.INVALID_ARGUMENT, message, info, BadRequest(field_violations=_bad(self.shown)))


class Malformed(Exception):
    """A request that nothing can be asked with."""

    def __init__(self, status: Status, *, http: int = 400) -> None:
        super().__init__(status.message)
        self.status = status
        self.http = http

    @classmethod
    def by(cls, rule: str, message: str, *, http: int = 400) -> Malformed:
        """For what is wrong with the request as a whole."""
        faults = Faults()
        faults.add(Fault("", rule, message))
        return cls(faults.status(message), http=http)


def refusal(code: int, reason: str, message: str) -> Status:
    """A status of this face's own, with a reason of the contract."""
    return status_of(code, message, ErrorInfo(domain=DOMAIN, reason=reason))


def status_of(code: int, message: str, *details: Message) -> Status:
    """A status with its details packed."""
    status = Status(code=code, message=message)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def shortened(text: str) -> str:
    """The text as valid Unicode of a length that can be shown."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()


def _notes(key: str, fault: Fault) -> Iterable[tuple[str, str]]:
    yield f"{key}Rule", fault.rule
    if fault.value:
        yield f"{key}Value", shortened(fault.value)
    if fault.allowed:
        yield f"{key}Allowed", shortened(", ".join(fault.allowed))


def _bad(faults: Iterable[Fault]) -> Iterable[BadRequest.FieldViolation]:
    return [
        BadRequest.FieldViolation(field=shortened(each.field), description=each.message, reason=each.rule)
        for each in faults
    ]
