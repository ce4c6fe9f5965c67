"""The terms that orders and answers are made of, for the transport, which knows no floor below this one."""

from __future__ import annotations

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.describe import Description
from server.pki.faults import DurationOverflow, TimeFault
from server.pki.hpke import KeyEncapsulation, RecipientKey
from server.pki.names import AltName, AltNameType
from server.pki.pem import certificate_pem, csr_pem
from server.pki.reasons import RevocationReason
from server.pki.serial import parse_serial, serial_hex
from server.pki.subjects import SubjectAttribute
from server.pki.template import BasicConstraints, CustomExtension, NameConstraints, Subtree, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import parse_duration
from server.store.queries.audit import AuditFilter
from server.store.queries.certificate_query import CertificateFilter
from server.store.queries.request_query import RequestFilter
from server.store.records import (
    AuditRecord,
    AuthorityRecord,
    CertificateRecord,
    DecisionRecord,
    IdentityRecord,
    ObjectKind,
    PolicyRecord,
    ProfileRecord,
    ProjectRecord,
    RequestRecord,
    RoleBindingRecord,
    TokenRecord,
)

__all__ = [
    "AltName",
    "AltNameType",
    "AuditFilter",
    "AuditRecord",
    "AuthorityRecord",
    "BasicConstraints",
    "CertificateFilter",
    "CertificateRecord",
    "CustomExtension",
    "DecisionRecord",
    "Description",
    "DurationOverflow",
    "ExtendedKeyUsage",
    "IdentityRecord",
    "KeyAlgorithm",
    "KeyEncapsulation",
    "KeyUsage",
    "NameConstraints",
    "ObjectKind",
    "PolicyRecord",
    "ProfileRecord",
    "ProjectRecord",
    "RecipientKey",
    "RequestFilter",
    "RequestRecord",
    "RevocationReason",
    "RoleBindingRecord",
    "SignatureAlgorithm",
    "SubjectAttribute",
    "Subtree",
    "Template",
    "TimeFault",
    "TokenRecord",
    "certificate_pem",
    "csr_pem",
    "parse_duration",
    "parse_serial",
    "serial_hex",
]
