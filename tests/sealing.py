"""Recipients' keys, and the opening of what was sealed to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import load_der_private_key

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import x509_pb2
from tests import rfc9180

X25519 = x509_pb2.KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256
P256 = x509_pb2.KEY_ENCAPSULATION_DHKEM_P256_HKDF_SHA256
BOTH_KEMS = (X25519, P256)


def generated(kem: Any, public_key: bytes) -> messages.GeneratedKey:
    """The wish for a key that is sealed."""
    return messages.GeneratedKey(recipient_key=messages.RecipientKey(kem=kem, public_key=public_key))


@dataclass(frozen=True)
class Recipient:
    """Somebody who can open what is sealed to them."""

    kem: Any
    key: rfc9180.PrivateKey

    @classmethod
    def fresh(cls, kem: Any) -> Recipient:
        """With a new key."""
        made = (
            x25519.X25519PrivateKey.generate() if kem == X25519 else ec.generate_private_key(ec.SECP256R1())
        )
        return cls(kem, made)

    @property
    def wish(self) -> messages.GeneratedKey:
        """What makes a request one for a key that is sealed to them."""
        return generated(self.kem, rfc9180.public_octets(self.key))

    def octets(self, sealed: Any, *, request_id: str) -> bytes:
        """The PKCS #8 DER in a sealed key, opened as the contract tells it; raises InvalidTag."""
        info = f"certmanager/v1/private-key/{request_id}".encode()
        opened = rfc9180.open_base(sealed.enc, self.key, info=info, aad=b"", ciphertext=sealed.ciphertext)
        return opened.plaintext

    def opened(self, answer: messages.IssueCertificateResponse) -> Any:
        """The key that an answer holds, sealed."""
        sealed = answer.certificate.sealed_private_key
        octets = self.octets(sealed, request_id=answer.certificate_request_id)
        return load_der_private_key(octets, None)


def keys_in(certificate: Any) -> set[str]:
    """Which of the fields of an answer that could hold a private key do."""
    named = {"private_key", "pkcs12", "sealed_private_key"}
    return {field.name for field, _ in certificate.ListFields()} & named
