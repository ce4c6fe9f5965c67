"""The server's own TLS certificate, from a CA of its own: the service CA.

Clients trust the service CA (``DATA/ca.pem``); it lives sealed in the database,
so that all replicas share it. Each process makes itself a short-lived server
certificate under it and replaces that in time, without a restart.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from server.ca.signing import Signer
from server.clock import Clock
from server.pki.algorithms import KeyAlgorithm, signatures_of
from server.pki.certificate import Certificate, encoded, load_certificate, sign, subject_key_id
from server.pki.keys import dump_pkcs8, generate, load_pkcs8, pkcs8_pem
from server.pki.names import AltName, AltNameType, alt_name
from server.pki.pem import certificate_pem
from server.pki.seal import KEK
from server.pki.serial import new_serial
from server.pki.signed import check_signed
from server.pki.subjects import Subject, SubjectAttribute, subject_name
from server.pki.template import BasicConstraints, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import Validity, window

META_CERTIFICATE = "service_ca.certificate"
META_KEY = "service_ca.key"

_ALGORITHM = KeyAlgorithm.EC_PRIME256V1
_SUBJECT: Subject = ((SubjectAttribute.COMMON_NAME, "certmanager service CA"),)
_CA_LIFETIME = timedelta(days=20 * 365)
_LIFETIME = timedelta(days=30)
_BACKDATE = timedelta(hours=1)
"""Generous: a client whose clock is slow could otherwise not even connect to learn of it."""


def found_service_ca(kek: KEK, *, now: datetime) -> dict[str, bytes]:
    """A new service CA, as the facts that the store keeps of it."""
    key = generate(_ALGORITHM)
    template = Template(
        serial=new_serial(),
        issuer=subject_name(_SUBJECT),
        subject=_SUBJECT,
        public_key=key.public_key(),
        key_algorithm=_ALGORITHM,
        signature_algorithm=signatures_of(_ALGORITHM)[0],
        validity=window(
            now=now, lifetime=_CA_LIFETIME, backdate=_BACKDATE, issuer_not_before=now - _BACKDATE
        ),
        key_usages=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        basic_constraints=BasicConstraints(is_ca=True, path_length=0),
    )
    certificate = sign(template, key)
    return {META_CERTIFICATE: encoded(certificate), META_KEY: kek.seal(dump_pkcs8(key), context=META_KEY)}


@dataclass(frozen=True, slots=True)
class ServiceCA:
    """The opened service CA."""

    certificate: Certificate
    signer: Signer

    @classmethod
    def open(cls, kek: KEK, *, certificate: bytes, sealed_key: bytes) -> ServiceCA:
        """The service CA of the store's facts. Raises SealBroken for another KEK's."""
        key = load_pkcs8(kek.open(sealed_key, context=META_KEY))
        return cls(load_certificate(certificate), Signer(key, _ALGORITHM))

    @property
    def pem(self) -> str:
        """What clients trust."""
        return certificate_pem(self.certificate)


@dataclass(slots=True)
class ServiceCertificate:
    """The certificate that one process serves with, renewed in time by whoever asks for it.

    ``current`` is called in a TLS handshake on a thread of gRPC, hence the lock.
    """

    ca: ServiceCA
    names: Sequence[str]
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _pair: tuple[bytes, bytes] | None = field(default=None, repr=False)
    _renew_at: datetime | None = None

    def current(self) -> tuple[bytes, bytes]:
        """Private key and certificate chain, both PEM; a new pair once two thirds of the old are over."""
        with self._lock:
            now = self.clock()
            if self._pair is None or self._renew_at is None or now >= self._renew_at:
                self._pair, validity = self._issue(now)
                self._renew_at = validity.not_before + validity.lifetime * 2 / 3
            return self._pair

    def _issue(self, now: datetime) -> tuple[tuple[bytes, bytes], Validity]:
        key = generate(_ALGORITHM)
        begin = self.ca.certificate.not_valid_before_utc
        validity = window(now=now, lifetime=_LIFETIME, backdate=_BACKDATE, issuer_not_before=begin)
        template = Template(
            serial=new_serial(),
            issuer=self.ca.certificate.subject,
            authority_key_id=subject_key_id(self.ca.signer.public_key),
            subject=((SubjectAttribute.COMMON_NAME, "certmanager"),),
            alt_names=tuple(dict.fromkeys(server_name(text) for text in self.names)),
            public_key=key.public_key(),
            key_algorithm=_ALGORITHM,
            signature_algorithm=signatures_of(_ALGORITHM)[0],
            validity=validity,
            key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
            extended_key_usages=(ExtendedKeyUsage.SERVER_AUTH.value,),
        )
        certificate = sign(template, self.ca.signer.key)
        check_signed(template, certificate, issuer_public_key=self.ca.signer.public_key)
        chain = certificate_pem(certificate) + self.ca.pem
        return (pkcs8_pem(key).encode(), chain.encode()), validity


def server_name(text: str) -> AltName:
    """A name or address that clients reach the server by. Raises NameFault."""
    try:
        return alt_name(AltNameType.IP, str(ip_address(text)))
    except ValueError:
        return alt_name(AltNameType.DNS, text)
