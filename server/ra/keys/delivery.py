"""How a private key that the server made leaves it: in clear, in a PKCS #12 file, or sealed to a recipient.

Whatever hands out a key calls ``delivered``, at issuance and later; what was held until then, ``handed_out``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from server.ca.pool import CryptoPool
from server.pki.certificate import Certificate
from server.pki.hpke import RecipientKey, Sealed, seal
from server.pki.keys import PrivateKey, dump_pkcs8, load_pkcs8, pkcs8_pem
from server.pki.pem import stored_certificates
from server.pki.pkcs12 import dump_pkcs12

SEALING_PURPOSE: Final = "certmanager/v1/private-key/"
"""Begins HPKE's ``info``; the id of the certificate request ends it."""


class KeyForm(Enum):
    """In which form a key was handed out: what the audit log tells of it."""

    PKCS8_PEM = "PKCS8_PEM"
    PKCS12 = "PKCS12"
    SEALED = "SEALED"


@dataclass(frozen=True, slots=True)
class InClear:
    """The wish for an unencrypted key: PKCS #8 in PEM."""


@dataclass(frozen=True, slots=True)
class InPKCS12:
    """The wish for a PKCS #12 file with key, certificate and chain."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedTo:
    """The wish for a key that only the holder of another key can read."""

    recipient: RecipientKey


Wish: TypeAlias = InClear | InPKCS12 | SealedTo


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A private key on its way out, in one form; held nowhere else, and gone with its answer."""

    form: KeyForm
    pem: str = field(default="", repr=False)
    pkcs12: bytes = field(default=b"", repr=False)
    sealed: Sealed | None = None


def delivered(
    key: PrivateKey, wish: Wish, *, certificate: Certificate, chain: str, request_id: str
) -> Delivered:
    """The key in the form that was wished for; of a wish that ``wish_faults`` has nothing against.

    ``chain`` is the certificate's in PEM, from its issuer up, and ``request_id``
    the id of its certificate request. Takes as long as ``is_slow`` says.
    """
    match wish:
        case InClear():
            return Delivered(form=KeyForm.PKCS8_PEM, pem=pkcs8_pem(key))
        case InPKCS12(password):
            issuers = stored_certificates(chain) if chain else ()
            octets = dump_pkcs12(key, password=password, certificate=certificate, chain=issuers)
            return Delivered(form=KeyForm.PKCS12, pkcs12=octets)
        case SealedTo(recipient):
            return Delivered(form=KeyForm.SEALED, sealed=_sealed(key, recipient, request_id=request_id))


def owed(key: PrivateKey, wish: Wish, *, request_id: str) -> bytes:
    """What is held of a key until its requester fetches it: PKCS #8, or what is sealed to a recipient."""
    if isinstance(wish, SealedTo):
        return _sealed(key, wish.recipient, request_id=request_id).octets
    return dump_pkcs8(key)


def repeatable(key: PrivateKey, told: Delivered) -> bytes:
    """What is held of a key that was handed out, to be handed out again."""
    return told.sealed.octets if told.sealed else dump_pkcs8(key)


def handed_out(
    secret: bytes, wish: Wish, *, certificate: Certificate, chain: str, request_id: str
) -> Delivered:
    """A key that was held, in the form that is wished for now; what was sealed stays as it is."""
    if isinstance(wish, SealedTo):
        return Delivered(form=KeyForm.SEALED, sealed=Sealed.of(secret))
    return delivered(load_pkcs8(secret), wish, certificate=certificate, chain=chain, request_id=request_id)


async def without_stall(pool: CryptoPool, wish: Wish, work: Callable[[], Delivered]) -> Delivered:
    """What the work makes; in a thread if many such at once would hold up the loop."""
    return await pool.run(work) if is_slow(wish) else work()


def is_slow(wish: Wish) -> bool:
    """Whether ``delivered`` takes milliseconds, so that many at once would hold up the loop."""
    return isinstance(wish, InPKCS12)


def _sealed(key: PrivateKey, recipient: RecipientKey, *, request_id: str) -> Sealed:
    return seal(dump_pkcs8(key), recipient, info=(SEALING_PURPOSE + request_id).encode())
