"""What a client says to make the retry of a call safe."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attempt:
    """A creating call under a ``request_id``; whose it is, its caller tells."""

    method: str
    """The RPC, as ``certmanager.v1.CertificateService/IssueCertificate``."""
    request_id: str
    """The client's UUID, in lower case."""
    digest: bytes = field(repr=False)
    """SHA-256 of what is asked for: equal for equal intents."""
