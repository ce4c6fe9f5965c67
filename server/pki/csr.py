"""Certificate requests (PKCS #10, RFC 2986): read once, judged whole, never trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from warnings import catch_warnings

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from server.errors import Nature, Violation
from server.pki import der as tlv
from server.pki import extensions as read
from server.pki.algorithms import KeyAlgorithm, key_algorithm_of
from server.pki.faults import NameFault
from server.pki.keys import PublicKey
from server.pki.names import AltName, alt_name_of
from server.pki.pem import PEMFault, read_block
from server.pki.subjects import Subject, SubjectAttribute, attribute_of, subject_of, subject_value
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage
from server.pki.weakness import key_faults

MAX_CSR_SIZE: Final = 64 * 1024
MAX_NAMES: Final = 100
"""As many as a request may list by itself: the way in makes no difference."""

_LABELS: Final = frozenset({"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"})
_EXTENSION_REQUEST: Final = "1.2.840.113549.1.9.14"
_SOUND_HASHES: Final = frozenset(
    {"sha224", "sha256", "sha384", "sha512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"}
)
_KNOWN_EXTENSIONS: Final = frozenset(
    {
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
    }
)


class CSRFault(ValueError):
    """A request that cannot be used, with every reason why."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__("the CSR cannot be used")
        self.violations = violations


@dataclass(frozen=True, slots=True)
class CSR:
    """What a valid request asks for; absent extensions are None."""

    der: bytes = field(repr=False)
    public_key: PublicKey = field(repr=False)
    key_algorithm: KeyAlgorithm
    subject: Subject
    alt_names: tuple[AltName, ...]
    key_usages: frozenset[KeyUsage] | None
    extended_key_usages: tuple[str, ...] | None
    basic_constraints: BasicConstraints | None
    unknown: tuple[str, ...]
    """OIDs of what we do not read: attributes, extensions, and subject attributes unknown or repeated."""


def parse(source: str | bytes) -> CSR:
    """Reads a request, PEM in a string or DER in octets; raises CSRFault and nothing else.

    Size comes first and the key before its signature is verified, so that the
    work is bounded whatever the input is.
    """
    encoded = _octets(source)
    with _reading("CSR_MALFORMED", "the text is not a CSR in DER"):
        request = x509.load_der_x509_csr(encoded)
    key, algorithm = _sound_key(request)
    _check_signature(request)
    with _reading("CSR_EXTENSIONS", "the extensions of the CSR are malformed or repeated"):
        extensions = request.extensions
        attributes = _attribute_oids(request)
    subject, strange = _subject(request)
    violations = (*_violations(extensions, attributes), *_subject_violations(subject))
    if violations:
        raise CSRFault(*violations)
    return CSR(
        der=encoded,
        public_key=key,
        key_algorithm=algorithm,
        subject=subject_of(subject),
        alt_names=_alt_names(extensions),
        key_usages=read.key_usages(extensions),
        extended_key_usages=read.extended_key_usages(extensions),
        basic_constraints=read.basic_constraints(extensions),
        unknown=_unknown(strange, attributes, extensions),
    )


def _octets(source: str | bytes) -> bytes:
    if len(source) > MAX_CSR_SIZE:
        raise _fault("CSR_TOO_LARGE", "a CSR has at most 64 KiB")
    if isinstance(source, bytes):
        return source
    try:
        return read_block(source, _LABELS)
    except PEMFault as fault:
        raise _fault("CSR_PEM", str(fault)) from None


def _sound_key(request: x509.CertificateSigningRequest) -> tuple[PublicKey, KeyAlgorithm]:
    with _reading("KEY_UNSUPPORTED", "the key of the CSR is malformed or of a kind that is not supported"):
        key = request.public_key()
    faults = key_faults(key)
    algorithm = key_algorithm_of(key)
    if faults or algorithm is None:
        raise CSRFault(*(_violation(fault.rule, fault.message) for fault in faults))
    return key, algorithm


def _check_signature(request: x509.CertificateSigningRequest) -> None:
    with _reading("CSR_SIGNATURE_ALGORITHM", "the signature algorithm of the CSR is not supported"):
        digest = request.signature_hash_algorithm
    if digest is not None and digest.name not in _SOUND_HASHES:
        raise _fault("CSR_WEAK_HASH", "a CSR may not be signed with MD5 or SHA-1")
    with _reading("CSR_SIGNATURE", "the signature of the CSR cannot be verified"):
        is_valid = request.is_signature_valid
    if not is_valid:
        raise _fault("CSR_SIGNATURE", "the signature of the CSR does not match its key")


def _attribute_oids(request: x509.CertificateSigningRequest) -> tuple[str, ...]:
    """The OIDs of all attributes; the library tells only those whose values are single strings."""
    last = tlv.element(request.tbs_certrequest_bytes).children()[-1]
    return tuple(tlv.dotted(attribute.children()[0]) for attribute in last.children())


def _subject(
    request: x509.CertificateSigningRequest,
) -> tuple[tuple[tuple[SubjectAttribute, str], ...], tuple[str, ...]]:
    """The values of the attributes that we know and that stand once, and the OIDs of the others.

    Of a repeated attribute no value is taken: which one was meant is a guess.
    """
    # The library warns of lengths, which we refuse ourselves: no client may fill our log with that.
    with _reading("CSR_SUBJECT", "the subject of the CSR is malformed"), catch_warnings(action="ignore"):
        pairs = [(entry.oid, entry.value) for entry in request.subject]
    counts = Counter(oid for oid, _ in pairs)
    known: list[tuple[SubjectAttribute, str]] = []
    strange: list[str] = []
    for oid, value in pairs:
        attribute = attribute_of(oid)
        if attribute is None or counts[oid] > 1 or not isinstance(value, str):
            strange.append(oid.dotted_string)
        else:
            known.append((attribute, value))
    return tuple(known), tuple(strange)


def _violations(extensions: x509.Extensions, attributes: tuple[str, ...]) -> Iterator[Violation]:
    if attributes.count(_EXTENSION_REQUEST) > 1:
        yield _violation("CSR_EXTENSIONS", "the CSR asks for extensions more than once")
    if read.key_usages(extensions) == frozenset():
        yield _violation("KEY_USAGE_EMPTY", "a key usage extension names at least one usage")
    if read.extended_key_usages(extensions) == ():
        yield _violation(
            "EXTENDED_KEY_USAGE_EMPTY", "an extended key usage extension names at least one usage"
        )
    names = read.general_names(extensions)
    if names == ():
        yield _violation("ALT_NAMES_EMPTY", "an alternative name extension holds at least one name")
    if len(names or ()) > MAX_NAMES:
        yield _violation("ALT_NAMES_TOO_MANY", f"a CSR holds at most {MAX_NAMES} alternative names")
        return
    for name in names or ():
        yield from _alt_name_violations(name)


def _alt_name_violations(name: x509.GeneralName) -> Iterator[Violation]:
    try:
        alt_name_of(name)
    except NameFault as fault:
        yield _violation(fault.rule, fault.message, value=_shown(name))


def _shown(name: x509.GeneralName) -> str:
    value = name.value
    return value[:256] if isinstance(value, str) else ""


def _subject_violations(subject: tuple[tuple[SubjectAttribute, str], ...]) -> Iterator[Violation]:
    for attribute, text in subject:
        try:
            subject_value(attribute, text)
        except NameFault as fault:
            yield _violation(fault.rule, fault.message, value=text[:256])


def _alt_names(extensions: x509.Extensions) -> tuple[AltName, ...]:
    return tuple(dict.fromkeys(read.alt_names(read.general_names(extensions) or ())))


def _unknown(
    strange: tuple[str, ...], attributes: tuple[str, ...], extensions: x509.Extensions
) -> tuple[str, ...]:
    others = (oid for oid in attributes if oid != _EXTENSION_REQUEST)
    requested = (entry.oid.dotted_string for entry in extensions if entry.oid not in _KNOWN_EXTENSIONS)
    return tuple(dict.fromkeys((*strange, *others, *requested)))


@contextmanager
def _reading(rule: str, message: str) -> Iterator[None]:
    """Turns whatever the library raises over hostile octets into a fault; none of its text leaves."""
    try:
        yield
    except Exception:  # noqa: BLE001 - its parsers raise many kinds, and a new one must not be an outage
        raise _fault(rule, message) from None


def _fault(rule: str, message: str) -> CSRFault:
    return CSRFault(_violation(rule, message))


def _violation(rule: str, message: str, *, value: str = "") -> Violation:
    return Violation("csr", rule, message, value=value, nature=Nature.CSR)
