"""Answers about CAs: how they stand, in the contract's message."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.duration_pb2 import Duration

from certmanager.v1 import certificate_authority_pb2 as contract
from certmanager.v1 import certificate_pb2
from server.api.attributes import timestamp
from server.api.enums import ALT_NAME_TYPE, KEY_ALGORITHM, SIGNATURE_ALGORITHM, named
from server.ra.setup.standing import Standing
from server.ra.terms import KeyAlgorithm, NameConstraints, Subtree


def certificate_authority(stands: Standing) -> contract.CertificateAuthority:
    """A CA as it stands."""
    record = stands.record
    return contract.CertificateAuthority(
        id=record.id,
        project_id=record.project_id,
        type=named(contract.CertificateAuthorityType, record.type),
        state=named(contract.CertificateAuthorityState, stands.state),
        parent_ca_id=record.parent_id or "",
        subject=record.subject,
        key_algorithm=KEY_ALGORITHM.number(KeyAlgorithm[record.key_algorithm]),
        serial_number=record.serial or "",
        certificate=stands.certificate_pem,
        certificate_chain=stands.issuers_pem,
        not_before=timestamp(record.not_before),
        not_after=timestamp(record.not_after),
        created_at=timestamp(record.created_at),
        updated_at=timestamp(record.updated_at),
        etag=str(record.revision),
        name=record.name,
        path_length=stands.path_length,
        name_constraints=_constraints(stands.name_constraints),
        generation=record.generation,
        crl_shards=record.crl_shards,
        crl_validity=Duration(seconds=record.crl_validity),
        signature_algorithms=[SIGNATURE_ALGORITHM.number(each) for each in stands.signature_algorithms],
        fingerprint_sha256=stands.description.fingerprint if stands.description else "",
        warnings=stands.warnings,
        revision=record.revision,
    )


def _constraints(constraints: NameConstraints | None) -> contract.NameConstraints | None:
    if constraints is None:
        return None
    return contract.NameConstraints(
        permitted=_subtrees(constraints.permitted), excluded=_subtrees(constraints.excluded)
    )


def _subtrees(trees: Iterable[Subtree]) -> list[certificate_pb2.AltName]:
    return [certificate_pb2.AltName(type=ALT_NAME_TYPE.number(tree.type), value=tree.value) for tree in trees]
