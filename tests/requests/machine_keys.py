"""The private keys that a machine gets: each is its certificate's, and the same whenever it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from certmanager.v1 import certificate_service_pb2 as messages
from tests.ordering import csr_pem
from tests.sealing import X25519, Recipient, keys_in

_FORM = Encoding.DER, PublicFormat.SubjectPublicKeyInfo


@cache
def _recipient() -> Recipient:
    return Recipient.fresh(X25519)


@cache
def the_csr() -> str:
    """A CSR that is the same to the octet whenever it is sent."""
    return csr_pem()


def key_wish() -> messages.GeneratedKey:
    """What asks for a key that only this process can open."""
    return _recipient().wish


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys by the number of their request."""

    _known: dict[int, bytes] = field(default_factory=dict)

    def proven(self, number: int, told: Any, id_: str) -> bool:
        """Whether an answer has a key; fails unless it is the one of the certificate beside it."""
        found = keys_in(told)
        if not found:
            return False
        assert len(found) == 1
        key = _opened(told, id_) if "sealed_private_key" in found else _read(told)
        public = key.public_key().public_bytes(*_FORM)
        certified = x509.load_pem_x509_certificate(told.certificate.encode()).public_key()
        assert public == certified.public_bytes(*_FORM) == self._known.setdefault(number, public)
        return True


def _read(told: Any) -> Any:
    return load_pem_private_key(told.private_key.encode(), None)


def _opened(told: Any, id_: str) -> Any:
    return load_der_private_key(_recipient().octets(told.sealed_private_key, request_id=id_), None)
