import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import certificate_pb2 as _certificate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import x509_pb2 as _x509_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CertificateAuthorityType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_AUTHORITY_TYPE_UNSPECIFIED: _ClassVar[CertificateAuthorityType]
    CERTIFICATE_AUTHORITY_TYPE_ROOT: _ClassVar[CertificateAuthorityType]
    CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE: _ClassVar[CertificateAuthorityType]

class CertificateAuthorityState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_AUTHORITY_STATE_UNSPECIFIED: _ClassVar[CertificateAuthorityState]
    CERTIFICATE_AUTHORITY_STATE_ACTIVE: _ClassVar[CertificateAuthorityState]
    CERTIFICATE_AUTHORITY_STATE_DISABLED: _ClassVar[CertificateAuthorityState]
    CERTIFICATE_AUTHORITY_STATE_EXPIRED: _ClassVar[CertificateAuthorityState]
    CERTIFICATE_AUTHORITY_STATE_AWAITING_CERTIFICATE: _ClassVar[CertificateAuthorityState]
CERTIFICATE_AUTHORITY_TYPE_UNSPECIFIED: CertificateAuthorityType
CERTIFICATE_AUTHORITY_TYPE_ROOT: CertificateAuthorityType
CERTIFICATE_AUTHORITY_TYPE_INTERMEDIATE: CertificateAuthorityType
CERTIFICATE_AUTHORITY_STATE_UNSPECIFIED: CertificateAuthorityState
CERTIFICATE_AUTHORITY_STATE_ACTIVE: CertificateAuthorityState
CERTIFICATE_AUTHORITY_STATE_DISABLED: CertificateAuthorityState
CERTIFICATE_AUTHORITY_STATE_EXPIRED: CertificateAuthorityState
CERTIFICATE_AUTHORITY_STATE_AWAITING_CERTIFICATE: CertificateAuthorityState

class NameConstraints(_message.Message):
    __slots__ = ("permitted", "excluded")
    PERMITTED_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    permitted: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.AltName]
    excluded: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.AltName]
    def __init__(self, permitted: _Optional[_Iterable[_Union[_certificate_pb2.AltName, _Mapping]]] = ..., excluded: _Optional[_Iterable[_Union[_certificate_pb2.AltName, _Mapping]]] = ...) -> None: ...

class CertificateRevocationList(_message.Message):
    __slots__ = ("ca_id", "ca_generation", "shard", "crl_number", "this_update", "next_update", "crl", "sha256", "url", "size_bytes", "entry_count")
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    CA_GENERATION_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    CRL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    THIS_UPDATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_UPDATE_FIELD_NUMBER: _ClassVar[int]
    CRL_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_COUNT_FIELD_NUMBER: _ClassVar[int]
    ca_id: str
    ca_generation: int
    shard: int
    crl_number: str
    this_update: _timestamp_pb2.Timestamp
    next_update: _timestamp_pb2.Timestamp
    crl: str
    sha256: str
    url: str
    size_bytes: int
    entry_count: int
    def __init__(self, ca_id: _Optional[str] = ..., ca_generation: _Optional[int] = ..., shard: _Optional[int] = ..., crl_number: _Optional[str] = ..., this_update: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_update: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., crl: _Optional[str] = ..., sha256: _Optional[str] = ..., url: _Optional[str] = ..., size_bytes: _Optional[int] = ..., entry_count: _Optional[int] = ...) -> None: ...

class CertificateAuthority(_message.Message):
    __slots__ = ("id", "project_id", "type", "state", "parent_ca_id", "subject", "key_algorithm", "serial_number", "certificate", "certificate_chain", "not_before", "not_after", "created_at", "updated_at", "etag", "name", "path_length", "name_constraints", "generation", "crl_shards", "crl_validity", "signature_algorithms", "fingerprint_sha256", "warnings", "revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PARENT_CA_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KEY_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_CHAIN_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_LENGTH_FIELD_NUMBER: _ClassVar[int]
    NAME_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    CRL_SHARDS_FIELD_NUMBER: _ClassVar[int]
    CRL_VALIDITY_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ALGORITHMS_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_SHA256_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    id: str
    project_id: str
    type: CertificateAuthorityType
    state: CertificateAuthorityState
    parent_ca_id: str
    subject: str
    key_algorithm: _x509_pb2.KeyAlgorithm
    serial_number: str
    certificate: str
    certificate_chain: str
    not_before: _timestamp_pb2.Timestamp
    not_after: _timestamp_pb2.Timestamp
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    etag: str
    name: str
    path_length: int
    name_constraints: NameConstraints
    generation: int
    crl_shards: int
    crl_validity: _duration_pb2.Duration
    signature_algorithms: _containers.RepeatedScalarFieldContainer[_x509_pb2.SignatureAlgorithm]
    fingerprint_sha256: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    revision: int
    def __init__(self, id: _Optional[str] = ..., project_id: _Optional[str] = ..., type: _Optional[_Union[CertificateAuthorityType, str]] = ..., state: _Optional[_Union[CertificateAuthorityState, str]] = ..., parent_ca_id: _Optional[str] = ..., subject: _Optional[str] = ..., key_algorithm: _Optional[_Union[_x509_pb2.KeyAlgorithm, str]] = ..., serial_number: _Optional[str] = ..., certificate: _Optional[str] = ..., certificate_chain: _Optional[str] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., name: _Optional[str] = ..., path_length: _Optional[int] = ..., name_constraints: _Optional[_Union[NameConstraints, _Mapping]] = ..., generation: _Optional[int] = ..., crl_shards: _Optional[int] = ..., crl_validity: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., signature_algorithms: _Optional[_Iterable[_Union[_x509_pb2.SignatureAlgorithm, str]]] = ..., fingerprint_sha256: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ..., revision: _Optional[int] = ...) -> None: ...
