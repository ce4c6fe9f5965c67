"""The hierarchy of CAs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from certmanager.v1.certificate_authority_pb2 import CertificateAuthority
from server.web.ui.authorities.crls import CRL


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A CA, and those that it signed."""

    authority: CertificateAuthority
    crl: CRL | None
    children: Sequence[Node]


def tree_of(authorities: Iterable[CertificateAuthority], crls: Mapping[str, CRL]) -> Sequence[Node]:
    """The CAs below which the others stand; one whose parent is not among them stands on top."""
    listed = list(authorities)
    known = {each.id for each in listed}
    below: dict[str, list[CertificateAuthority]] = {}
    for each in listed:
        below.setdefault(each.parent_ca_id if each.parent_ca_id in known else "", []).append(each)

    def nodes(parent: str) -> Sequence[Node]:
        return [
            Node(authority=each, crl=crls.get(each.id), children=nodes(each.id))
            for each in below.get(parent, ())
        ]

    return nodes("")
