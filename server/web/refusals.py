"""What an RPC answers instead of its answer, taken apart for those who show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import grpc
import grpc.aio
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a request breaks."""

    field: str
    """Path of the field in the request, as ``attributes.alt_names[1].value``."""
    rule: str
    """Its stable name, as ``DNS_NOT_ALLOWED``."""
    message: str
    allowed: str = ""
    """What would have been allowed, if the answer lists it."""


class Refused(Exception):
    """An RPC that ended with another status than OK."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status

    @classmethod
    def by(cls, error: grpc.aio.AioRpcError) -> Self:
        """The status of a failed call, with its details if it has any."""
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        return cls(_of_transport(error) if status is None else status)

    @property
    def code(self) -> grpc.StatusCode:
        """The status code."""
        return _CODES.get(self.status.code, grpc.StatusCode.UNKNOWN)

    @property
    def message(self) -> str:
        """The sentence for people."""
        return str(self.status.message)

    @property
    def reason(self) -> str:
        """The stable reason, as ``POLICY_VIOLATION``; empty if the status has none."""
        return str(self._info.reason)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which it is worth trying again."""
        found = self._detail(RetryInfo())
        return None if found is None else found.retry_delay.ToTimedelta().total_seconds()

    @property
    def violations(self) -> tuple[Broken, ...]:
        """The broken rules, those of form first."""
        told = [(v.field, v.reason, v.description) for v in self._of_form()]
        for each in self._of_policy():
            rule, _, message = each.description.partition(": ")
            told.append((each.subject, rule, message or rule))
        notes = self._info.metadata
        return tuple(
            Broken(field, rule, message, notes.get(f"violation{index}Allowed", ""))
            for index, (field, rule, message) in enumerate(told)
        )

    @property
    def _info(self) -> ErrorInfo:
        return self._detail(ErrorInfo()) or ErrorInfo()

    def _of_form(self) -> Any:
        found = self._detail(BadRequest())
        return () if found is None else found.field_violations

    def _of_policy(self) -> Any:
        found = self._detail(PreconditionFailure())
        return () if found is None else found.violations

    def _detail(self, empty: Any) -> Any:
        """The detail of that type, unpacked; None if there is none."""
        for packed in self.status.details:
            if packed.Is(empty.DESCRIPTOR) and packed.Unpack(empty):
                return empty
        return None


def _of_transport(error: grpc.aio.AioRpcError) -> Status:
    """What gRPC itself says, not the service; its text is about connections, and for nobody outside."""
    away = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    code = grpc.StatusCode.UNAVAILABLE if away else error.code()
    info = ErrorInfo(domain="certmanager.v1", reason="BACKEND_UNAVAILABLE" if away else "INTERNAL")
    told = "the service cannot be reached" if away else "the service failed"
    status = Status(code=code.value[0], message=told)
    status.details.add().Pack(info)
    if away:
        delay = RetryInfo()
        delay.retry_delay.FromSeconds(1)
        status.details.add().Pack(delay)
    return status


_CODES = {code.value[0]: code for code in grpc.StatusCode}
