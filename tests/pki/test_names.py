"""Alternative names: what is taken, in which form, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pki.names import AltName, AltNameType, NameFault, alt_name, alt_name_of, general_name

CANONICAL = [
    ("DNS", "Example.COM", "example.com"),
    ("DNS", "localhost", "localhost"),
    ("DNS", "a-1.b2.example", "a-1.b2.example"),
    ("DNS", "bücher.example", "xn--bcher-kva.example"),
    ("DNS", "Bücher.example", "xn--bcher-kva.example"),
    ("DNS", "XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("DNS", "faß.de", "xn--fa-hia.de"),
    ("DNS", "*.example.com", "*.example.com"),
    ("DNS", "*.bücher.example", "*.xn--bcher-kva.example"),
    ("DNS", "1.a", "1.a"),
    ("DNS", "a" * 63 + ".x", "a" * 63 + ".x"),
    ("DNS", ".".join(["a" * 63] * 3 + ["b" * 61]), ".".join(["a" * 63] * 3 + ["b" * 61])),
    ("IP", "10.0.0.1", "10.0.0.1"),
    ("IP", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("IP", "::", "::"),
    ("EMAIL", "Joe.Doe+x@Example.COM", "Joe.Doe+x@example.com"),
    ("EMAIL", "joe@bücher.example", "joe@xn--bcher-kva.example"),
    ("EMAIL", "a" * 64 + "@b.c", "a" * 64 + "@b.c"),
    ("URI", "HTTPS://Example.COM/A/b", "https://example.com/A/b"),
    ("URI", "https://example.com", "https://example.com"),
    ("URI", "https://example.com:8443/a?q=1#f", "https://example.com:8443/a?q=1#f"),
    ("URI", "https://[2001:DB8::0:1]/", "https://[2001:db8::1]/"),
    ("URI", "https://10.0.0.1/a..b/.c", "https://10.0.0.1/a..b/.c"),
    ("URI", "https://example.com/a%c3%a4", "https://example.com/a%C3%A4"),
    ("URI", "spiffe://acme.com/ns/prod/sa/web", "spiffe://acme.com/ns/prod/sa/web"),
    ("URI", "SPIFFE://Acme_1.com", "spiffe://acme_1.com"),
]

REFUSED = [
    ("DNS", "", "DNS_EMPTY"),
    ("DNS", " ", "DNS_CHARACTER"),
    ("DNS", "a b.example", "DNS_CHARACTER"),
    ("DNS", "a\x00.example", "DNS_CHARACTER"),
    ("DNS", "a.example\n", "DNS_CHARACTER"),
    ("DNS", "a\r\n.example", "DNS_CHARACTER"),
    ("DNS", ".example.com", "DNS_LABEL_EMPTY"),
    ("DNS", "example.com.", "DNS_LABEL_EMPTY"),
    ("DNS", "a..b", "DNS_LABEL_EMPTY"),
    ("DNS", "a_b.example", "DNS_CHARACTER"),
    ("DNS", "-a.example", "DNS_CHARACTER"),
    ("DNS", "a-.example", "DNS_CHARACTER"),
    ("DNS", "a" * 64 + ".example", "DNS_LABEL_TOO_LONG"),
    ("DNS", ".".join(["a" * 63] * 3 + ["b" * 62]), "DNS_TOO_LONG"),
    ("DNS", "a." * 150 + "b", "DNS_TOO_LONG"),
    ("DNS", "ü." * 60 + "example", "DNS_TOO_LONG"),
    ("DNS", "10.0.0.1", "DNS_IS_ADDRESS"),
    ("DNS", "example.1", "DNS_IS_ADDRESS"),
    ("DNS", "0x7f", "DNS_IS_ADDRESS"),
    ("DNS", "::1", "DNS_CHARACTER"),
    ("DNS", "*", "DNS_WILDCARD"),
    ("DNS", "*.com", "DNS_WILDCARD"),
    ("DNS", "*.*.com", "DNS_WILDCARD"),
    ("DNS", "a.*.example.com", "DNS_WILDCARD"),
    ("DNS", "a*.example.com", "DNS_WILDCARD"),
    ("DNS", "**.example.com", "DNS_WILDCARD"),
    ("DNS", "*.", "DNS_WILDCARD"),
    ("DNS", "xn--a.example", "DNS_IDNA"),
    ("DNS", "xn--.example", "DNS_IDNA"),
    ("DNS", "BÜCHER.example", "DNS_IDNA"),
    ("DNS", "👍.example", "DNS_IDNA"),
    ("DNS", "a。b", "DNS_IDNA"),
    ("IP", "", "IP_MALFORMED"),
    ("IP", "010.0.0.1", "IP_MALFORMED"),
    ("IP", "10.0.0.256", "IP_MALFORMED"),
    ("IP", "10.0.0.0/8", "IP_MALFORMED"),
    ("IP", "10.1", "IP_MALFORMED"),
    ("IP", "１.1.1.1", "IP_MALFORMED"),  # noqa: RUF001 - a full-width digit is the point
    ("IP", "10.0.0.1 ", "IP_MALFORMED"),
    ("IP", "fe80::1%eth0", "IP_ZONE"),
    ("IP", "::ffff:10.0.0.1", "IP_MAPPED"),
    ("EMAIL", "", "EMAIL_MALFORMED"),
    ("EMAIL", "@", "EMAIL_MALFORMED"),
    ("EMAIL", "a@", "DNS_EMPTY"),
    ("EMAIL", "@b.c", "EMAIL_MALFORMED"),
    ("EMAIL", "joe", "EMAIL_MALFORMED"),
    ("EMAIL", "a@b@c.d", "EMAIL_MALFORMED"),
    ("EMAIL", ".a@b.c", "EMAIL_MALFORMED"),
    ("EMAIL", "a..b@b.c", "EMAIL_MALFORMED"),
    ("EMAIL", '"a b"@b.c', "EMAIL_MALFORMED"),
    ("EMAIL", "Joe <a@b.c>", "EMAIL_MALFORMED"),
    ("EMAIL", "jö@b.c", "EMAIL_MALFORMED"),
    ("EMAIL", "a\n@b.c", "EMAIL_MALFORMED"),
    ("EMAIL", "a@*.example.com", "DNS_WILDCARD"),
    ("EMAIL", "a@[10.0.0.1]", "DNS_CHARACTER"),
    ("EMAIL", "a" * 65 + "@b.c", "EMAIL_TOO_LONG"),
    ("EMAIL", "a" * 64 + "@" + ".".join(["b" * 63] * 3), "EMAIL_TOO_LONG"),
    ("URI", "", "URI_NOT_ABSOLUTE"),
    ("URI", "/path", "URI_NOT_ABSOLUTE"),
    ("URI", "urn:uuid:1", "URI_NOT_ABSOLUTE"),
    ("URI", "example.com/a", "URI_NOT_ABSOLUTE"),
    ("URI", "https:///a", "URI_NO_HOST"),
    ("URI", "https://a@example.com/", "URI_USER"),
    ("URI", "https://a:b@example.com/", "URI_USER"),
    ("URI", "https://example.com/a/../b", "URI_DOT_SEGMENT"),
    ("URI", "https://example.com/..", "URI_DOT_SEGMENT"),
    ("URI", "https://example.com/./b", "URI_DOT_SEGMENT"),
    ("URI", "https://example.com//b", "URI_EMPTY_SEGMENT"),
    ("URI", "https://example.com/a//", "URI_EMPTY_SEGMENT"),
    ("URI", "https://example.com/%2e%2E/b", "URI_ESCAPE"),
    ("URI", "https://example.com/a%2fb", "URI_ESCAPE"),
    ("URI", "https://example.com/a%5cb", "URI_ESCAPE"),
    ("URI", "https://example.com/%41", "URI_ESCAPE"),
    ("URI", "https://example.com/#%00", "URI_ESCAPE"),
    ("URI", "https://example.com/%0d%0a", "URI_ESCAPE"),
    ("URI", "https://example.com/%", "URI_ESCAPE"),
    ("URI", "https://example.com/%g0", "URI_ESCAPE"),
    ("URI", "https://example.com/\x00", "URI_CHARACTER"),
    ("URI", "https://example.com/a b", "URI_CHARACTER"),
    ("URI", "https://example.com/a\\b", "URI_CHARACTER"),
    ("URI", "https://example.com/ä", "URI_CHARACTER"),
    ("URI", "https://example.com/\n", "URI_CHARACTER"),
    ("URI", "https://example.com:/", "URI_PORT"),
    ("URI", "https://example.com:0/", "URI_PORT"),
    ("URI", "https://example.com:65536/", "URI_PORT"),
    ("URI", "https://a_b.example/", "DNS_CHARACTER"),
    ("URI", "https://*.example.com/", "DNS_WILDCARD"),
    ("URI", "https://1.2.3/", "IP_MALFORMED"),
    ("URI", "https://[1.2.3.4]/", "IP_MALFORMED"),
    ("URI", "https://[::1", "URI_PORT"),
    ("URI", "https://example.com/" + "a" * 2048, "URI_TOO_LONG"),
    ("URI", "spiffe://acme.com:80/a", "SPIFFE_MALFORMED"),
    ("URI", "spiffe://acme.com/a?b", "SPIFFE_MALFORMED"),
    ("URI", "spiffe://acme.com/a#b", "SPIFFE_MALFORMED"),
    ("URI", "spiffe://acme.com/a/", "SPIFFE_MALFORMED"),
    ("URI", "spiffe://u@acme.com/a", "SPIFFE_MALFORMED"),
    ("URI", "spiffe:///a", "SPIFFE_MALFORMED"),
    ("URI", "spiffe://acme.com/a%C3%A4", "SPIFFE_MALFORMED"),
]


@pytest.mark.parametrize(("kind", "text", "canonical"), CANONICAL)
def test_a_name_gets_its_canonical_form(kind: str, text: str, canonical: str) -> None:
    """Each well-formed spelling leads to the one canonical text."""
    assert alt_name(AltNameType[kind], text).value == canonical


@pytest.mark.parametrize(("kind", "text", "rule"), REFUSED)
def test_a_malformed_name_is_refused_by_its_rule(kind: str, text: str, rule: str) -> None:
    """Each malformed name is refused, and for the right reason."""
    with pytest.raises(NameFault) as refused:
        alt_name(AltNameType[kind], text)
    assert refused.value.rule == rule


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, text, _ in CANONICAL])
def test_a_name_survives_its_encoding(kind: str, text: str) -> None:
    """What is put into a GeneralName is what is read from it."""
    name = alt_name(AltNameType[kind], text)
    assert alt_name_of(general_name(name)) == name


_HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text("aAxn-.*ü@:/%2eE01[]#?\x00 _", max_size=40),
    st.from_regex(r"\A[a-z]{1,3}://[A-Za-z0-9.:\[\]@-]{0,12}(/[a-z.%0-9A-F]{0,5}){0,3}\Z"),
    st.ip_addresses().map(str),
    st.emails(),
    st.text(max_size=12).map(lambda text: f"xn--{text}.example"),
)


@given(st.sampled_from(AltNameType), _HOSTILE)
def test_a_canonical_name_is_its_own_canonical_form(kind: AltNameType, text: str) -> None:
    """Any text is refused by NameFault or has a canonical form that stays as it is and can be encoded."""
    try:
        name = alt_name(kind, text)
    except NameFault:
        return
    assert alt_name(kind, name.value) == name
    assert alt_name_of(general_name(name)) == name
    assert name.value.isprintable()


def test_an_alt_name_is_a_value() -> None:
    """Names compare by kind and text."""
    assert AltName(AltNameType.DNS, "a.b") != AltName(AltNameType.URI, "a.b")
