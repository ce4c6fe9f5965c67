"""The request that is kept of a renewal says the order that it is read as again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.api.documents import Compiler
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.hpke import KeyEncapsulation, RecipientKey
from server.pki.names import AltNameType
from server.pki.subjects import SubjectAttribute
from server.pki.template import BasicConstraints, CustomExtension
from server.pki.usages import KeyUsage
from server.ra.issuing.order import Attributes, Order
from server.ra.keys.delivery import InClear, SealedTo
from tests.ordering import csr_pem, der_of

_RENEWAL = Attributes(
    subject=dict.fromkeys(SubjectAttribute, "") | {SubjectAttribute.COUNTRY: "AT"},
    alt_names=((AltNameType.URI, "spiffe://a/b"), (AltNameType.IP, "2001:db8::1"), (AltNameType.DNS, "a.b")),
    key_usages=frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION}),
    extended_key_usages=("1.3.6.1.5.5.7.3.2", "1.2.3.4"),
    key_algorithm=KeyAlgorithm.ED25519,
    lifetime=timedelta(seconds=777_777),
    lifetime_field="lifetime",
    basic_constraints=BasicConstraints(),
    custom_extensions=(CustomExtension("1.2.3.5", critical=True, value=b"\x05\x00"),),
)
_OTHERS = Attributes(
    signature_algorithm=SignatureAlgorithm.ECDSA_SHA384,
    not_before=datetime(2030, 1, 1, tzinfo=UTC),
    not_after=datetime(2031, 1, 1, tzinfo=UTC),
    basic_constraints=BasicConstraints(is_ca=True, path_length=0),
)


@pytest.mark.parametrize("attributes", [_RENEWAL, _OTHERS, Attributes()])
@pytest.mark.parametrize("auto_renew", [None, True, False])
@pytest.mark.parametrize("key", ["made", "sealed", "csr", "csr_der"])
def test_an_order_is_read_as_it_was_written(
    *, attributes: Attributes, auto_renew: bool | None, key: str
) -> None:
    """Whatever it says, and where it says nothing."""
    sources: dict[str, str | bytes] = {"csr": csr_pem(), "csr_der": der_of(csr_pem())}
    csr = sources.get(key)
    sealed = SealedTo(RecipientKey(KeyEncapsulation.DHKEM_X25519_HKDF_SHA256, bytes(range(32))))
    order = Order(
        profile_id=new_id(),
        csr=csr,
        csr_field=key if csr else "csr",
        delivery=sealed if key == "sealed" else InClear(),
        attributes=attributes,
        metadata=(("team", "web"), ("tier", "")),
        auto_renew=auto_renew,
    )
    document = Compiler().document(order)
    assert Compiler().order(document) == replace(order, document=document)
