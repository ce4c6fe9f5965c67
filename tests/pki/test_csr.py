"""CSRs: what is read from them, and which are refused by which rule."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from time import perf_counter

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from server.errors import Nature
from server.pki.algorithms import KeyAlgorithm
from server.pki.csr import CSRFault, parse
from server.pki.keys import PrivateKey, spki
from server.pki.names import AltName, AltNameType, SubjectAttribute
from server.pki.template import BasicConstraints
from server.pki.usages import KeyUsage
from tests.pki.csrs import CN, KEY, O, armoured, full, named, raw, signed
from tests.pki.making import csr_builder, csr_der


def rules(source: str | bytes) -> list[str]:
    with pytest.raises(CSRFault) as refused:
        parse(source)
    assert all(v.field == "csr" and v.nature is Nature.CSR and v.message for v in refused.value.violations)
    return [violation.rule for violation in refused.value.violations]


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_a_csr_of_each_key_algorithm_is_read(
    algorithm: KeyAlgorithm, keys: dict[KeyAlgorithm, PrivateKey]
) -> None:
    """The public key comes out as it went in."""
    request = parse(csr_der(keys[algorithm], csr_builder((CN, "a.example"))))
    assert request.key_algorithm is algorithm
    assert spki(request.public_key) == spki(keys[algorithm].public_key())


def test_all_that_we_know_is_read() -> None:
    """Subject in X.500 order, names canonical and once, usages, constraints."""
    request = parse(csr_der(KEY, full()))
    assert request.subject == (
        (SubjectAttribute.ORGANIZATION, "Acme"),
        (SubjectAttribute.COMMON_NAME, "service.acme.com"),
    )
    assert request.alt_names == (
        AltName(AltNameType.DNS, "service.acme.com"),
        AltName(AltNameType.EMAIL, "joe@acme.com"),
    )
    assert request.key_usages == frozenset(
        {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT, KeyUsage.ENCIPHER_ONLY}
    )
    assert request.extended_key_usages == ("1.3.6.1.5.5.7.3.1",)
    assert request.basic_constraints == BasicConstraints(is_ca=True, path_length=1)
    assert request.unknown == ()


def test_what_is_absent_is_none() -> None:
    """A CSR with an empty subject and no extension is read, and asks for nothing."""
    request = parse(csr_der(KEY))
    assert (request.subject, request.alt_names, request.unknown) == ((), (), ())
    assert [request.key_usages, request.extended_key_usages, request.basic_constraints] == [None] * 3


def test_pem_and_der_are_read_alike() -> None:
    """White space around the one block, the old label and DER lead to the same."""
    der = csr_der(KEY, full())
    requests = [
        parse(der),
        parse(f"\r\n {armoured(der)}\t\n"),
        parse(armoured(der, "NEW CERTIFICATE REQUEST")),
    ]
    assert {request.der for request in requests} == {der}


def test_what_we_do_not_know_is_listed() -> None:
    """Unknown extensions, attributes and subject attributes are told by OID, repeated ones too."""
    builder = (
        csr_builder((CN, "a"), (CN, "b"), (NameOID.EMAIL_ADDRESS, "a@b.c"), (O, "Acme"))
        .add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.7"), b"challenge")
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    request = parse(csr_der(KEY, builder))
    assert request.subject == ((SubjectAttribute.ORGANIZATION, "Acme"),)
    assert request.unknown == (
        "2.5.4.3",
        "1.2.840.113549.1.9.1",
        "1.2.840.113549.1.9.7",
        "1.3.6.1.5.5.7.48.1.5",
    )


def test_a_multi_valued_rdn_is_read() -> None:
    """The attributes of one RDN count like those of several."""
    rdn = x509.RelativeDistinguishedName([x509.NameAttribute(CN, "a"), x509.NameAttribute(O, "Acme")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([rdn]))
    assert dict(parse(csr_der(KEY, builder)).subject) == {
        SubjectAttribute.COMMON_NAME: "a",
        SubjectAttribute.ORGANIZATION: "Acme",
    }


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda _: "", "CSR_PEM"),
        (lambda pem: pem + pem, "CSR_PEM"),
        (lambda pem: "text\n" + pem, "CSR_PEM"),
        (lambda pem: pem + "text", "CSR_PEM"),
        (lambda pem: pem.replace("CERTIFICATE REQUEST", "CERTIFICATE"), "CSR_PEM"),
        (lambda pem: pem.replace("END CERTIFICATE", "END NEW CERTIFICATE"), "CSR_PEM"),
        (lambda pem: pem.replace("QUEST-----\n", "QUEST-----\nProc-Type: 4\n\n", 1), "CSR_PEM"),
        (lambda pem: pem.replace("\n-----END", "=A=\n-----END"), "CSR_PEM"),
        (lambda pem: pem.replace("-----BEGIN", "----BEGIN"), "CSR_PEM"),
        (lambda pem: pem[:200], "CSR_PEM"),
        (lambda pem: pem.replace("M", "\u017f"), "CSR_PEM"),
        (lambda _: "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----", "CSR_MALFORMED"),
        (lambda pem: pem + " " * 65_536, "CSR_TOO_LARGE"),
    ],
)
def test_anything_but_one_block_is_refused(spoil: Callable[[str], str], rule: str) -> None:
    """One block of the right label, nothing else but white space, at most 64 KiB."""
    assert rules(spoil(armoured(csr_der(KEY)))) == [rule]


@pytest.mark.parametrize(
    ("der", "expected"),
    [
        (b"", ["CSR_MALFORMED"]),
        (b"\x30\x80", ["CSR_MALFORMED"]),
        (csr_der(KEY) + b"\x00", ["CSR_MALFORMED"]),
        (b"\x00" * 65_537, ["CSR_TOO_LARGE"]),
        (raw("2.5.29.17", "3000"), ["ALT_NAMES_EMPTY"]),
        (raw("2.5.29.17", ""), ["CSR_EXTENSIONS"]),
        (raw("2.5.29.15", "030100"), ["KEY_USAGE_EMPTY"]),
        (raw("2.5.29.15", "03020700"), ["KEY_USAGE_EMPTY"]),
        (raw("2.5.29.37", "3000"), ["CSR_EXTENSIONS"]),
        (raw("2.5.29.19", "0500"), ["CSR_EXTENSIONS"]),
        (raw("2.5.29.17", "30068204ff6162ff"), ["CSR_EXTENSIONS"]),
        (named(x509.DNSName("a_b.example")), ["DNS_CHARACTER"]),
        (named(x509.DNSName("a b"), x509.DNSName("10.0.0.1")), ["DNS_CHARACTER", "DNS_IS_ADDRESS"]),
        (raw("2.5.29.17", "300481026140"), ["DNS_EMPTY"]),
        (named(*(x509.DNSName(f"n{i}.example") for i in range(101))), ["ALT_NAMES_TOO_MANY"]),
        (named(x509.UniformResourceIdentifier("relative")), ["URI_NOT_ABSOLUTE"]),
        (named(x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))), ["ALT_NAME_TYPE"]),
        (named(x509.DirectoryName(x509.Name([]))), ["ALT_NAME_TYPE"]),
        (named(x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")), ["ALT_NAME_TYPE"]),
        (named(x509.IPAddress(ip_network("10.0.0.0/8"))), ["ALT_NAME_TYPE"]),
        (csr_der(KEY, csr_builder((CN, "a\x00b"))), ["SUBJECT_CHARACTER"]),
        (csr_der(KEY, csr_builder((CN, "a" * 65))), ["SUBJECT_TOO_LONG"]),
        (csr_der(KEY, csr_builder((CN, "a\nb"), (O, "b" * 65))), ["SUBJECT_CHARACTER", "SUBJECT_TOO_LONG"]),
        (csr_der(KEY, csr_builder((CN, ""))), ["SUBJECT_EMPTY"]),
    ],
)  # fmt: skip
def test_a_faulty_csr_is_refused_by_its_rules(der: bytes, expected: list[str]) -> None:
    """Each fault is named, and all of one kind together."""
    assert rules(der) == expected


def test_a_hundred_names_are_taken() -> None:
    """As many as a request may list by itself."""
    assert len(parse(named(*(x509.DNSName(f"n{i}.example") for i in range(100)))).alt_names) == 100


def test_a_tampered_signature_is_refused() -> None:
    """One bit is enough."""
    der = csr_der(KEY)
    assert rules(der[:-1] + bytes([der[-1] ^ 1])) == ["CSR_SIGNATURE"]


def test_a_signature_by_another_key_is_refused() -> None:
    """Proof of possession: the key of the CSR has signed it."""
    der = csr_der(KEY)
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert rules(der.replace(spki(KEY.public_key()), spki(other))) == ["CSR_SIGNATURE"]


def test_a_sha1_signature_is_refused() -> None:
    """The library would not make one: the algorithm of a sound CSR is rewritten."""
    key = rsa.generate_private_key(65537, 2048)
    der = csr_der(key)
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    assert rules(der.replace(sha256, sha1)) == ["CSR_WEAK_HASH"]
    assert rules(der.replace(sha256, sha1[:-1] + b"\x04")) == ["CSR_WEAK_HASH"]


def test_a_weak_key_is_refused_with_all_its_faults() -> None:
    """The key policy stands before the signature; RSA-1024 with e = 3 breaks two rules."""
    key = rsa.generate_private_key(3, 1024)
    assert rules(csr_builder().sign(key, hashes.SHA256()).public_bytes(Encoding.DER)) == [
        "RSA_EXPONENT",
        "RSA_SIZE",
    ]


def test_an_unsupported_curve_is_refused() -> None:
    """secp256k1 is parsed by the library and refused by us."""
    key = ec.generate_private_key(ec.SECP256K1())
    assert rules(csr_builder().sign(key, hashes.SHA256()).public_bytes(Encoding.DER)) == ["EC_CURVE"]


def test_repeated_extensions_are_refused() -> None:
    """Two extensions of one kind: which is meant is not ours to guess."""
    der = csr_der(KEY, full())
    eku, san = bytes.fromhex("0603551d25"), bytes.fromhex("0603551d11")
    request = x509.load_der_x509_csr(der)
    tampered = request.tbs_certrequest_bytes.replace(eku, san)
    assert rules(signed(tampered)) == ["CSR_EXTENSIONS"]


HOSTILE = [
    "-----BEGIN ",
    "-----BEGIN CERTIFICATE REQUEST-----",
    "-----BEGIN CERTIFICATE REQUEST-----\n-----END ",
    " ",
    "A",
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("size", [60_000, 1_000_000])
def test_hostile_text_is_refused_at_once(unit: str, size: int) -> None:
    """Reading is linear: a megabyte costs nothing, 60 kB below the limit next to nothing."""
    text = unit * (size // len(unit))
    began = perf_counter()
    rules(text)
    assert perf_counter() - began < 0.05


def test_more_names_than_a_request_may_list_are_refused_unread() -> None:
    """64 KiB can hold 1,800 names; none of them costs anything."""
    names = [x509.DNSName(f"xn--bcher-kva.{number}.example") for number in range(1800)]
    assert rules(named(*names)) == ["ALT_NAMES_TOO_MANY"]
