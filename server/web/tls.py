"""TLS for the HTTP listener, with the certificate that the gRPC listener has, too."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_IN_MEMORY = "/proc/self/fd"


class CertificateSource(Protocol):
    """Holds the server's certificate of the moment."""

    def current(self) -> tuple[bytes, bytes]:
        """The private key and the chain, in PEM."""


class FreshTLS:
    """A context that serves the source's certificate of the moment, asked for in each handshake."""

    def __init__(self, source: CertificateSource, *, client_ca: bytes | None = None) -> None:
        self._source = source
        self._client_ca = client_ca
        self._pair = source.current()
        self._newest = self._made()
        self.context = self._newest
        self.context.sni_callback = self._refresh

    def _refresh(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """OpenSSL calls this in each handshake, with and without a name."""
        pair = self._source.current()
        if pair != self._pair:
            self._pair = pair
            self._newest = self._made()
        connection.context = self._newest

    def _made(self) -> ssl.SSLContext:
        key, chain = self._pair
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        with _file_of(key + b"\n" + chain) as path:
            context.load_cert_chain(path)
        if self._client_ca is not None:
            context.load_verify_locations(cadata=self._client_ca.decode())
            context.verify_mode = ssl.CERT_REQUIRED
        return context


@contextmanager
def _file_of(pem: bytes) -> Iterator[str]:
    """A file to load key and chain from: ``ssl`` takes them from nowhere else.

    It is in memory where the system has such files, and else one that nobody
    else may read, gone as soon as it is loaded.
    """
    if hasattr(os, "memfd_create") and Path(_IN_MEMORY).is_dir():
        with open(os.memfd_create("tls"), "wb") as file:  # noqa: PTH123 - it has no path
            file.write(pem)
            file.flush()
            yield f"{_IN_MEMORY}/{file.fileno()}"
        return
    with tempfile.NamedTemporaryFile("wb") as file:
        file.write(pem)
        file.flush()
        yield file.name
