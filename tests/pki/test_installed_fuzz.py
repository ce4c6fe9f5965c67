from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given
from hypothesis import strategies as st

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.certificate import encoded, sign, subject_key_id
from server.pki.chain import is_self_issued
from server.pki.installed import installation_faults, read_chain
from server.pki.names import AltNameType
from server.pki.pem import certificate_pem
from server.pki.request import request, requested
from server.pki.subjects import SubjectAttribute, subject_name
from server.pki.template import BasicConstraints, NameConstraints, Subtree, Template
from server.pki.usages import KeyUsage
from server.pki.validity import Validity

NOW = datetime(2030, 1, 1, tzinfo=UTC)
KEY, ROOT_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def _template(name: str, key: ec.EllipticCurvePrivateKey, *, length: int, by: str = "root") -> Template:
    constraints = NameConstraints(
        (Subtree(AltNameType.DNS, "acme.com"), Subtree(AltNameType.IP, "10.0.0.0/8"))
    )
    return Template(
        serial=7,
        issuer=subject_name(((SubjectAttribute.COMMON_NAME, by),)),
        authority_key_id=subject_key_id(ROOT_KEY.public_key()),
        subject=((SubjectAttribute.COMMON_NAME, name),),
        public_key=key.public_key(),
        key_algorithm=KeyAlgorithm.EC_PRIME256V1,
        signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
        validity=Validity(NOW - timedelta(days=1), NOW + timedelta(days=1)),
        key_usages=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        basic_constraints=BasicConstraints(is_ca=True, path_length=length),
        name_constraints=constraints,
    )


OURS = _template("ours", KEY, length=0)
ASKED = requested(request(OURS, KEY))
CERTIFICATE = encoded(sign(OURS, ROOT_KEY))
ROOT = encoded(sign(_template("root", ROOT_KEY, length=1), ROOT_KEY))


def test_the_unchanged_chain_is_taken() -> None:
    """What the fuzzing begins with is sound."""
    chain, faults = read_chain(certificate_pem(CERTIFICATE), certificate_pem(ROOT))
    assert (faults, installation_faults(chain, ASKED, now=NOW)) == ((), ())


@given(
    st.integers(0, len(CERTIFICATE) + len(ROOT) - 1), st.integers(1, 255), st.booleans(), st.integers(0, 40)
)
@example(0, 1, True, 0)
def test_no_changed_octet_is_taken(place: int, change: int, is_cut: bool, cut: int) -> None:  # noqa: FBT001
    """Whatever is changed or cut out, the fault is told; nothing else is ever raised.

    A root whose issuer is changed is none: then the chain ends below its root, whose signature is not there.
    """
    octets = bytearray(CERTIFICATE + ROOT)
    octets[place] ^= change
    if is_cut:
        del octets[place : place + cut]
    first = len(CERTIFICATE) if place >= len(CERTIFICATE) else len(octets) - len(ROOT)
    chain, faults = read_chain(certificate_pem(bytes(octets[:first])), certificate_pem(bytes(octets[first:])))
    found = faults or installation_faults(chain, ASKED, now=NOW)
    assert found or not is_self_issued(chain[-1])


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    """Anything at all, in both fields."""
    armoured = f"-----BEGIN CERTIFICATE-----{text}-----END CERTIFICATE-----"
    assert read_chain(text, text)[1]
    assert read_chain(armoured, armoured)[1]
