"""What went wrong with names elsewhere, and cannot here; numbered as in the PKI rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.pki.names import AltName, AltNameType, NameFault, SubjectAttribute, alt_name
from server.ra.policy import ANY, CommonNameMode, PatternFault
from tests.ra.policy_samples import broken, dns, lasting, names_rule, policy, template

DNS, IP, EMAIL, URI = AltNameType


@pytest.mark.parametrize(
    "bad",
    [(DNS, "evil.org"), (IP, "192.0.2.1"), (EMAIL, "a@evil.org"), (URI, "spiffe://evil.org/a")],
)
@pytest.mark.parametrize("place", range(3))
def test_8_openbao_ghsa_g892_every_name_is_judged_wherever_it_comes_from(
    bad: tuple[AltNameType, str], place: int
) -> None:
    """The template is judged, not the field that a name came from: no route leads around a constraint."""
    names = [*dns("a.example.com", "b.example.com")]
    names.insert(place, alt_name(*bad))
    found = broken(policy(), template(alt_names=tuple(names)))
    assert found == [(f"alt_names[{place}]", f"{bad[0].value}_NOT_ALLOWED")]


@pytest.mark.parametrize("identity", ["*", "*.com", "a,b", "**", "**.com", "*.example.com,evil.org"])
def test_9_openbao_ghsa_59w7_a_name_with_a_star_widens_nothing(identity: str) -> None:
    """A star in what is asked for is never read as a pattern, in the subject or in a name."""
    open_subject = policy(
        subject=ANY, alt_names=names_rule(DNS, allowed=["*.example.com"], allow_wildcard_names=True)
    )
    asked = template(
        alt_names=(AltName(DNS, identity), AltName(DNS, f"{identity}.example.com.evil.org")), subject=()
    )
    assert {field for field, _ in broken(open_subject, asked)} == {"alt_names[0]", "alt_names[1]"}


@pytest.mark.parametrize("identity", ["*", "**.", "**,a", "a,b", "*.com,*.org"])
def test_9_openbao_ghsa_59w7_an_identity_is_no_pattern_by_itself(identity: str) -> None:
    """Text that would match more than one thing is refused as a DNS pattern.

    ``**`` alone is the policy's own word for any name: no identity is ever made into a pattern.
    """
    with pytest.raises(PatternFault):
        names_rule(DNS, allowed=[identity])


@pytest.mark.parametrize("denied", range(3))
def test_13_lets_encrypt_2020_02_29_each_of_three_names_is_checked(denied: int) -> None:
    """Denying only the k-th name refuses the request for each k, and names that place."""
    names = dns("a.example.com", "b.example.com", "c.example.com")
    section = names_rule(DNS, allowed=["*.example.com"], denied=[names[denied].value])
    found = broken(policy(alt_names=section), template(alt_names=names, subject=()))
    assert found == [(f"alt_names[{denied}]", "DNS_DENIED")]


@pytest.mark.parametrize(("seconds", "rules"), [(-1, []), (0, []), (1, ["LIFETIME_TOO_LONG"])])
def test_14_lets_encrypt_2021_06_08_ninety_days_and_one_second(seconds: int, rules: list[str]) -> None:
    """Both ends of a validity count, and the limit is exact to the second."""
    validity = lasting(timedelta(days=90, seconds=seconds))
    assert [rule for _, rule in broken(policy(), template(validity=validity))] == rules


@pytest.mark.parametrize(
    "identity", ["*)(uid=*", "' or 1=1", "a%00b", "a\x00.example.com", "a)|(b", "$(id)", "{{a}}"]
)
def test_19_dogtag_cve_2023_4727_nothing_in_a_name_is_an_expression(identity: str) -> None:
    """Text made to escape a filter is compared as text, in each type of name and in the subject."""
    strict = policy(common_name_mode=CommonNameMode.IGNORE)
    subject = ((SubjectAttribute.ORGANIZATION, identity),)
    names = tuple(AltName(type_, identity) for type_ in AltNameType)
    fields = [field for field, _ in broken(strict, template(subject=subject, alt_names=names))]
    assert fields == ["subject.organization", *(f"alt_names[{place}]" for place in range(4))]


@pytest.mark.parametrize(
    "uri",
    [
        "spiffe://example.org/ns/prod/../admin",
        "spiffe://example.org/ns/prod/%2e%2e/admin",
        "spiffe://example.org/ns/prod/%2E%2E/admin",
        "spiffe://example.org/ns//prod",
        "spiffe://example.org//ns/prod",
        "spiffe://user@example.org/ns/prod/a",
        "spiffe://example.org@evil.org/ns/prod/a",
        "spiffe://example.org:8443/ns/prod/a",
        "spiffe://example.org/ns/prod/a?b",
        "spiffe://example.org/ns/prod/a#b",
        "SPIFFE://example.org/ns/prod/a",
        "spiffe://EXAMPLE.org/ns/prod/a",
        "spiffe://example.org./ns/prod/a",
        "spiffe://example.org/ns/prod\\a",
        "spiffe://example.org/ns/prod%2fa",
        "spiffe://example.org/ns/production",
    ],
)
def test_27_spire_cve_2021_27098_a_uri_is_compared_part_by_part(uri: str) -> None:
    """A misleading path, scheme, host, port, user or query never passes for what is allowed."""
    section = names_rule(URI, allowed=["spiffe://example.org/ns/prod/"])
    found = broken(policy(alt_names=section), template(subject=(), alt_names=(AltName(URI, uri),)))
    assert [field for field, _ in found] == ["alt_names[0]"]


@pytest.mark.parametrize("uri", ["SPIFFE://example.org/ns/prod/a", "spiffe://EXAMPLE.org/ns/prod/a"])
def test_27_spire_cve_2021_27098_capitals_are_lowered_before(uri: str) -> None:
    """Scheme and host in capitals are the same URI, and allowed in their canonical form."""
    section = names_rule(URI, allowed=["spiffe://example.org/ns/prod/"])
    assert broken(policy(alt_names=section), template(subject=(), alt_names=(alt_name(URI, uri),))) == []


def test_27_spire_cve_2021_27099_a_dot_segment_is_no_name() -> None:
    """The path of an identity is never normalised: one that would need it is refused."""
    with pytest.raises(NameFault):
        alt_name(URI, "spiffe://example.org/ns/prod/../admin")
