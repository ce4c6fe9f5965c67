"""The HTTP face, put together: a listener of its own whose every act is an RPC over a private channel."""

from __future__ import annotations

from datetime import timedelta

from server import telemetry
from server.api.listen import CertificateSource
from server.api.pipeline import Pipeline
from server.api.startup import StartupError
from server.config import Address
from server.inward import private_channel
from server.listening import client_ca
from server.parts import Parts
from server.pki.seal import KEK, SealBroken
from server.web.face import face_app
from server.web.patience import StreamingProtocol
from server.web.recorded import Recorded
from server.web.service import Service
from server.web.serving import WebServer, serve
from server.web.sessions import Sessions
from server.web.tls import FreshTLS

SESSION_INFO = "certmanager/v1/web-session"
"""What the key that seals sessions is derived for."""

_KEEP_ALIVE_SECONDS = 15
_HEAD_OCTETS = 16 * 1024


async def face(
    parts: Parts, pipeline: Pipeline, source: CertificateSource | None, address: Address
) -> dict[str, str]:
    """Serve until the application ends, in plaintext without a source; tells where. Raises StartupError."""
    settings = parts.settings
    sessions = Sessions(
        seal=_Seal(KEK(parts.kek.derive(SESSION_INFO))),
        lifetime=timedelta(hours=settings.session_hours),
        clock=parts.clock,
        secure=source is not None,
    )
    service = Service(await private_channel(parts, pipeline))
    app = Recorded(
        face_app(service, sessions, largest=settings.max_message_bytes, described=settings.reflection),
        count=lambda verb, status: parts.metrics.http_answers.labels(verb, str(status)).inc(),
        tell=telemetry.logger("http").error,
    )
    tls = None if source is None else FreshTLS(source, client_ca=client_ca(parts.settings))
    web = await _listening(app, address, tls)
    parts.stack.push_async_callback(web.stop)
    return {"http": f"{'https' if tls else 'http'}://{address.at(web.port)}"}


async def _listening(app: Recorded, address: Address, tls: FreshTLS | None) -> WebServer:
    try:
        return await serve(
            app,
            address.host,
            address.port,
            tls=tls.context if tls else None,
            http=StreamingProtocol,
            ws="none",
            # Whatever anybody may send is nothing that a log should tell.
            log_level="error",
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=_HEAD_OCTETS,
        )
    except OSError:
        raise StartupError(f"cannot listen on '{address}'") from None


class _Seal:
    """The session key, for those above who know no cryptography."""

    def __init__(self, key: KEK) -> None:
        self._key = key

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        return self._key.seal(plaintext, context=context)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        try:
            return self._key.open(sealed, context=context)
        except SealBroken as error:
            raise ValueError(str(error)) from None
