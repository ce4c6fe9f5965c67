"""One order in parts, so that a test can know what it asks for, and break one part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from certmanager.v1 import certificate_pb2, x509_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.pki.algorithms import KeyAlgorithm
from tests.issuing.policy_names import general
from tests.issuing.policy_rules import SUBJECT
from tests.issuing.random_matching import Name, canonical
from tests.issuing.random_words import split_usages
from tests.ordering import csr_pem, der_of, key_of, pem_of

SERVER, PEM, DER = "", "csr", "csr_der"
"""Where the key comes from; for CSRs, the field of the request as well."""
STRANGE = "1.3.6.1.4.1.99999.66"
"""An extension that a CSR may ask for and nobody gets."""


@dataclass(frozen=True, slots=True)
class Span:
    """How a lifetime is said (ttl, lifetime, not_after, or not at all), in seconds from now."""

    field: str
    seconds: int
    delay: int | None
    """How far ``not_before`` is ahead; None leaves it to the server."""
    text: str = ""
    """The ttl to the letter, if it is not to be made of the seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Everything that an order says, times relative to the moment when it is sent."""

    source: str
    key: int
    said_key: int
    """The algorithm that the attributes name; 0 for none."""
    subject: dict[str, str]
    csr_subject: dict[str, str]
    names: tuple[Name, ...]
    csr_names: tuple[Name, ...]
    usages: tuple[int, ...]
    extended: tuple[str, ...]
    signature: int
    span: Span
    constraints: tuple[bool, int | None] | None
    extensions: tuple[tuple[str, bool, bytes], ...]
    csr_extended: tuple[str, ...] = ()
    csr_constraints: bool = False
    csr_strange: bool = False
    metadata: tuple[tuple[str, str], ...] = ()
    csr_flaw: str = ""
    """What is wrong with the octets of the CSR: CSR_PEM or CSR_SIGNATURE."""

    @property
    def is_ca(self) -> bool:
        """Whether it asks for a CA certificate."""
        return self.constraints is not None and self.constraints[0]

    def request(self, profile_id: str, now: datetime) -> messages.IssueCertificateRequest:
        """The message, with times counted from now."""
        request = messages.IssueCertificateRequest(profile_id=profile_id)
        request.metadata.extend(
            certificate_pb2.MetadataEntry(key=key, value=text) for key, text in self.metadata
        )
        request.attributes.CopyFrom(self._attributes())
        self._say_when(request.attributes, now.replace(microsecond=0))
        if self.source:
            pem = spoiled(self._csr(), self.csr_flaw)
            setattr(request, self.source, pem if self.source == PEM else der_of(pem))
        return request

    def _attributes(self) -> certificate_pb2.CertificateAttributes:
        named, oids = split_usages(self.extended)
        message: Any = certificate_pb2.CertificateAttributes(
            **self.subject,  # type: ignore[arg-type]
            alt_names=[certificate_pb2.AltName(type=kind, value=text) for kind, text in self.names],  # type: ignore[arg-type]
            key_usages=self.usages,  # type: ignore[arg-type]
            extended_key_usages=named,
            extended_key_usage_oids=oids,
            key_algorithm=self.said_key,  # type: ignore[arg-type]
            signature_algorithm=self.signature,  # type: ignore[arg-type]
        )
        for oid, critical, value in self.extensions:
            message.custom_extensions.add(oid=oid, critical=critical, value=value)
        if self.constraints is not None:
            is_ca, length = self.constraints
            constraints = certificate_pb2.BasicConstraints(is_ca=is_ca, path_length=length)
            message.basic_constraints.CopyFrom(constraints)
        return message  # type: ignore[no-any-return]

    def _say_when(self, message: certificate_pb2.CertificateAttributes, now: datetime) -> None:
        begin = now + timedelta(seconds=self.span.delay or 0)
        if self.span.delay is not None:
            message.not_before.CopyFrom(_stamp(begin))
        match self.span.field:
            case "ttl":
                message.ttl = self.span.text or _text(self.span.seconds)
            case "lifetime":
                message.lifetime.CopyFrom(Duration(seconds=self.span.seconds))
            case "not_after":
                message.not_after.CopyFrom(_stamp(begin + timedelta(seconds=self.span.seconds - 1)))

    def _csr(self) -> str:
        names = [general(kind, text) for kind, text in map(canonical, self.csr_names)]
        subject = [(SUBJECT[attribute][1], value) for attribute, value in self.csr_subject.items()]
        return csr_pem(*self._csr_extensions(), key=own_key(self.key), subject=subject, names=names)

    def _csr_extensions(self) -> list[tuple[x509.ExtensionType, bool]]:
        found: list[tuple[x509.ExtensionType, bool]] = []
        if self.csr_extended:
            oids = [x509.ObjectIdentifier(oid) for oid in self.csr_extended]
            found.append((x509.ExtendedKeyUsage(oids), False))
        if self.csr_constraints:
            is_ca, length = self.constraints or (False, None)
            found.append((x509.BasicConstraints(is_ca, length), True))
        if self.csr_strange:
            strange = x509.UnrecognizedExtension(x509.ObjectIdentifier(STRANGE), b"\x05\x00")
            found.append((strange, False))
        return found


def spoiled(pem: str, flaw: str) -> str:
    """The CSR with that flaw."""
    match flaw:
        case "":
            return pem
        case "CSR_PEM":
            return pem.replace("BEGIN", "BEGIN A")
    octets = bytearray(der_of(pem))
    octets[-1] ^= 1
    return pem_of(bytes(octets))


def own_key(algorithm: int) -> Any:
    """The client's key of an algorithm, the same for the whole session."""
    return key_of(KeyAlgorithm[key_name(algorithm)])


def key_name(algorithm: int) -> str:
    """An algorithm's name without its prefix."""
    return x509_pb2.KeyAlgorithm.Name(algorithm).removeprefix("KEY_ALGORITHM_")


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment.astimezone(UTC))
    return stamp


def _text(seconds: int) -> str:
    """A duration as people write it, in the greatest unit that it is a whole number of."""
    units = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
    unit = next(unit for unit, size in units.items() if seconds % size == 0)
    return f"{seconds // units[unit]}{unit}"
