"""Makes the request of an RPC from what a form says."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from typing import TypeVar

from certmanager.v1.certificate_pb2 import AltName, CertificateAttributes, CustomExtension, MetadataEntry
from certmanager.v1.certificate_service_pb2 import GeneratedKey, IssueCertificateRequest
from server.web import literals
from server.web.refusals import Broken
from server.web.ui.requests import entries
from server.web.ui.requests.allowed import SUBJECT_NAMES
from server.web.ui.requests.entries import Entry
from server.web.ui.words import enum_named, number_of

T = TypeVar("T")

_MALFORMED = "FORM_FIELD_MALFORMED"


class Unreadable(Exception):
    """A form with fields that no request can be made of."""

    def __init__(self, broken: Iterable[Broken]) -> None:
        self.violations = tuple(broken)
        super().__init__(", ".join(one.message for one in self.violations))


def order_of(entry: Entry, profile_id: str) -> IssueCertificateRequest:
    """The order, without a ``request_id``. Raises Unreadable with all that is wrong with its fields."""
    reading = _Reading(entry)
    order = IssueCertificateRequest(
        profile_id=profile_id,
        attributes=reading.attributes(),
        metadata=[MetadataEntry(key=key, value=value) for key, value in entry.labels],
    )
    if entry.source == "csr":
        order.csr = entry.text("csr")
    else:
        order.generated_key.CopyFrom(GeneratedKey())
        order.key_format = reading.value("KeyFormat", "key_format")  # type: ignore[assignment]
        order.key_password = entry.password
    if entry.text("auto_renew"):
        order.auto_renew = entry.text("auto_renew") == "true"
    if reading.broken:
        raise Unreadable(reading.broken)
    return order


class _Reading:
    """Reads fields one by one and keeps what is wrong with them."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.broken: list[Broken] = []

    def attributes(self) -> CertificateAttributes:
        """Of the order. What is empty is left to the profile."""
        entry, made = self.entry, CertificateAttributes()
        for name in SUBJECT_NAMES:
            if text := entry.text(f"attributes.{name}"):
                setattr(made, name, text)
        if ttl := entry.text(entries.TTL):
            made.ttl = ttl
        made.alt_names.extend(self._alt_names())
        made.key_usages.extend(self._values("KeyUsage", entries.KEY_USAGES))  # type: ignore[arg-type]
        made.extended_key_usages.extend(self._values("ExtendedKeyUsage", entries.EXTENDED))  # type: ignore[arg-type]
        made.extended_key_usage_oids.extend(entry.chosen.get(entries.OIDS, ()))
        made.custom_extensions.extend(self._extensions())
        if entry.source != "csr":
            made.key_algorithm = self.value("KeyAlgorithm", entries.KEY_ALGORITHM)  # type: ignore[assignment]
        made.signature_algorithm = self.value("SignatureAlgorithm", entries.SIGNATURE)  # type: ignore[assignment]
        self._constrain(made)
        return made

    def value(self, enum: str, path: str) -> int:
        """The number that a field spells."""
        return self._or(0, path, lambda: number_of(enum_named(enum), self.entry.text(path)))

    def _values(self, enum: str, path: str) -> list[int]:
        described = enum_named(enum)
        said = self.entry.chosen.get(path, ())
        return self._or([], path, lambda: [literals.number(described, each) for each in said])

    def _alt_names(self) -> Iterable[AltName]:
        described = enum_named("AltNameType")
        for index, (kind, value) in enumerate(self.entry.names):
            path = f"attributes.alt_names[{index}].type"
            number = self._or(0, path, lambda kind=kind: literals.number(described, kind))  # type: ignore[misc]
            yield AltName(type=number, value=value)  # type: ignore[arg-type]

    def _extensions(self) -> Iterable[CustomExtension]:
        for index, line in enumerate(self.entry.text(entries.EXTENSIONS).splitlines()):
            if words := line.split():
                path = f"{entries.EXTENSIONS}[{index}]"
                yield self._or(CustomExtension(), path, lambda words=words: _extension(words))  # type: ignore[misc]

    def _constrain(self, made: CertificateAttributes) -> None:
        if not self.entry.text(entries.IS_CA):
            return
        made.basic_constraints.is_ca = True
        if length := self.entry.text(entries.PATH_LENGTH):
            made.basic_constraints.path_length = self._or(0, entries.PATH_LENGTH, lambda: _small(length))

    def _or(self, otherwise: T, path: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except ValueError as error:
            self.broken.append(Broken(path, _MALFORMED, str(error)))
            return otherwise


def _extension(words: list[str]) -> CustomExtension:
    """One line of the field: the OID, ``critical`` perhaps, and the value in base64."""
    oid, *between, value = words
    if not between:
        critical = False
    elif between == ["critical"]:
        critical = True
    else:
        raise ValueError(_EXTENSION_FORM)
    try:
        return CustomExtension(oid=oid, critical=critical, value=b64decode(value, validate=True))
    except NotBase64:
        raise ValueError(_EXTENSION_FORM) from None


_EXTENSION_FORM = "must be an OID, then perhaps the word critical, then the DER value in base64"


def _small(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 2:  # noqa: PLR2004 - two digits are more than any
        raise ValueError("must be a number from 0 to 16")
    return int(text)
