"""The rules that a template can break, and how a violation of one is told.

The names are stable: clients program against them. ``i`` is the place in the
template's tuple; what a section requires it thereby allows.

    rule                               field                          broken by
    ---------------------------------  -----------------------------  ------------------------------------
    SUBJECT_ATTRIBUTE_NOT_ALLOWED      subject.ATTRIBUTE              an attribute without a rule
    SUBJECT_VALUE_NOT_ALLOWED          subject.ATTRIBUTE              a value that no allowed pattern covers
    SUBJECT_VALUE_DENIED               subject.ATTRIBUTE              a value that a denied pattern touches
    SUBJECT_ATTRIBUTE_REQUIRED         subject.ATTRIBUTE              an absent attribute
    COMMON_NAME_NOT_IN_ALT_NAMES       subject.common_name            a common name that no SAN repeats
    ALT_NAME_NOT_CANONICAL             alt_names[i]                   a name not in the form of pki.names
    DNS_NOT_ALLOWED                    alt_names[i]                   a name that no allowed pattern covers
    DNS_DENIED                         alt_names[i]                   a name that a denied pattern touches
    DNS_REQUIRED                       alt_names                      no name that the pattern covers
    WILDCARD_NOT_ALLOWED               alt_names[i]                   a wildcard name, where none may be
    IP_NOT_ALLOWED                     alt_names[i]                   as for DNS
    IP_DENIED                          alt_names[i]
    IP_REQUIRED                        alt_names
    EMAIL_NOT_ALLOWED                  alt_names[i]                   as for DNS
    EMAIL_DENIED                       alt_names[i]
    EMAIL_REQUIRED                     alt_names
    URI_NOT_ALLOWED                    alt_names[i]                   as for DNS
    URI_DENIED                         alt_names[i]
    URI_REQUIRED                       alt_names
    KEY_USAGE_NOT_ALLOWED              key_usages                     a usage neither allowed nor required
    KEY_USAGE_REQUIRED                 key_usages                     an absent usage
    EXTENDED_KEY_USAGE_NOT_ALLOWED     extended_key_usages            a usage neither allowed nor required
    EXTENDED_KEY_USAGE_REQUIRED        extended_key_usages            an absent usage
    KEY_ALGORITHM_NOT_ALLOWED          key_algorithm                  a key of another kind or size
    SIGNATURE_ALGORITHM_NOT_ALLOWED    signature_algorithm            another signature
    LIFETIME_TOO_SHORT                 validity                       one second less than the minimum
    LIFETIME_TOO_LONG                  validity                       one second more than the maximum
    CA_NOT_ALLOWED                     basic_constraints              CA:TRUE
    CA_REQUIRED                        basic_constraints              CA:FALSE
    PATH_LENGTH_TOO_LONG               basic_constraints.path_length  a greater one, or none: unlimited
    CUSTOM_EXTENSION_NOT_ALLOWED       custom_extensions[i]           an OID that is not listed
    CUSTOM_EXTENSION_CRITICAL          custom_extensions[i]           a critical one, where it may not be so
    CUSTOM_EXTENSION_REQUIRED          custom_extensions              an absent extension
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, Protocol

from server.errors import Violation
from server.pki.template import Template

_LONGEST_VALUE: Final = 256


class Rule(Enum):
    """A rule; the name is what clients see, the value is the sentence for people."""

    SUBJECT_ATTRIBUTE_NOT_ALLOWED = "the policy does not allow this subject attribute"
    SUBJECT_VALUE_NOT_ALLOWED = "the policy does not allow this value of the subject attribute"
    SUBJECT_VALUE_DENIED = "the policy denies this value of the subject attribute"
    SUBJECT_ATTRIBUTE_REQUIRED = "the policy requires this subject attribute"
    COMMON_NAME_NOT_IN_ALT_NAMES = "the common name must be one of the alternative names"
    ALT_NAME_NOT_CANONICAL = "the name is not in its canonical form"
    DNS_NOT_ALLOWED = "the policy does not allow this DNS name"
    DNS_DENIED = "the policy denies this DNS name, or one that it stands for"
    DNS_REQUIRED = "the policy requires a DNS name of this pattern"
    WILDCARD_NOT_ALLOWED = "the policy does not allow wildcard names"
    IP_NOT_ALLOWED = "the policy does not allow this IP address"
    IP_DENIED = "the policy denies this IP address"
    IP_REQUIRED = "the policy requires an IP address of this network"
    EMAIL_NOT_ALLOWED = "the policy does not allow this e-mail address"
    EMAIL_DENIED = "the policy denies this e-mail address"
    EMAIL_REQUIRED = "the policy requires an e-mail address of this pattern"
    URI_NOT_ALLOWED = "the policy does not allow this URI"
    URI_DENIED = "the policy denies this URI"
    URI_REQUIRED = "the policy requires a URI of this pattern"
    KEY_USAGE_NOT_ALLOWED = "the policy does not allow this key usage"
    KEY_USAGE_REQUIRED = "the policy requires this key usage"
    EXTENDED_KEY_USAGE_NOT_ALLOWED = "the policy does not allow this extended key usage"
    EXTENDED_KEY_USAGE_REQUIRED = "the policy requires this extended key usage"
    KEY_ALGORITHM_NOT_ALLOWED = "the policy does not allow this key algorithm"
    SIGNATURE_ALGORITHM_NOT_ALLOWED = "the policy does not allow this signature algorithm"
    LIFETIME_TOO_SHORT = "the lifetime is shorter than the policy's minimum"
    LIFETIME_TOO_LONG = "the lifetime is longer than the policy's maximum"
    CA_NOT_ALLOWED = "the policy does not allow CA certificates"
    CA_REQUIRED = "the policy allows CA certificates only"
    PATH_LENGTH_TOO_LONG = "the path length is greater than the policy's maximum"
    CUSTOM_EXTENSION_NOT_ALLOWED = "the policy does not allow this extension"
    CUSTOM_EXTENSION_CRITICAL = "the policy does not allow this extension to be critical"
    CUSTOM_EXTENSION_REQUIRED = "the policy requires this extension"

    def broken(self, field: str, *, value: str = "", allowed: Iterable[str] = ()) -> Violation:
        """The violation of this rule by a field of the template."""
        return Violation(field, self.name, self.value, value[:_LONGEST_VALUE], tuple(allowed))


class Blanket(Enum):
    """What a section says when it holds no rules."""

    ANY = "ANY"
    """Everything may be asked for."""
    NONE = "NONE"
    """Nothing may be asked for; also what an absent section means."""


ANY: Final = Blanket.ANY
NONE: Final = Blanket.NONE


class Rules(Protocol):
    """A section that holds rules; without any rule in it, it says the same as NONE."""

    def violations(self, template: Template) -> Iterator[Violation]:
        """Each rule of the section that the template breaks."""


def violations(section: Rules | Blanket, template: Template, *, none: Rules) -> Iterator[Violation]:
    """What the template breaks in a section; ``none`` is the section without any rule."""
    if section is Blanket.ANY:
        return iter(())
    rules = none if section is Blanket.NONE else section
    return rules.violations(template)
