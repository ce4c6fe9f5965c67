"""The terms that orders and answers are made of, for the transport, which knows no floor below this one."""

from __future__ import annotations

from server.pki.algorithms import KeyAlgorithm, SignatureAlgorithm
from server.pki.describe import Description
from server.pki.faults import DurationOverflow, TimeFault
from server.pki.names import AltName, AltNameType
from server.pki.pem import certificate_pem, csr_pem
from server.pki.serial import parse_serial, serial_hex
from server.pki.subjects import SubjectAttribute
from server.pki.template import BasicConstraints, CustomExtension, Template
from server.pki.usages import ExtendedKeyUsage, KeyUsage
from server.pki.validity import parse_duration
from server.store.records import (
    AuthorityRecord,
    CertificateRecord,
    PolicyRecord,
    ProfileRecord,
    RequestRecord,
)

__all__ = [
    "AltName",
    "AltNameType",
    "AuthorityRecord",
    "BasicConstraints",
    "CertificateRecord",
    "CustomExtension",
    "Description",
    "DurationOverflow",
    "ExtendedKeyUsage",
    "KeyAlgorithm",
    "KeyUsage",
    "PolicyRecord",
    "ProfileRecord",
    "RequestRecord",
    "SignatureAlgorithm",
    "SubjectAttribute",
    "Template",
    "TimeFault",
    "certificate_pem",
    "csr_pem",
    "parse_duration",
    "parse_serial",
    "serial_hex",
]
