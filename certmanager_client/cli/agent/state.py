"""What the agent must not forget: its certificate, the order that is under way, and a reload that is owed.

The order is kept as it was sent, with its ``request_id`` and its new key: a
crash between the sending and the writing of what came back is made up for by
sending it again, which the server answers with the same certificate.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError, Message

from certmanager.v1.certificate_pb2 import Certificate
from certmanager.v1.certificate_request_service_pb2 import ClaimPrivateKeyRequest
from certmanager.v1.certificate_service_pb2 import IssueCertificateRequest, RenewCertificateRequest
from certmanager_client.cli.agent.folder import FolderFault
from certmanager_client.cli.terminal.writing import write_whole

_VERSION = 1


class Kind(Enum):
    """What an order asks for."""

    ISSUE = "issue"
    RENEW = "renew"
    CLAIM = "claim"


_MESSAGES: dict[Kind, type[Message]] = {
    Kind.ISSUE: IssueCertificateRequest,
    Kind.RENEW: RenewCertificateRequest,
    Kind.CLAIM: ClaimPrivateKeyRequest,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call that is to have its answer written, sooner or later."""

    kind: Kind
    message: Any
    """Its request, a ``request_id`` among it."""
    key: bytes = field(default=b"", repr=False)
    """The key that it is for, PEM; empty if the server makes or has it."""
    certificate_request_id: str = ""
    """Set once the server has taken it, and somebody has to approve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that is remembered."""

    certificate: Certificate | None = None
    """The one whose files are in use, as it was told last."""
    newest_id: str = ""
    """The newest of its lineage that was told of, if that has somebody else's key."""
    order: Order | None = None
    reload_owed: bool = False


def load(file: Path) -> State:
    """What was kept; nothing if there is no file. Raises FolderFault."""
    try:
        return _state(json.loads(file.read_bytes()))
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise FolderFault(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError, DecodeError):
        # Not the parser's words: they quote what they read, and that may be a key.
        raise FolderFault(f"{file} is not what an agent writes; without it the agent begins anew") from None


def keep(file: Path, state: State) -> None:
    """Write it, whole and with mode 0600, to the disk. Raises OSError."""
    document = {
        "version": _VERSION,
        "certificate": _packed(state.certificate),
        "newestId": state.newest_id,
        "order": _told(state.order),
        "reloadOwed": state.reload_owed,
    }
    write_whole(file, f"{json.dumps(document, indent=2)}\n".encode())


def _told(order: Order | None) -> dict[str, str] | None:
    if order is None:
        return None
    return {
        "kind": order.kind.value,
        "message": _packed(order.message),
        "key": order.key.decode("ascii"),
        "certificateRequestId": order.certificate_request_id,
    }


def _state(document: Any) -> State:
    if document["version"] != _VERSION:
        raise ValueError(document["version"])
    packed = document["certificate"]
    return State(
        certificate=Certificate.FromString(base64.b64decode(packed)) if packed else None,
        newest_id=str(document["newestId"]),
        order=_order(document["order"]),
        reload_owed=bool(document["reloadOwed"]),
    )


def _order(told: Any) -> Order | None:
    if told is None:
        return None
    kind = Kind(told["kind"])
    return Order(
        kind=kind,
        message=_MESSAGES[kind].FromString(base64.b64decode(told["message"])),
        key=told["key"].encode("ascii"),
        certificate_request_id=str(told["certificateRequestId"]),
    )


def _packed(message: Message | None) -> str:
    return "" if message is None else base64.b64encode(message.SerializeToString()).decode("ascii")
