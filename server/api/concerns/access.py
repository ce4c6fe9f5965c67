"""Authentication and authorization: who calls, and whether they may ever call this.

Whether they may do it to *this* object is decided in the use case, which
enters a project through the call's caller; the pipeline only checks afterwards
that it did.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from server.errors import Denied, unauthenticated

if TYPE_CHECKING:
    from server.api.methods import Method
    from server.ra.attempt import Attempt

# RFC 6750, section 2.1, narrowed to the tokens that this server hands out.
_CREDENTIALS = re.compile(r"bearer +(cm_[A-Za-z0-9._~+/=-]{1,250})", re.IGNORECASE)
_TRACE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Principal(Protocol):
    """Who calls."""

    @property
    def identity_id(self) -> str:
        """The identity's id."""

    @property
    def identity_name(self) -> str:
        """The identity's name, for people."""

    @property
    def token_id(self) -> str:
        """Which of the identity's tokens was shown."""

    @property
    def certificate_id(self) -> str:
        """Which certificate was shown, where no token was."""

    def allows_anywhere(self, permission: str) -> bool:
        """Whether some role of the identity, in some project, grants ``permission``."""


class Authenticator(Protocol):
    """Knows whose a credential is: a token, or the fingerprint of a certificate."""

    def cached(self, credential: str, /) -> Principal | None:
        """The principal, if that can be said without waiting."""

    async def authenticate(self, credential: str, /) -> Principal:
        """The principal; raises ``Unauthenticated`` if the credential is not valid now."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a call came with, and who knows whose it is."""

    text: str = field(repr=False)
    authenticator: Authenticator

    async def principal(self) -> Principal:
        """Whose it is by what is known at this moment; raises ``Unauthenticated``."""
        return self.authenticator.cached(self.text) or await self.authenticator.authenticate(self.text)


class Caller(Protocol):
    """The principal in one call; ``entered`` tells that a use case has checked its right."""

    attempt: Attempt | None
    """Which attempt the call is, once its request is read; None if it cannot be repeated safely."""

    @property
    def entered(self) -> bool:
        """Whether the right to the call's object was checked."""

    @property
    def project_id(self) -> str:
        """The project that the call works in; empty until it is known."""


MakeCaller = Callable[..., Caller]
"""Makes the caller of one call: of the principal, the method's permission, the trace id and the source."""


def read_headers(metadata: Iterable[tuple[str, str | bytes]]) -> tuple[str, str]:
    """The bearer token and the trace id that the caller sent, each empty if absent or unusable.

    Two ``authorization`` headers are as good as none: which one would count
    is what an attacker behind a proxy wants to choose.
    """
    credentials: list[str | bytes] = []
    trace_id = ""
    for key, value in metadata:
        if key == "authorization":
            credentials.append(value)
        elif key == "x-request-id" and isinstance(value, str) and _TRACE_ID.fullmatch(value):
            trace_id = value
    return _bearer(credentials), trace_id


class Authenticators(Protocol):
    """Who is asked on a listener."""

    @property
    def authenticator(self) -> Authenticator:
        """Knows whose a token is."""

    @property
    def shown(self) -> Authenticator | None:
        """Knows whose a certificate is; None where certificates stand for nobody."""


def credential_of(bearer: str, context: Any, known: Authenticators) -> Credential:
    """What a caller came with. Raises Unauthenticated if that is nothing.

    A token counts alone, and one that is not valid is refused: the certificate
    beside it is for the transport only, so no rights are mixed.
    """
    if bearer:
        return Credential(bearer, known.authenticator)
    if known.shown is None or any(key == "authorization" for key, _ in context.invocation_metadata() or ()):
        raise unauthenticated()
    return Credential(_fingerprint(context.auth_context()), known.shown)


def _fingerprint(auth_context: Mapping[str, Iterable[bytes]]) -> str:
    """The SHA-256 of the certificate that the peer has proven to hold the key of; empty if it showed none."""
    for pem in auth_context.get("x509_pem_cert", ()):
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))).hexdigest()
    return ""


def address(peer: str) -> str:
    """The address and port in gRPC's name for a peer, as ``ipv6:%5B::1%5D:50312``."""
    return unquote(peer.partition(":")[2])


def authorize(principal: Principal, method: Method) -> None:
    """Refuses a method that none of the principal's roles allows, in whatever project."""
    if method.concerns_self or principal.allows_anywhere(method.permission):
        return
    raise Denied(f"this needs the permission '{method.permission}'", permission=method.permission)


def _bearer(credentials: list[str | bytes]) -> str:
    if len(credentials) != 1 or not isinstance(credentials[0], str):
        return ""
    match = _CREDENTIALS.fullmatch(credentials[0])
    return match[1] if match else ""
