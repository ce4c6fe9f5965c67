"""What is to be done about a certificate that the server tells of."""

from __future__ import annotations

from enum import Enum

from certmanager.v1 import x509_pb2
from certmanager.v1.certificate_pb2 import PRIVATE_KEY_STATE_CLAIMABLE, Certificate

_REPLACEABLE = frozenset({
    x509_pb2.REVOCATION_REASON_UNSPECIFIED,
    x509_pb2.REVOCATION_REASON_KEY_COMPROMISE,
    x509_pb2.REVOCATION_REASON_CA_COMPROMISE,
    x509_pb2.REVOCATION_REASON_SUPERSEDED,
})  # fmt: skip
"""What is revoked so that another takes its place; the server renews nothing that is revoked."""


class Verdict(Enum):
    """What to do."""

    KEEP = "keep"
    """It is the one in use, and nothing is wrong with it; or it is on hold, which passes or does not."""
    OLDER = "older"
    """It was before the one in use, or is of a lineage that was given up."""
    ADOPT = "adopt"
    """It is newer, and for a key that is here."""
    CLAIM = "claim"
    """It is newer, and its key is to be had from the server."""
    FOREIGN = "foreign"
    """It is newer, and somebody else has its key: the next renewal begins there."""
    ANEW = "anew"
    """It was revoked so that another takes its place: one with another key, in another lineage."""
    END = "end"
    """Its service, name or right has ended: nothing is to take its place unless a person says so."""


def verdict(told: Certificate, *, held: Certificate | None, is_ours: bool, claims: bool) -> Verdict:
    """What a certificate means to an agent.

    ``is_ours`` says that it is for a key that the agent has, ``claims`` that
    the agent takes keys from the server.
    """
    if held is not None and told.id == held.id:
        return fate(told)
    if held is not None and not _is_newer(told, held):
        return Verdict.OLDER
    if told.private_key_state == PRIVATE_KEY_STATE_CLAIMABLE:
        return Verdict.CLAIM if claims else Verdict.FOREIGN
    if told.HasField("revocation") and held is None:
        return fate(told)
    return Verdict.ADOPT if is_ours and not told.HasField("revocation") else Verdict.FOREIGN


def _is_newer(told: Certificate, held: Certificate) -> bool:
    """Whether it is of the same lineage, and later in it; another one's is a watch's last word on that.

    The ids are UUIDs of version 7 (RFC 9562): in the order of time, unless the server's clock was set back.
    """
    is_later = told.id > held.id or told.renewed_from_certificate_id == held.id
    return is_later and told.lineage_id == held.lineage_id


def fate(told: Certificate) -> Verdict:
    """What is to become of the certificate in use: KEEP, ANEW or END."""
    if not told.HasField("revocation"):
        return Verdict.KEEP
    reason = told.revocation.reason
    if reason in _REPLACEABLE:
        return Verdict.ANEW
    return Verdict.KEEP if reason == x509_pb2.REVOCATION_REASON_CERTIFICATE_HOLD else Verdict.END
