"""CSRs that must not be taken, each with the rule that it breaks; made once, at import of the table."""

from __future__ import annotations

import math
from collections.abc import Callable
from ipaddress import ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.pki.algorithms import KeyAlgorithm
from tests.ordering import OID, csr_pem, der_of, key_of, pem_of
from tests.pki.csrs import armoured, named, raw

_EMPTY_NAME = bytes.fromhex("3000")
_NO_ATTRIBUTES = bytes.fromhex("a000")
_SECT233R1 = bytes.fromhex("3052301006072a8648ce3d020106052b8104001b033e0004") + b"\x01" * 60
"""A point on a curve over a binary field, which the library no longer knows."""
_SMALL_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
)


def _of_key(spki: bytes) -> bytes:
    """A CSR for a key that nobody holds; its signature is by another, for the key is judged first."""
    return _signed(_sequence(b"\x02\x01\x00" + _EMPTY_NAME + spki + _NO_ATTRIBUTES))


def _signed(body: bytes) -> bytes:
    key = key_of(KeyAlgorithm.EC_PRIME256V1)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = b"\x00" + key.sign(body, ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    return _sequence(body + ecdsa_with_sha256 + b"\x03" + bytes([len(signature)]) + signature)


def _sequence(content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([0x30, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x30, 0x80 | len(octets)]) + octets + content


def _ed25519(hex_key: str) -> bytes:
    return _of_key(bytes.fromhex("302a300506032b6570032100" + hex_key))


def _by(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _next_prime(number: int) -> int:
    number |= 1
    while any(pow(base, number - 1, number) != 1 for base in (2, 3, 5, 7)):
        number += 2
    return number


def _close_primes() -> bytes:
    """A key of neighbouring primes, whose signature is right (CVE-2022-26320)."""
    p = _next_prime(math.isqrt(1 << 2047) + (1 << 1000))
    q = _next_prime(p + 2)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(
        p=p, q=q, d=d, dmp1=d % (p - 1), dmq1=d % (q - 1), iqmp=pow(q, -1, p), public_numbers=public
    )
    return _by(numbers.private_key())


def _sound() -> str:
    return csr_pem(names=[x509.DNSName("a.example.com")])


def _hashed_by(oid: str) -> bytes:
    """A sound RSA CSR whose signature algorithm is rewritten: the library makes no weak ones."""
    der = der_of(csr_pem(key=key_of(KeyAlgorithm.RSA_2048)))
    return der.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex(oid))


def _twice(oid: str) -> bytes:
    """A CSR whose second extension takes the OID of the first."""
    extensions = [
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.2"), b"\x05\x00"),
    ]
    body = x509.load_pem_x509_csr(csr_pem(*extensions).encode()).tbs_certrequest_bytes
    first, second = bytes.fromhex("06092b06010401868d1f01"), bytes.fromhex("06092b06010401868d1f02")
    return _signed(body.replace(second, first))


PEMS: dict[str, tuple[Callable[[], str], str]] = {
    "nothing": (lambda: "", "CSR_PEM"),
    "two blocks": (lambda: _sound() * 2, "CSR_PEM"),
    "text before": (lambda: "Subject: a\n" + _sound(), "CSR_PEM"),
    "text after": (lambda: _sound() + "that is all", "CSR_PEM"),
    "a certificate's label": (lambda: _sound().replace("CERTIFICATE REQUEST", "CERTIFICATE"), "CSR_PEM"),
    "a key after it": (
        lambda: _sound() + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "CSR_PEM",
    ),
    "no armour": (lambda: "".join(_sound().splitlines()[1:-1]), "CSR_PEM"),
    "cut off": (lambda: _sound()[:200], "CSR_PEM"),
    "headers": (
        lambda: _sound().replace("REQUEST-----\n", "REQUEST-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
        "CSR_PEM",
    ),
    "NUL": (lambda: _sound().replace("\n", "\x00\n", 1), "CSR_PEM"),
    "an empty block": (lambda: pem_of(b""), "CSR_MALFORMED"),
    "noise": (lambda: pem_of(b"\x30\x03\x02\x01\x05"), "CSR_MALFORMED"),
    "indefinite length": (lambda: pem_of(b"\x30\x80\x00\x00"), "CSR_MALFORMED"),
    "an octet too many": (lambda: pem_of(der_of(_sound()) + b"\x00"), "CSR_MALFORMED"),
}

DERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "CSR_MALFORMED"),
    "PEM": (lambda: _sound().encode(), "CSR_MALFORMED"),
    "cut off": (lambda: der_of(_sound())[:-1], "CSR_MALFORMED"),
    "an octet too many": (lambda: der_of(_sound()) + b"\x00", "CSR_MALFORMED"),
    "a wrong signature": (lambda: der_of(_sound())[:-1] + b"\x01", "CSR_SIGNATURE"),
    "another's key": (lambda: _of_key(_spki(ec.SECP256R1())), "CSR_SIGNATURE"),
    "SHA-1": (lambda: _hashed_by("2a864886f70d010105"), "CSR_WEAK_HASH"),
    "MD5": (lambda: _hashed_by("2a864886f70d010104"), "CSR_WEAK_HASH"),
    "RSA-1024": (lambda: _by(rsa.generate_private_key(65537, 1024)), "RSA_SIZE"),
    "RSA-2047": (lambda: _of_key(_rsa_spki((1 << 2046) + 1)), "RSA_SIZE"),
    "RSA-2056": (lambda: _of_key(_rsa_spki((1 << 2055) + 1)), "RSA_SIZE"),
    "RSA-16401": (lambda: _of_key(_rsa_spki((1 << 16_400) + 1)), "RSA_SIZE"),
    "e = 3": (lambda: _by(rsa.generate_private_key(3, 2048)), "RSA_EXPONENT"),
    "an even modulus": (lambda: _of_key(_rsa_spki((1 << 2047) + 2)), "RSA_SMALL_FACTOR"),
    "close primes": (_close_primes, "RSA_CLOSE_PRIMES"),
    "P-192": (lambda: _of_key(_spki(ec.SECP192R1())), "EC_CURVE"),
    "P-224": (lambda: _by(ec.generate_private_key(ec.SECP224R1())), "EC_CURVE"),
    "secp256k1": (lambda: _by(ec.generate_private_key(ec.SECP256K1())), "EC_CURVE"),
    "sect233r1": (lambda: _of_key(_SECT233R1), "KEY_UNSUPPORTED"),
    "brainpool": (lambda: _of_key(_spki(ec.BrainpoolP256R1())), "EC_CURVE"),
    "off the curve": (lambda: _of_key(_off_curve()), "KEY_UNSUPPORTED"),
    "Ed448": (lambda: _of_key(_der(ed448.Ed448PrivateKey.generate().public_key())), "KEY_UNSUPPORTED"),
    "Ed25519 out of its field": (lambda: _ed25519("f0" + "ff" * 30 + "7f"), "ED25519_ENCODING"),
    **{
        f"Ed25519 of small order {place}": ((lambda text=text: _ed25519(text)), "ED25519_SMALL_ORDER")  # type: ignore[misc]
        for place, text in enumerate(_SMALL_ORDER)
    },
    "an extension twice": (lambda: _twice("1.3.6.1.4.1.99999.1"), "CSR_EXTENSIONS"),
    "no names in the names": (lambda: raw("2.5.29.17", "3000"), "ALT_NAMES_EMPTY"),
    "no usage in the usages": (lambda: raw("2.5.29.15", "03020700"), "KEY_USAGE_EMPTY"),
    "otherName": (
        lambda: named(x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01a")),
        "ALT_NAME_TYPE",
    ),
    "directoryName": (lambda: named(x509.DirectoryName(x509.Name([]))), "ALT_NAME_TYPE"),
    "registeredID": (lambda: named(x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))), "ALT_NAME_TYPE"),
    "a network": (lambda: named(x509.IPAddress(ip_network("10.0.0.0/8"))), "ALT_NAME_TYPE"),
    "a name with NUL": (lambda: named(x509.DNSName("a\x00.example.com")), "DNS_CHARACTER"),
    "a name with a space": (lambda: named(x509.DNSName("a b.example.com")), "DNS_CHARACTER"),
    "an empty name": (lambda: named(x509.DNSName("")), "DNS_EMPTY"),
    "a leading dot": (lambda: named(x509.DNSName(".example.com")), "DNS_LABEL_EMPTY"),
    "a trailing dot": (lambda: named(x509.DNSName("a.example.com.")), "DNS_LABEL_EMPTY"),
    "an underscore": (lambda: named(x509.DNSName("a_b.example.com")), "DNS_CHARACTER"),
    "an address as a name": (lambda: named(x509.DNSName("10.0.0.1")), "DNS_IS_ADDRESS"),
    "300 characters": (lambda: named(x509.DNSName("a." * 150 + "com")), "DNS_TOO_LONG"),
    "a label of 64": (lambda: named(x509.DNSName("a" * 64 + ".com")), "DNS_LABEL_TOO_LONG"),
    "a U-label": (lambda: raw("2.5.29.17", "300f820d62c3bc636865722e6578616d"), "CSR_EXTENSIONS"),
    "an A-label that is none": (lambda: named(x509.DNSName("xn--a.example.com")), "DNS_IDNA"),
    "a wildcard inside": (lambda: named(x509.DNSName("a.*.example.com")), "DNS_WILDCARD"),
    "a partial wildcard": (lambda: named(x509.DNSName("a*.example.com")), "DNS_WILDCARD"),
    "an address without a domain": (lambda: raw("2.5.29.17", "300481026140"), "DNS_EMPTY"),
    "only an at": (lambda: raw("2.5.29.17", "3003810140"), "EMAIL_MALFORMED"),
    "a relative URI": (lambda: named(x509.UniformResourceIdentifier("/a/b")), "URI_NOT_ABSOLUTE"),
    "a dot segment": (lambda: named(x509.UniformResourceIdentifier("spiffe://a/b/../c")), "URI_DOT_SEGMENT"),
    "an empty segment": (lambda: named(x509.UniformResourceIdentifier("spiffe://a//b")), "URI_EMPTY_SEGMENT"),
    "an escaped dot": (
        lambda: named(x509.UniformResourceIdentifier("https://a.example/%2e%2e/b")),
        "URI_ESCAPE",
    ),
    "a user in a URI": (lambda: named(x509.UniformResourceIdentifier("https://joe@a.example/")), "URI_USER"),
    "a SPIFFE ID with a port": (
        lambda: named(x509.UniformResourceIdentifier("spiffe://a:1/b")),
        "SPIFFE_MALFORMED",
    ),
    "a SPIFFE ID with a query": (
        lambda: named(x509.UniformResourceIdentifier("spiffe://a/b?c")),
        "SPIFFE_MALFORMED",
    ),
    "NUL in the subject": (lambda: _named_subject("a\x00b"), "SUBJECT_CHARACTER"),
    "a line break in the subject": (lambda: _named_subject("a\nb"), "SUBJECT_CHARACTER"),
    "65 characters in the subject": (lambda: _named_subject("a" * 65), "SUBJECT_TOO_LONG"),
    "a turned subject": (lambda: _named_subject("a\u202eb"), "SUBJECT_CHARACTER"),
}

EMPTY = {
    "alternative names": ("2.5.29.17", "ALT_NAMES_EMPTY"),
    "issuer alternative names": ("2.5.29.18", ""),
    "extended key usage": ("2.5.29.37", "CSR_EXTENSIONS"),
    "key usage": ("2.5.29.15", "CSR_EXTENSIONS"),
    "basic constraints": ("2.5.29.19", ""),
    "name constraints": ("2.5.29.30", "CSR_EXTENSIONS"),
    "certificate policies": ("2.5.29.32", ""),
    "policy mappings": ("2.5.29.33", ""),
    "policy constraints": ("2.5.29.36", "CSR_EXTENSIONS"),
    "CRL distribution points": ("2.5.29.31", ""),
    "freshest CRL": ("2.5.29.46", ""),
    "authority key identifier": ("2.5.29.35", ""),
    "subject key identifier": ("2.5.29.14", "CSR_EXTENSIONS"),
    "authority information access": ("1.3.6.1.5.5.7.1.1", ""),
    "TLS features": ("1.3.6.1.5.5.7.1.24", "CSR_EXTENSIONS"),
    "SCT list": ("1.3.6.1.4.1.11129.2.4.2", ""),
    "Microsoft template": ("1.3.6.1.4.1.311.21.7", "CSR_EXTENSIONS"),
}
"""Extensions that a CSR can ask for with an empty SEQUENCE in them; the rule that it breaks, if any."""


def empty(oid: str) -> str:
    """The CSR."""
    return armoured(raw(oid, "3000"))


def _named_subject(text: str) -> bytes:
    return der_of(csr_pem(subject=[(OID.COMMON_NAME, text)], names=[x509.DNSName("a.example.com")]))


def _der(key: object) -> bytes:
    octets: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return octets


def _spki(curve: ec.EllipticCurve) -> bytes:
    return _der(ec.generate_private_key(curve).public_key())


def _rsa_spki(modulus: int) -> bytes:
    return _der(rsa.RSAPublicNumbers(65537, modulus).public_key())


def _off_curve() -> bytes:
    spki = _spki(ec.SECP256R1())
    return spki[:-1] + bytes([spki[-1] ^ 1])
