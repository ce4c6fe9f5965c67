"""A certificate of the operator's own to serve with, from files that may be replaced at any time."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path

from server.config import SettingsError

_Stamp = tuple[int, int, int]


@dataclass(slots=True)
class FileCertificate:
    """Key and chain from two PEM files, read again once either has changed.

    ``current`` is called in a TLS handshake on a thread of gRPC, hence the lock.
    While the files do not fit each other (somebody is replacing them) the last
    pair that did is served.
    """

    certificate: Path
    key: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _seen: tuple[_Stamp, ...] = ()
    _pair: tuple[bytes, bytes] = field(default=(b"", b""), repr=False)

    def prove(self) -> FileCertificate:
        """Itself, once the files are there and fit. Raises SettingsError."""
        if not self._read():
            raise SettingsError(f"{self.certificate} and {self.key} are not a PEM certificate and its key")
        return self

    def current(self) -> tuple[bytes, bytes]:
        """Private key and certificate chain, both PEM."""
        with self._lock:
            self._read()
            return self._pair

    def _read(self) -> bool:
        try:
            seen = self._stamps()
            if seen == self._seen:
                return True
            # Without a password OpenSSL would ask the terminal for that of an encrypted key, and wait.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key, password="")
            pair = (self.key.read_bytes(), self.certificate.read_bytes())
            if seen != self._stamps():  # replaced while we read: what fitted may not be what we hold
                return False
        except OSError:  # ssl.SSLError is one too
            return False
        self._seen, self._pair = seen, pair
        return True

    def _stamps(self) -> tuple[_Stamp, ...]:
        """What changes when a file is written to or another is put in its place."""
        found = (self.certificate.stat(), self.key.stat())
        return tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in found)


def read_roots(path: Path) -> bytes:
    """PEM certificates to trust. Raises OSError unless there are any: gRPC would start and trust nobody."""
    roots = path.read_bytes()
    ssl.create_default_context(cafile=path)  # ssl.SSLError is an OSError
    return roots
