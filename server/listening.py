"""The gRPC listeners, put together: the one for tokens, and the one where clients show certificates."""

from __future__ import annotations

from server.api import listen
from server.api.listen import CertificateSource, TransportLimits
from server.api.pipeline import Pipeline
from server.config import Settings, SettingsError
from server.parts import Parts
from server.ra.access.anchors import ClientAnchors
from server.ra.access.shown import ShownCertificates
from server.tls import read_roots


async def serve_grpc(parts: Parts, pipeline: Pipeline, source: CertificateSource | None) -> str:
    """Serve until the application ends, in plaintext without a source; tells where. Raises StartupError."""
    settings, address = parts.settings, parts.settings.grpc
    server = listen.build(pipeline, transport_limits(settings))
    if source is None:
        port = listen.listen_insecurely(server, str(address))
    else:
        roots = client_ca(settings)
        anchors = None if roots is None else (lambda: roots)
        port = listen.listen(server, str(address), source, client_ca=anchors)
    await server.start()
    parts.stack.push_async_callback(server.stop, settings.drain_grace)
    return str(address.at(port))


async def serve_mutual(parts: Parts, pipeline: Pipeline, source: CertificateSource | None) -> dict[str, str]:
    """The listener where clients show certificates of ours, a server of its own: only there do they count."""
    settings, address = parts.settings, parts.settings.mtls
    if address is None:
        return {}
    if source is None:
        raise SettingsError("setting 'mtls_address' (--mtls-address): needs TLS")
    anchors = ClientAnchors(parts.store)
    parts.stack.push_async_callback(anchors.close)
    await anchors.load()
    shown = ShownCertificates(parts.store, clock=parts.clock)
    server = listen.build(pipeline.for_shown(shown), transport_limits(settings))
    port = listen.listen(server, str(address), source, client_ca=anchors.pem)
    await server.start()
    parts.stack.push_async_callback(server.stop, settings.drain_grace)
    return {"mtls": str(address.at(port))}


def transport_limits(settings: Settings) -> TransportLimits:
    """What each gRPC listener accepts."""
    return TransportLimits(
        message=settings.max_message_bytes,
        streams=settings.max_concurrent_streams,
        pending=settings.max_pending_requests,
    )


def client_ca(settings: Settings) -> bytes | None:
    """The PEM roots under which clients must show a certificate; None if they need none."""
    if settings.client_ca is None:
        return None
    try:
        return read_roots(settings.client_ca)
    except OSError:
        raise SettingsError(f"cannot read the client CA {settings.client_ca}") from None
