"""What ListCertificates asks for, in the domain's terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certmanager.v1 import certificate_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from server.api.enums import stored_name
from server.api.instants import instant
from server.api.serials import canonical_fingerprint, canonical_serial
from server.api.texts import plain
from server.ra.terms import CertificateFilter


def listed_certificates(request: messages.ListCertificatesRequest) -> CertificateFilter:
    """The certificates to list. Raises Invalid for what cannot be read."""
    serial = request.serial_number
    return CertificateFilter(
        profile_id=request.profile_id.lower(),
        ca_id=request.ca_id.lower(),
        requester_id=request.requester_identity_id.lower(),
        lineage_id=request.lineage_id.lower(),
        serial=canonical_serial(serial, field="serial_number") if serial else "",
        fingerprint=canonical_fingerprint(request.fingerprint_sha256),
        name=plain("name", request.name),
        states=_names(certificate_pb2.CertificateState, request.states),
        renewal_states=_names(certificate_pb2.RenewalState, request.renewal_states),
        expires_after=instant(request, "expires_after"),
        expires_before=instant(request, "expires_before"),
        metadata=tuple(
            (entry.key, plain(f"metadata[{n}].value", entry.value))
            for n, entry in enumerate(request.metadata)
        ),
    )


def _names(contract: Any, numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(stored_name(contract, number) for number in numbers)
