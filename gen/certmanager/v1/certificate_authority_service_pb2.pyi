import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import certificate_pb2 as _certificate_pb2
from certmanager.v1 import certificate_authority_pb2 as _certificate_authority_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import watch_pb2 as _watch_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCertificateAuthorityRequest(_message.Message):
    __slots__ = ("project_id", "type", "parent_ca_id", "attributes", "request_id", "name", "name_constraints", "crl_shards", "crl_validity")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PARENT_CA_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NAME_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    CRL_SHARDS_FIELD_NUMBER: _ClassVar[int]
    CRL_VALIDITY_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    type: _certificate_authority_pb2.CertificateAuthorityType
    parent_ca_id: str
    attributes: _certificate_pb2.CertificateAttributes
    request_id: str
    name: str
    name_constraints: _certificate_authority_pb2.NameConstraints
    crl_shards: int
    crl_validity: _duration_pb2.Duration
    def __init__(self, project_id: _Optional[str] = ..., type: _Optional[_Union[_certificate_authority_pb2.CertificateAuthorityType, str]] = ..., parent_ca_id: _Optional[str] = ..., attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., request_id: _Optional[str] = ..., name: _Optional[str] = ..., name_constraints: _Optional[_Union[_certificate_authority_pb2.NameConstraints, _Mapping]] = ..., crl_shards: _Optional[int] = ..., crl_validity: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CreateCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority", "csr")
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    csr: str
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ..., csr: _Optional[str] = ...) -> None: ...

class GetCertificateAuthorityRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority",)
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ...) -> None: ...

class ListCertificateAuthoritiesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "states", "type", "parent_ca_id", "name", "expires_before")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PARENT_CA_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    states: _containers.RepeatedScalarFieldContainer[_certificate_authority_pb2.CertificateAuthorityState]
    type: _certificate_authority_pb2.CertificateAuthorityType
    parent_ca_id: str
    name: str
    expires_before: _timestamp_pb2.Timestamp
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_certificate_authority_pb2.CertificateAuthorityState, str]]] = ..., type: _Optional[_Union[_certificate_authority_pb2.CertificateAuthorityType, str]] = ..., parent_ca_id: _Optional[str] = ..., name: _Optional[str] = ..., expires_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListCertificateAuthoritiesResponse(_message.Message):
    __slots__ = ("certificate_authorities", "next_page_token")
    CERTIFICATE_AUTHORITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificate_authorities: _containers.RepeatedCompositeFieldContainer[_certificate_authority_pb2.CertificateAuthority]
    next_page_token: str
    def __init__(self, certificate_authorities: _Optional[_Iterable[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCertificateAuthorityRequest(_message.Message):
    __slots__ = ("certificate_authority", "update_mask")
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority",)
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ...) -> None: ...

class DisableCertificateAuthorityRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DisableCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority",)
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ...) -> None: ...

class EnableCertificateAuthorityRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class EnableCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority",)
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ...) -> None: ...

class GetCertificateAuthorityCsrRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetCertificateAuthorityCsrResponse(_message.Message):
    __slots__ = ("csr",)
    CSR_FIELD_NUMBER: _ClassVar[int]
    csr: str
    def __init__(self, csr: _Optional[str] = ...) -> None: ...

class InstallCertificateAuthorityCertificateRequest(_message.Message):
    __slots__ = ("id", "certificate", "certificate_chain", "etag", "request_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_CHAIN_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    certificate: str
    certificate_chain: str
    etag: str
    request_id: str
    def __init__(self, id: _Optional[str] = ..., certificate: _Optional[str] = ..., certificate_chain: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class InstallCertificateAuthorityCertificateResponse(_message.Message):
    __slots__ = ("certificate_authority",)
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ...) -> None: ...

class RotateCertificateAuthorityRequest(_message.Message):
    __slots__ = ("id", "keep_key", "attributes", "crl_shards", "etag", "request_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    KEEP_KEY_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    CRL_SHARDS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    keep_key: bool
    attributes: _certificate_pb2.CertificateAttributes
    crl_shards: int
    etag: str
    request_id: str
    def __init__(self, id: _Optional[str] = ..., keep_key: _Optional[bool] = ..., attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., crl_shards: _Optional[int] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateCertificateAuthorityResponse(_message.Message):
    __slots__ = ("certificate_authority", "csr")
    CERTIFICATE_AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    certificate_authority: _certificate_authority_pb2.CertificateAuthority
    csr: str
    def __init__(self, certificate_authority: _Optional[_Union[_certificate_authority_pb2.CertificateAuthority, _Mapping]] = ..., csr: _Optional[str] = ...) -> None: ...

class GetCertificateRevocationListRequest(_message.Message):
    __slots__ = ("id", "shard", "ca_generation")
    ID_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    CA_GENERATION_FIELD_NUMBER: _ClassVar[int]
    id: str
    shard: int
    ca_generation: int
    def __init__(self, id: _Optional[str] = ..., shard: _Optional[int] = ..., ca_generation: _Optional[int] = ...) -> None: ...

class GetCertificateRevocationListResponse(_message.Message):
    __slots__ = ("certificate_revocation_list",)
    CERTIFICATE_REVOCATION_LIST_FIELD_NUMBER: _ClassVar[int]
    certificate_revocation_list: _certificate_authority_pb2.CertificateRevocationList
    def __init__(self, certificate_revocation_list: _Optional[_Union[_certificate_authority_pb2.CertificateRevocationList, _Mapping]] = ...) -> None: ...

class TrustBundle(_message.Message):
    __slots__ = ("roots", "intermediates", "crls")
    ROOTS_FIELD_NUMBER: _ClassVar[int]
    INTERMEDIATES_FIELD_NUMBER: _ClassVar[int]
    CRLS_FIELD_NUMBER: _ClassVar[int]
    roots: str
    intermediates: str
    crls: _containers.RepeatedCompositeFieldContainer[_certificate_authority_pb2.CertificateRevocationList]
    def __init__(self, roots: _Optional[str] = ..., intermediates: _Optional[str] = ..., crls: _Optional[_Iterable[_Union[_certificate_authority_pb2.CertificateRevocationList, _Mapping]]] = ...) -> None: ...

class WatchTrustBundleRequest(_message.Message):
    __slots__ = ("project_id", "resume_token", "heartbeat_interval")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    resume_token: str
    heartbeat_interval: _duration_pb2.Duration
    def __init__(self, project_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WatchTrustBundleResponse(_message.Message):
    __slots__ = ("revision", "resume_token", "trust_bundle", "heartbeat")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TRUST_BUNDLE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    resume_token: str
    trust_bundle: TrustBundle
    heartbeat: _watch_pb2.Heartbeat
    def __init__(self, revision: _Optional[int] = ..., resume_token: _Optional[str] = ..., trust_bundle: _Optional[_Union[TrustBundle, _Mapping]] = ..., heartbeat: _Optional[_Union[_watch_pb2.Heartbeat, _Mapping]] = ...) -> None: ...
