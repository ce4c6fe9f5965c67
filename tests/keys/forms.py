"""The forms that keys are asked for in, and the keys in answers of any form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from certmanager.v1 import x509_pb2
from tests.oracles import openssl_pkcs12
from tests.sealing import BOTH_KEMS, P256, X25519, Recipient, keys_in

PASSWORD = "correct horse"
OTHER = "another one"
NUL = PASSWORD + "\0"
NAMES = ("PKCS8_PEM", "PKCS12", "SEALED")
"""As the audit log has them."""
_FIELDS = dict(zip(NAMES, ("private_key", "pkcs12", "sealed_private_key"), strict=True))


def in_file(password: str = PASSWORD) -> dict[str, Any]:
    """The fields of an order or a claim that asks for a PKCS #12 file."""
    return {"key_format": x509_pb2.KEY_FORMAT_PKCS12, "key_password": password}


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms, with somebody who can open what comes in it."""

    name: str
    recipient: Recipient

    @classmethod
    def of(cls, name: str, kem: Any = X25519) -> Form:
        """With a new recipient."""
        return cls(name, Recipient.fresh(kem))

    def wish(self, password: str = PASSWORD) -> dict[str, Any]:
        """The fields of an order for it."""
        if self.name == "SEALED":
            return {"generated_key": self.recipient.wish}
        return in_file(password) if self.name == "PKCS12" else {}

    def claim(self, password: str = PASSWORD) -> dict[str, Any]:
        """The fields of a claim for it: what is sealed needs none."""
        return in_file(password) if self.name == "PKCS12" else {}

    def key(self, certificate: Any, *, request_id: str, password: str = PASSWORD) -> Any:
        """The key in an answer, which fits the certificate beside it and is in no other form."""
        assert keys_in(certificate) == {_FIELDS[self.name]}
        key: Any = self._opened(certificate, request_id, password)
        certified = x509.load_pem_x509_certificate(certificate.certificate.encode())
        assert key.public_key() == certified.public_key()
        return key

    def _opened(self, certificate: Any, request_id: str, password: str) -> Any:
        match self.name:
            case "PKCS12":
                pem = openssl_pkcs12(certificate.pkcs12, password).pem
                return load_pem_private_key(pem.encode(), None)
            case "SEALED":
                sealed = certificate.sealed_private_key
                return load_der_private_key(self.recipient.octets(sealed, request_id=request_id), None)
        return load_pem_private_key(certificate.private_key.encode(), None)


__all__ = ["BOTH_KEMS", "NAMES", "NUL", "OTHER", "P256", "PASSWORD", "X25519", "Form", "in_file"]
