"""What a client says of a renewal that it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from server.errors import Violation
from server.ra.keys.delivery import InClear, Wish


class Key(Enum):
    """Where the key of a renewal comes from."""

    AS_BEFORE = "AS_BEFORE"
    """A new one if the server made the present one; otherwise the same CSR again."""
    GENERATED = "GENERATED"
    """The server makes it."""
    CSR = "CSR"
    """The client has made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A client's wish for a certificate in another one's place."""

    certificate_id: str
    key: Key = Key.AS_BEFORE
    csr: str | bytes | None = field(default=None, repr=False)
    """PEM text or DER, for ``Key.CSR``."""
    csr_field: str = "csr"
    """Which field of the request held it, for violations."""
    delivery: Wish = field(default_factory=InClear)
    """How a key is to be handed out that the server makes."""
    auto_renew: bool | None = None
    """None: as the certificate that it renews."""
    faults: tuple[Violation, ...] = ()
    """What is wrong with its form."""
