"""The reasons of a revocation, with what each means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from certmanager.v1.certificate_pb2 import Certificate


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the reasons of RFC 5280, 5.3.1."""

    literal: str
    title: str
    meaning: str


_REASONS: Final = (
    Reason("unspecified", "Unspecified", "Nothing is to be said; the CRL tells no reason."),
    Reason(
        "key_compromise",
        "Key compromise",
        "The private key is, or may be, in wrong hands. The key is blocked on the whole server, for "
        "everybody and for good, and no certificate of this lineage is renewed any more.",
    ),
    Reason(
        "ca_compromise",
        "CA compromise",
        "The key of this CA is, or may be, in wrong hands. The key is blocked for everybody and for good.",
    ),
    Reason(
        "affiliation_changed",
        "Affiliation changed",
        "The name or the organization of the subject is not right any more.",
    ),
    Reason("superseded", "Superseded", "Another certificate has taken its place."),
    Reason(
        "cessation_of_operation",
        "Cessation of operation",
        "The service is gone, or the name does not belong to the subject any more.",
    ),
    Reason(
        "certificate_hold",
        "Certificate hold",
        "It is not to be trusted for the time being. This is the only reason that can be undone.",
    ),
    Reason(
        "privilege_withdrawn", "Privilege withdrawn", "The subject may not have this certificate any more."
    ),
)


def reasons_for(certificate: Certificate) -> Sequence[Reason]:
    """Those that a certificate of its kind can be revoked for."""
    of_ca = certificate.basic_constraints.is_ca and not certificate.profile_id
    return tuple(each for each in _REASONS if of_ca or each.literal != "ca_compromise")
