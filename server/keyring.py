"""Finds the key-encryption key that the settings name, and proves that it is the database's.

The KEK seals every CA key. Its fingerprint stands in the database: a server
with another KEK, or with none, refuses to start rather than fail at the first
signature. It is never part of a backup.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from server.config import Settings, SettingsError
from server.files import write_private
from server.pki.seal import KEK
from server.store.store import Store

META_FINGERPRINT = "kek.fingerprint"
META_SALT = "kek.salt"
_SALT_OCTETS = 16
_KEY_OCTETS = 32


async def find(settings: Settings, store: Store) -> KEK:
    """The KEK of a database that is set up. Raises SettingsError if it is missing or another's."""
    fingerprint = await store.meta(META_FINGERPRINT)
    kek = _named(settings, salt=await store.meta(META_SALT) or b"")
    if kek is None:
        raise SettingsError(
            f"the key-encryption key {_path(settings)} is missing; without it no CA key opens"
        )
    if fingerprint is None or kek.fingerprint() != fingerprint.decode():
        raise SettingsError("the key-encryption key is not the one that this database was set up with")
    return kek


def make(settings: Settings) -> tuple[KEK, dict[str, bytes]]:
    """The KEK for a new database, a new file if need be, and the facts to keep of it."""
    salt = secrets.token_bytes(_SALT_OCTETS)
    kek = _named(settings, salt=salt)
    if kek is None:
        key = secrets.token_bytes(_KEY_OCTETS)
        write_private(_path(settings), key.hex() + os.linesep)
        kek = KEK(key)
    return kek, {META_FINGERPRINT: kek.fingerprint().encode(), META_SALT: salt}


def _named(settings: Settings, *, salt: bytes) -> KEK | None:
    if settings.kek_passphrase is not None:
        return KEK.from_passphrase(settings.kek_passphrase.get_secret_value(), salt)
    if settings.kek is not None:
        return KEK(_octets(settings.kek.get_secret_value()))
    try:
        return KEK(_octets(_read(_path(settings))))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"cannot read the key-encryption key {_path(settings)}") from None


def _read(path: Path) -> str:
    """The file's text. A group may be let in, as a mounted secret's often is; not everybody."""
    with path.open(encoding="ascii") as file:
        if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
            raise SettingsError(f"everybody can read the key-encryption key {path}; its mode must be 0600")
        return file.read()


def _path(settings: Settings) -> Path:
    return settings.kek_file or settings.data_dir / "kek"


def _octets(text: str) -> bytes:
    try:
        octets = bytes.fromhex(text.strip())
    except ValueError:
        octets = b""
    if len(octets) != _KEY_OCTETS:
        raise SettingsError("the key-encryption key must be 64 hex digits")
    return octets
