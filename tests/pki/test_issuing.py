"""Every key algorithm under every issuer algorithm: signed, checked, and judged by others."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm, signatures_of
from server.pki.certificate import sign
from server.pki.keys import PrivateKey
from server.pki.lint import faults
from server.pki.names import AltName, AltNameType, SubjectAttribute
from server.pki.pem import certificate_pem
from server.pki.signed import check_signed
from server.pki.template import BasicConstraints, CustomExtension, NameConstraints, Subtree, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import window_between
from tests.oracles import openssl_text, openssl_verify, pkilint_findings
from tests.pki.making import (
    NOW,
    ca_template,
    default_signature,
    der_of,
    leaf_template,
    root,
    root_template,
    validity_of,
)

Keys = dict[KeyAlgorithm, PrivateKey]
UNKNOWN_TO_OPENSSL = {KeyAlgorithm.ML_DSA_44, KeyAlgorithm.ML_DSA_65, KeyAlgorithm.ML_DSA_87}
"""Debian's OpenSSL 3.0 has no ML-DSA; there the signature is verified by the library."""
AT = int(NOW.timestamp()) + 60


@pytest.mark.parametrize("issuer_algorithm", KeyAlgorithm)
@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_each_algorithm_under_each(
    algorithm: KeyAlgorithm, issuer_algorithm: KeyAlgorithm, keys: Keys
) -> None:
    """Lint before, check after, the signature, pkilint; OpenSSL where it knows both keys."""
    issuer_key, key = keys[issuer_algorithm], keys[algorithm]
    issuer = root(issuer_key)
    template = leaf_template(key, issuer, issuer_key)
    assert faults(template, issuer_validity=validity_of(issuer)) == ()
    certificate = sign(template, issuer_key)
    check_signed(template, certificate, issuer_public_key=issuer_key.public_key())
    certificate.verify_directly_issued_by(issuer)
    assert pkilint_findings(der_of(certificate)) == []
    if not UNKNOWN_TO_OPENSSL & {algorithm, issuer_algorithm}:
        assert openssl_verify(certificate_pem(certificate), root=certificate_pem(issuer), at=AT) == ""


@pytest.mark.parametrize("algorithm", KeyAlgorithm)
def test_each_root_is_sound(algorithm: KeyAlgorithm, keys: Keys) -> None:
    """A self-signed root passes its own lint and check, and pkilint."""
    template = root_template(keys[algorithm])
    assert faults(template) == ()
    certificate = sign(template, keys[algorithm])
    check_signed(template, certificate, issuer_public_key=keys[algorithm].public_key())
    assert pkilint_findings(der_of(certificate)) == []


@pytest.mark.parametrize(
    ("algorithm", "signature"),
    [(algorithm, signature) for algorithm in KeyAlgorithm for signature in signatures_of(algorithm)],
)
def test_each_signature_that_a_key_can_make(
    algorithm: KeyAlgorithm, signature: SignatureAlgorithm, keys: Keys
) -> None:
    """The table of signatures tells the truth: each is made and verified."""
    template = root_template(keys[algorithm], signature_algorithm=signature)
    check_signed(template, sign(template, keys[algorithm]), issuer_public_key=keys[algorithm].public_key())


def rich_template(keys: Keys) -> tuple[Template, Template, Template]:
    """A root, a constrained CA below it, and a leaf below that, which use all that a template has."""
    root_key, ca_key = keys[KeyAlgorithm.EC_SECP384R1], keys[KeyAlgorithm.RSA_2048]
    top = root_template(root_key)
    constraints = NameConstraints(
        permitted=(
            Subtree(AltNameType.DNS, "acme.com"),
            Subtree(AltNameType.IP, "2001:db8::/32"),
            Subtree(AltNameType.EMAIL, "acme.com"),
            Subtree(AltNameType.URI, "acme.com"),
        ),
        excluded=(Subtree(AltNameType.DNS, "secret.acme.com"),),
    )
    middle = ca_template(
        ca_key,
        sign(top, root_key),
        root_key,
        name_constraints=constraints,
        crl_urls=("http://pki.acme.com/root.crl",),
        issuer_urls=("http://pki.acme.com/root.crt",),
    )
    leaf = leaf_template(
        keys[KeyAlgorithm.RSA_2048],
        sign(middle, root_key),
        ca_key,
        alt_names=(
            AltName(AltNameType.DNS, "*.acme.com"),
            AltName(AltNameType.IP, "2001:db8::1"),
            AltName(AltNameType.EMAIL, "joe@acme.com"),
            AltName(AltNameType.URI, "spiffe://acme.com/web"),
        ),
        key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT}),
        extended_key_usages=(ExtendedKeyUsage.SERVER_AUTH.value, ExtendedKeyUsage.CLIENT_AUTH.value),
        custom_extensions=(CustomExtension("1.3.6.1.4.1.99999.1", critical=False, value=b"\x0c\x02hi"),),
        crl_urls=("http://pki.acme.com/ca.crl",),
        ocsp_urls=("http://pki.acme.com/ocsp",),
        issuer_urls=("http://pki.acme.com/ca.crt",),
    )
    return top, middle, leaf


def test_a_whole_chain_with_every_extension(keys: Keys) -> None:
    """Three certificates that use all of a template are taken by us, by pkilint and by OpenSSL."""
    top, middle, leaf = rich_template(keys)
    signers = (keys[KeyAlgorithm.EC_SECP384R1], keys[KeyAlgorithm.EC_SECP384R1], keys[KeyAlgorithm.RSA_2048])
    chain = []
    for template, signer in zip((top, middle, leaf), signers, strict=True):
        certificate = sign(template, signer)
        assert faults(template) == ()
        check_signed(template, certificate, issuer_public_key=signer.public_key())
        assert pkilint_findings(der_of(certificate)) == []
        chain.append(certificate_pem(certificate))
    assert openssl_verify(chain[2], root=chain[0], intermediates=(chain[1],), at=AT) == ""


def test_openssl_reads_what_we_wrote(keys: Keys) -> None:
    """Another reader finds the names and the criticality."""
    key = keys[KeyAlgorithm.EC_PRIME256V1]
    text = openssl_text(certificate_pem(sign(leaf_template(key, root(key), key, subject=()), key)))
    assert "X509v3 Subject Alternative Name: critical\n" in text
    assert "DNS:service.acme.com, IP Address:2001:DB8:0:0:0:0:0:1" in text
    assert "X509v3 Basic Constraints: critical\n                CA:FALSE" in text
    assert "X509v3 Key Usage: critical\n                Digital Signature\n" in text


def test_an_empty_subject_makes_the_names_critical(keys: Keys) -> None:
    """RFC 5280, 4.1.2.6, judged by pkilint."""
    key = keys[KeyAlgorithm.EC_PRIME256V1]
    template = leaf_template(key, root(key), key, subject=())
    assert faults(template) == ()
    certificate = sign(template, key)
    check_signed(template, certificate)
    assert pkilint_findings(der_of(certificate)) == []


@pytest.mark.parametrize(
    ("year", "tag"), [(2049, b"\x17\x0d491231235959Z"), (2050, b"\x18\x0f20501231235959Z")]
)
def test_the_form_of_a_time_changes_in_2050(year: int, tag: bytes, keys: Keys) -> None:
    """UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5)."""
    key = keys[KeyAlgorithm.ED25519]
    end = NOW.replace(year=year, month=12, day=31, hour=23, minute=59, second=59)
    template = root_template(key, validity=window_between(NOW, end))
    certificate = sign(template, key)
    check_signed(template, certificate)
    assert tag in der_of(certificate)


def test_the_issuer_is_the_octets_of_the_issuers_subject(keys: Keys) -> None:
    """Name chaining is by octets, also for a name that our own encoder would write otherwise."""
    key = keys[KeyAlgorithm.ED25519]
    issuer = root(key)
    certificate = sign(leaf_template(key, issuer, key), key)
    assert certificate.issuer.public_bytes() == issuer.subject.public_bytes()


def test_a_ca_below_a_ca_has_a_path_length(keys: Keys) -> None:
    """OpenSSL refuses a CA below one whose path length is zero: the constraint is really there."""
    key = keys[KeyAlgorithm.EC_PRIME256V1]
    top = root(key, basic_constraints=BasicConstraints(is_ca=True, path_length=0))
    middle = sign(ca_template(key, top, key), key)
    leaf = sign(leaf_template(key, middle, key), key)
    said = openssl_verify(
        certificate_pem(leaf), root=certificate_pem(top), intermediates=(certificate_pem(middle),), at=AT
    )
    assert "path length constraint exceeded" in said


def test_pkilint_is_awake(keys: Keys) -> None:
    """The oracle can say no: a leaf that may sign certificates is an error to it."""
    key = keys[KeyAlgorithm.ED25519]
    certificate = sign(
        leaf_template(key, root(key), key, key_usages=frozenset({KeyUsage.KEY_CERT_SIGN})), key
    )
    assert pkilint_findings(certificate.public_bytes(Encoding.DER))


def test_a_signature_algorithm_of_another_key_cannot_be_used(keys: Keys) -> None:
    """The library refuses to sign, or the check to let it pass."""
    key = keys[KeyAlgorithm.RSA_2048]
    template = root_template(key, signature_algorithm=default_signature(keys[KeyAlgorithm.ED25519]))
    with pytest.raises((TypeError, ValueError)):
        sign(template, key)


def test_the_order_of_the_subject_is_kept(keys: Keys) -> None:
    """The subject is encoded as the template has it."""
    key = keys[KeyAlgorithm.ED25519]
    certificate = root(key)
    assert certificate.subject.rfc4514_string() == "CN=Acme Root,O=Acme,C=DE"
    assert SubjectAttribute.COUNTRY is next(iter(SubjectAttribute))
