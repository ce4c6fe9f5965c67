"""How certificates are shown: a line each in a list, and all of one."""

from __future__ import annotations

from certmanager.v1.certificate_pb2 import Certificate
from certmanager_client.cli.issuing.answer import renewal
from certmanager_client.cli.terminal.output import Column, alt_names, field_text, labels


def _name(certificate: Certificate) -> str:
    """What it is known by: its common name, or its first alternative name."""
    return certificate.common_name or next((one.value for one in certificate.alt_names), "")


def _extended_usages(certificate: Certificate) -> str:
    named = field_text(certificate, "extended_key_usages")
    return ", ".join(filter(None, (named, *certificate.extended_key_usage_oids)))


def _constraints(certificate: Certificate) -> str:
    found = certificate.basic_constraints
    if not found.is_ca:
        return ""
    return "CA" + (f", path length {found.path_length}" if found.HasField("path_length") else "")


def _revocation(certificate: Certificate) -> str:
    if not certificate.HasField("revocation"):
        return ""
    found = certificate.revocation
    return f"{field_text(found, 'reason')} at {field_text(found, 'revoked_at')}"


ROWS = (
    Column("NAME", _name),
    Column("STATE", "state"),
    Column("VALID UNTIL", "not_after"),
    Column("SERIAL NUMBER", "serial_number"),
    Column("ID", "id"),
)
LINES = (
    Column("id", "id"),
    Column("state", "state"),
    Column("revocation", _revocation),
    Column("subject", "subject"),
    Column("alternative names", lambda certificate: alt_names(certificate.alt_names)),
    Column("issuer", "issuer"),
    Column("serial number", "serial_number"),
    Column("valid from", "not_before"),
    Column("valid until", "not_after"),
    Column("key", "key_algorithm"),
    Column("signature", "signature_algorithm"),
    Column("key usages", "key_usages"),
    Column("extended key usages", _extended_usages),
    Column("basic constraints", _constraints),
    Column("SHA-256", "fingerprint_sha256"),
    Column("auto-renewal", lambda certificate: renewal(certificate.auto_renewal)),
    Column("key from", "key_source"),
    Column("private key", "private_key_state"),
    Column("metadata", lambda certificate: labels(certificate.metadata)),
    Column("lineage", "lineage_id"),
    Column("CA", "ca_id"),
    Column("profile", "profile_id"),
    Column("policy", "certificate_policy_id"),
    Column("requester", "requester_identity_id"),
)
