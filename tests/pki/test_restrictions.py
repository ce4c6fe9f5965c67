from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509

from server.pki.restrictions import Restrictions

DNS, URI, EMAIL = x509.DNSName, x509.UniformResourceIdentifier, x509.RFC822Name


def ip(text: str) -> x509.IPAddress:
    return x509.IPAddress(ip_network(text) if "/" in text else ip_address(text))


def directory(*pairs: tuple[x509.ObjectIdentifier, str]) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs]))


O, CN, C = x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME, x509.NameOID.COUNTRY_NAME  # noqa: E741

# Subtree, name, whether it permits the name, whether it excludes it.
CASES: list[tuple[x509.GeneralName, x509.GeneralName, bool, bool]] = [
    (DNS("acme.com"), DNS("acme.com"), True, True),
    (DNS("acme.com"), DNS("ACME.com"), True, True),
    (DNS("Acme.com"), DNS("a.b.acme.com"), True, True),
    (DNS("acme.com"), DNS("xacme.com"), False, False),
    (DNS("acme.com"), DNS("com"), False, False),
    (DNS(".acme.com"), DNS("a.acme.com"), True, True),
    (DNS(".acme.com"), DNS("acme.com"), False, True),
    (DNS(""), DNS("anything"), True, True),
    (DNS("acme.com"), DNS("*.acme.com"), True, True),
    (DNS("a.acme.com"), DNS("*.acme.com"), False, True),
    (DNS("a.b.acme.com"), DNS("*.acme.com"), False, False),
    (DNS("com"), DNS("*.acme.com"), True, True),
    (EMAIL("joe@acme.com"), EMAIL("joe@ACME.com"), True, True),
    (EMAIL("joe@acme.com"), EMAIL("Joe@acme.com"), False, False),
    (EMAIL("acme.com"), EMAIL("joe@acme.com"), True, True),
    (EMAIL("acme.com"), EMAIL("joe@mail.acme.com"), False, False),
    (EMAIL(".acme.com"), EMAIL("joe@mail.acme.com"), True, True),
    (EMAIL(".acme.com"), EMAIL("joe@acme.com"), False, False),
    (URI("acme.com"), URI("https://acme.com:8443/x"), True, True),
    (URI("acme.com"), URI("https://a.acme.com/x"), False, False),
    (URI(".acme.com"), URI("https://a.acme.com/x"), True, True),
    (URI(".acme.com"), URI("https://acme.com/x"), False, False),
    (URI("acme.com"), URI("spiffe://acme.com/x"), True, True),
    (URI("acme.com"), URI("https://10.0.0.1/x"), False, True),
    (URI("acme.com"), URI("https://[2001:db8::1]:1/x"), False, True),
    (URI("acme.com"), URI("urn:acme.com"), False, True),
    (ip("10.0.0.0/8"), ip("10.255.255.255"), True, True),
    (ip("10.0.0.0/8"), ip("11.0.0.0"), False, False),
    (ip("2001:db8::/32"), ip("2001:db8::1"), True, True),
    (ip("0.0.0.0/0"), ip("2001:db8::1"), False, False),
    (directory((C, "DE")), directory((C, "DE"), (O, "Acme")), True, True),
    (directory((C, "DE"), (O, "acme  AG")), directory((C, "DE"), (O, "Acme ag")), True, True),
    (directory((O, "Acme")), directory((C, "DE"), (O, "Acme")), False, False),
    (directory((C, "DE"), (O, "Acme")), directory((C, "DE")), False, False),
]


@pytest.mark.parametrize(("tree", "name", "permits", "excludes"), CASES)
def test_a_subtree_holds_what_the_rfc_says(
    tree: x509.GeneralName, name: x509.GeneralName, *, permits: bool, excludes: bool
) -> None:
    """RFC 5280, 4.2.1.10, for each form of name, as a permitted and as an excluded subtree."""
    permitted = [fault.rule for fault in Restrictions((tree,), ()).faults([("f", name)])]
    excluded = [fault.rule for fault in Restrictions((), (tree,)).faults([("f", name)])]
    assert permitted == ([] if permits else ["NAME_NOT_PERMITTED"])
    assert excluded == (["NAME_EXCLUDED"] if excludes else [])


def test_a_form_that_no_subtree_speaks_of_is_free() -> None:
    """A constraint on DNS names says nothing of addresses."""
    restrictions = Restrictions((DNS("acme.com"),), (DNS("b.acme.com"),))
    assert list(restrictions.faults([("f", ip("10.0.0.1")), ("f", directory((CN, "x")))])) == []


def test_excluding_wins_over_permitting() -> None:
    """Both are told, and one permitted subtree of several is enough."""
    restrictions = Restrictions((DNS("acme.com"), DNS("acme.org")), (DNS("b.acme.org"),))
    rules = [f.rule for f in restrictions.faults([("f", DNS("a.b.acme.org")), ("f", DNS("c.acme.org"))])]
    assert rules == ["NAME_EXCLUDED"]
