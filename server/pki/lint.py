"""The rules that every certificate keeps whatever the policy: judged on the template, before signing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cryptography import x509

from server.errors import Nature, Violation
from server.pki.der import is_der
from server.pki.names import NameFault, alt_name
from server.pki.reserved import is_reserved
from server.pki.subjects import subject_name, subject_value
from server.pki.subtrees import subtree
from server.pki.template import CustomExtension, NameConstraints, Subtree, Template
from server.pki.usages import ANY_EXTENDED_KEY_USAGE, CA_USAGES, KeyUsage, possible_usages
from server.pki.validity import Validity

_MAX_PATH_LENGTH: Final = 255
_AGREEMENT: Final = frozenset({KeyUsage.ENCIPHER_ONLY, KeyUsage.DECIPHER_ONLY})


def faults(template: Template, *, issuer_validity: Validity | None = None) -> tuple[Violation, ...]:
    """Everything about a template that must not be signed; fields are paths in the template.

    ``issuer_validity`` is the window of the issuer's certificate, None for a self-signed root.
    """
    found = [violation for rule in _RULES for violation in rule(template)]
    if issuer_validity is not None:
        found.extend(_nesting(template.validity, issuer_validity))
    return tuple(found)


def _numbering(template: Template) -> Iterator[Violation]:
    if not 0 < template.serial < 1 << 159:
        yield _form("serial", "SERIAL_RANGE", "a serial number is positive and has at most 20 octets")
    if not template.issuer.rdns:
        yield _form("issuer", "ISSUER_EMPTY", "the issuer must have a name")
    if template.authority_key_id is None and template.issuer != subject_name(template.subject):
        yield _form(
            "authority_key_id", "AUTHORITY_KEY_ID_REQUIRED", "only a self-signed certificate may do without"
        )


def _subject(template: Template) -> Iterator[Violation]:
    for attribute, value in template.subject:
        field = f"subject.{attribute.value.lower()}"
        try:
            if subject_value(attribute, value) != value:
                yield _form(field, "SUBJECT_NOT_CANONICAL", "the value is not in its canonical form", value)
        except NameFault as fault:
            yield _form(field, fault.rule, fault.message, value)
    attributes = [attribute for attribute, _ in template.subject]
    if len(set(attributes)) < len(attributes):
        yield _form("subject", "SUBJECT_REPEATED", "a subject attribute may have one value")
    if not template.subject and template.basic_constraints.is_ca:
        # RFC 5280, 4.1.2.6: what issues must have a name, for it becomes the issuer of others.
        yield _policy("subject", "CA_SUBJECT_REQUIRED", "a CA must have a subject")
    elif not template.subject and not template.alt_names:
        yield _policy("subject", "NAME_REQUIRED", "a certificate needs a subject or an alternative name")


def _alt_names(template: Template) -> Iterator[Violation]:
    for index, name in enumerate(template.alt_names):
        field = f"alt_names[{index}]"
        try:
            if alt_name(name.type, name.value) != name:
                yield _form(
                    field, "ALT_NAME_NOT_CANONICAL", "the name is not in its canonical form", name.value
                )
        except NameFault as fault:
            yield _form(field, fault.rule, fault.message, name.value)


def _key_usages(template: Template) -> Iterator[Violation]:
    usages = template.key_usages
    for usage in sorted(usages - possible_usages(template.key_algorithm), key=_name):
        yield _policy(
            "key_usages", "KEY_USAGE_IMPOSSIBLE", "a key of this kind cannot be used so", usage.value
        )
    if usages & _AGREEMENT and KeyUsage.KEY_AGREEMENT not in usages:
        yield _policy(
            "key_usages", "KEY_AGREEMENT_REQUIRED", "encipher-only and decipher-only need key agreement"
        )
    if template.basic_constraints.is_ca:
        if KeyUsage.KEY_CERT_SIGN not in usages:
            yield _policy("key_usages", "KEY_CERT_SIGN_REQUIRED", "a CA certificate needs key cert sign")
        return
    for usage in sorted(usages & CA_USAGES, key=_name):
        yield _policy("key_usages", "KEY_USAGE_CA_ONLY", "only a CA certificate may be used so", usage.value)


def _extended_key_usages(template: Template) -> Iterator[Violation]:
    field, usages = "extended_key_usages", template.extended_key_usages
    for oid in usages:
        if not _is_oid(oid):
            yield _form(field, "OID_MALFORMED", "an extended key usage is a dotted OID", oid)
    if len(set(usages)) < len(usages):
        yield _form(field, "EXTENDED_KEY_USAGE_REPEATED", "an extended key usage stands once")
    if ANY_EXTENDED_KEY_USAGE in usages and not template.basic_constraints.is_ca:
        yield _policy(
            field, "EXTENDED_KEY_USAGE_ANY", "a leaf must say what it is for", ANY_EXTENDED_KEY_USAGE
        )


def _constraints(template: Template) -> Iterator[Violation]:
    constraints, names = template.basic_constraints, template.name_constraints
    field = "basic_constraints.path_length"
    if constraints.path_length is not None and not constraints.is_ca:
        yield _policy(
            field, "PATH_LENGTH_CA_ONLY", "only a CA has a path length", str(constraints.path_length)
        )
    if constraints.path_length is not None and not 0 <= constraints.path_length <= _MAX_PATH_LENGTH:
        yield _form(
            field, "PATH_LENGTH_RANGE", "a path length is from 0 to 255", str(constraints.path_length)
        )
    if names is None:
        return
    if not constraints.is_ca:
        yield _policy("name_constraints", "NAME_CONSTRAINTS_CA_ONLY", "only a CA has name constraints")
    if not names.permitted and not names.excluded:
        yield _form(
            "name_constraints", "NAME_CONSTRAINTS_EMPTY", "name constraints hold at least one subtree"
        )
    yield from _subtree_faults(names)


def _subtree_faults(names: NameConstraints) -> Iterator[Violation]:
    listed = {"permitted": names.permitted, "excluded": names.excluded}
    for part, trees in listed.items():
        for index, tree in enumerate(trees):
            if not _is_subtree(tree):
                field = f"name_constraints.{part}[{index}]"
                message = "a subtree is a domain, a CIDR, an e-mail address or a host, in canonical form"
                yield _form(field, "SUBTREE_MALFORMED", message, tree.value)


def _is_subtree(tree: Subtree) -> bool:
    """Whether the value is canonical for its type."""
    try:
        return subtree(tree.type, tree.value) == tree
    except NameFault:
        return False


def _validity(template: Template) -> Iterator[Violation]:
    if template.validity.not_after < template.validity.not_before:
        yield _policy("validity", "VALIDITY_EMPTY", "the certificate would end before it begins")


def _nesting(validity: Validity, issuer: Validity) -> Iterator[Violation]:
    if validity.not_before < issuer.not_before:
        message = "the certificate would begin before its CA"
        yield _policy("validity", "BEGINS_BEFORE_CA", message, validity.not_before.isoformat())
    if validity.not_after > issuer.not_after:
        yield Violation(
            "validity",
            "LIFETIME_EXCEEDS_CA",
            "the certificate would outlive its CA",
            value=validity.not_after.isoformat(),
            allowed=(issuer.not_after.isoformat(),),
            nature=Nature.CA_LIFETIME,
        )


def _custom_extensions(template: Template) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, extension in enumerate(template.custom_extensions):
        yield from _custom_extension(f"custom_extensions[{index}]", extension)
        if extension.oid in seen:
            yield _form(
                f"custom_extensions[{index}]", "EXTENSION_REPEATED", "an extension stands once", extension.oid
            )
        seen.add(extension.oid)


def _custom_extension(field: str, extension: CustomExtension) -> Iterator[Violation]:
    if not _is_oid(extension.oid):
        yield _form(field, "OID_MALFORMED", "the OID of an extension is in dotted text", extension.oid)
    elif is_reserved(extension.oid):
        yield _policy(field, "EXTENSION_RESERVED", "the extension cannot be a custom one", extension.oid)
    if not is_der(extension.value):
        yield _form(
            field, "EXTENSION_NOT_DER", "the value of an extension is one value in DER", extension.oid
        )


def _is_oid(text: str) -> bool:
    try:
        x509.ObjectIdentifier(text)
    except ValueError:
        return False
    return True


_RULES: Final[tuple[Callable[[Template], Iterator[Violation]], ...]] = (
    _numbering,
    _subject,
    _alt_names,
    _validity,
    _key_usages,
    _extended_key_usages,
    _constraints,
    _custom_extensions,
)


def _name(usage: KeyUsage) -> str:
    return usage.value


def _form(field: str, rule: str, message: str, value: str = "") -> Violation:
    return Violation(field, rule, message, value=value[:256], nature=Nature.FORM)


def _policy(field: str, rule: str, message: str, value: str = "") -> Violation:
    return Violation(field, rule, message, value=value[:256], nature=Nature.POLICY)
