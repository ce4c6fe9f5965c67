"""Private keys in the contract's messages: the wish for one, and the fields that one is handed out in."""

from __future__ import annotations

from typing import Any

from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api.enums import KEY_ENCAPSULATION
from server.ra.keys.delivery import Delivered, InClear, InPKCS12, SealedTo, Wish
from server.ra.terms import RecipientKey


def read_wish(request: messages.IssueCertificateRequest | messages.RenewCertificateRequest) -> Wish:
    """What a request wishes; what validation reports (an unknown mechanism) is passed over."""
    asked = request.generated_key.recipient_key
    kem = KEY_ENCAPSULATION.member(asked.kem)
    if kem is not None:
        return SealedTo(RecipientKey(kem, asked.public_key))
    return read_claim(request)


def write_wish(message: messages.IssueCertificateRequest, wish: Wish) -> None:
    """Ask for a key that the server makes, and that is handed out so; but without any password."""
    message.generated_key.SetInParent()
    if isinstance(wish, SealedTo):
        asked = message.generated_key.recipient_key
        asked.kem = KEY_ENCAPSULATION.number(wish.recipient.kem)
        asked.public_key = wish.recipient.public_key
    elif isinstance(wish, InPKCS12):
        message.key_format = x509_pb2.KEY_FORMAT_PKCS12


def read_claim(request: Any) -> InClear | InPKCS12:
    """How a key is wished for that is handed out in clear."""
    if request.key_format == x509_pb2.KEY_FORMAT_PKCS12:
        return InPKCS12(request.key_password)
    return InClear()


def write_key(message: certificate_pb2.IssuedCertificate, key: Delivered | None) -> None:
    """Put a key into the answer that hands it out, in the one field of its form."""
    if key is None:
        return
    message.private_key, message.pkcs12 = key.pem, key.pkcs12
    if key.sealed is not None:
        message.sealed_private_key.kem = KEY_ENCAPSULATION.number(key.sealed.kem)
        message.sealed_private_key.enc = key.sealed.enc
        message.sealed_private_key.ciphertext = key.sealed.ciphertext
