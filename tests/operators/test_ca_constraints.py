"""Name constraints: what a CA may not sign for, by its own certificate or by one above it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import broken, create, intermediate, issue, leaf_order, order
from tests.operators.ca_outside import outside_root
from tests.oracles import openssl_verify
from tests.serving import Live


def names(*typed: str) -> list[dict[str, str]]:
    """Typed names of texts as ``DNS:example.com``."""
    split = (text.partition(":") for text in typed)
    return [{"type": f"ALT_NAME_TYPE_{kind}", "value": value} for kind, _, value in split]


PERMITTED = names("DNS:example.com", "IP:10.0.0.0/8", "EMAIL:example.com", "URI:.example.com")
EXCLUDED = names("DNS:secret.example.com", "IP:10.9.0.0/16")

CASES = [
    ("DNS:example.com", ""),
    ("DNS:a.b.example.com", ""),
    ("DNS:*.b.example.com", ""),
    ("DNS:badexample.com", "NAME_NOT_PERMITTED"),
    ("DNS:example.org", "NAME_NOT_PERMITTED"),
    ("DNS:secret.example.com", "NAME_EXCLUDED"),
    ("DNS:very.secret.example.com", "NAME_EXCLUDED"),
    ("DNS:*.example.com", "NAME_EXCLUDED"),
    ("IP:10.8.255.255", ""),
    ("IP:10.9.0.0", "NAME_EXCLUDED"),
    ("IP:11.0.0.0", "NAME_NOT_PERMITTED"),
    ("IP:2001:db8::1", "NAME_NOT_PERMITTED"),
    ("EMAIL:joe@example.com", ""),
    ("EMAIL:joe@a.example.com", "NAME_NOT_PERMITTED"),
    ("URI:https://a.example.com/x", ""),
    ("URI:https://example.com/x", "NAME_NOT_PERMITTED"),
    ("URI:https://10.0.0.1/x", "NAME_NOT_PERMITTED"),
]


async def constrained(live: Live) -> tuple[Any, Any]:
    """A root that constrains names, and an intermediate below it that says nothing of them."""
    constraints = {"permitted": PERMITTED, "excluded": EXCLUDED}
    root = await create(live, order(live, name_constraints=constraints))
    return root, await create(live, intermediate(live, root.id))


async def test_the_constraints_are_in_the_answer(live: Live) -> None:
    """As they stand in the certificate."""
    root, below = await constrained(live)
    assert [name.value for name in root.name_constraints.excluded] == ["secret.example.com", "10.9.0.0/16"]
    assert len(root.name_constraints.permitted) == len(PERMITTED)
    assert not below.HasField("name_constraints")


@pytest.mark.parametrize(("name", "rule"), CASES)
async def test_constraints_bind_below_the_next_ca_too(sqlite_live: Live, name: str, rule: str) -> None:
    """The root's constraints decide on the intermediate's leaves; where we sign, OpenSSL agrees."""
    root, below = await constrained(sqlite_live)
    if rule:
        request = await leaf_order(sqlite_live, below.id, alt_names=names(name))
        failure = await sqlite_live.refused(sqlite_live.certificates.IssueCertificate, request)
        assert broken(failure) == {("attributes.alt_names[0].value", rule)}
        return
    leaf = (await issue(sqlite_live, below.id, alt_names=names(name))).certificate.certificate
    assert openssl_verify(leaf, root=root.certificate, intermediates=(below.certificate,)) == ""


async def test_every_name_is_judged(live: Live) -> None:
    """Incident 13: of three names each one that is outside is told, with what would be permitted."""
    _, below = await constrained(live)
    three = names("DNS:a.example.org", "DNS:a.example.com", "IP:192.0.2.1")
    request = await leaf_order(live, below.id, alt_names=three)
    failure = await live.refused(live.certificates.IssueCertificate, request)
    rule = "NAME_NOT_PERMITTED"
    assert broken(failure) == {
        ("attributes.alt_names[0].value", rule),
        ("attributes.alt_names[2].value", rule),
    }
    assert failure.metadata["violation0Allowed"] == "example.com"


async def test_a_host_name_does_not_hide_in_the_common_name(sqlite_live: Live) -> None:
    """Verifiers that fall back to it constrain it; so do we, and a plain word stays free."""
    root, below = await constrained(sqlite_live)
    request = await leaf_order(sqlite_live, below.id, common_name="evil.example.org")
    failure = await sqlite_live.refused(sqlite_live.certificates.IssueCertificate, request)
    assert broken(failure) == {("attributes.common_name", "NAME_NOT_PERMITTED")}
    leaf = (await issue(sqlite_live, below.id, common_name="printer 7")).certificate.certificate
    assert openssl_verify(leaf, root=root.certificate, intermediates=(below.certificate,)) == ""


async def test_the_constraints_of_an_outside_root_bind(sqlite_live: Live) -> None:
    """Those of our own certificate and those above it, also on directory names, which we never make."""
    root = outside_root(
        sqlite_live.clock(),
        nameConstraints="critical,permitted;DNS:example.com,excluded;dirName:dn\n[dn]\nO=Evil",
    )
    ca, csr = await asked(sqlite_live)
    await install(sqlite_live, installation(ca, root.sign(csr, now=sqlite_live.clock()), root.chain))
    named = {"organization": "evil", "alt_names": names("DNS:a.example.org")}
    request = await leaf_order(sqlite_live, ca.id, **named)
    failure = await sqlite_live.refused(sqlite_live.certificates.IssueCertificate, request)
    # Directory names are compared from the first attribute on, and O is the first of this subject.
    assert broken(failure) == {
        ("attributes.alt_names[0].value", "NAME_NOT_PERMITTED"),
        ("attributes", "NAME_EXCLUDED"),
    }
