import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import certificate_pb2 as _certificate_pb2
from certmanager.v1 import certificate_request_pb2 as _certificate_request_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import watch_pb2 as _watch_pb2
from certmanager.v1 import x509_pb2 as _x509_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetCertificateRequestRequest(_message.Message):
    __slots__ = ("certificate_request_id",)
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    def __init__(self, certificate_request_id: _Optional[str] = ...) -> None: ...

class GetCertificateRequestResponse(_message.Message):
    __slots__ = ("certificate_request", "certificate")
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate_request: _certificate_request_pb2.CertificateRequest
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class ListCertificateRequestsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "profile_id", "states", "name", "requester_identity_id", "ca_id", "created_after", "created_before", "metadata", "renews_certificate_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RENEWS_CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    profile_id: str
    states: _containers.RepeatedScalarFieldContainer[_certificate_request_pb2.CertificateRequestState]
    name: str
    requester_identity_id: str
    ca_id: str
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    metadata: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.MetadataEntry]
    renews_certificate_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., profile_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_certificate_request_pb2.CertificateRequestState, str]]] = ..., name: _Optional[str] = ..., requester_identity_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[_certificate_pb2.MetadataEntry, _Mapping]]] = ..., renews_certificate_id: _Optional[str] = ...) -> None: ...

class ListCertificateRequestsResponse(_message.Message):
    __slots__ = ("certificate_requests", "next_page_token", "resume_token")
    CERTIFICATE_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificate_requests: _containers.RepeatedCompositeFieldContainer[_certificate_request_pb2.CertificateRequest]
    next_page_token: str
    resume_token: str
    def __init__(self, certificate_requests: _Optional[_Iterable[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class SearchCertificateRequestsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "profile_ids", "states", "names", "requester_identity_ids", "ca_ids", "created_after", "created_before", "metadata", "key_source", "awaiting_my_approval")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_IDS_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    CA_IDS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    KEY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    AWAITING_MY_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    profile_ids: _containers.RepeatedScalarFieldContainer[str]
    states: _containers.RepeatedScalarFieldContainer[_certificate_request_pb2.CertificateRequestState]
    names: _containers.RepeatedScalarFieldContainer[str]
    requester_identity_ids: _containers.RepeatedScalarFieldContainer[str]
    ca_ids: _containers.RepeatedScalarFieldContainer[str]
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    metadata: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.MetadataEntry]
    key_source: _certificate_pb2.KeySource
    awaiting_my_approval: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., profile_ids: _Optional[_Iterable[str]] = ..., states: _Optional[_Iterable[_Union[_certificate_request_pb2.CertificateRequestState, str]]] = ..., names: _Optional[_Iterable[str]] = ..., requester_identity_ids: _Optional[_Iterable[str]] = ..., ca_ids: _Optional[_Iterable[str]] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[_certificate_pb2.MetadataEntry, _Mapping]]] = ..., key_source: _Optional[_Union[_certificate_pb2.KeySource, str]] = ..., awaiting_my_approval: _Optional[bool] = ...) -> None: ...

class SearchCertificateRequestsResponse(_message.Message):
    __slots__ = ("certificate_requests", "next_page_token")
    CERTIFICATE_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificate_requests: _containers.RepeatedCompositeFieldContainer[_certificate_request_pb2.CertificateRequest]
    next_page_token: str
    def __init__(self, certificate_requests: _Optional[_Iterable[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveCertificateRequestRequest(_message.Message):
    __slots__ = ("certificate_request_id", "comment", "revision")
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    comment: str
    revision: int
    def __init__(self, certificate_request_id: _Optional[str] = ..., comment: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class ApproveCertificateRequestResponse(_message.Message):
    __slots__ = ("certificate_request",)
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    certificate_request: _certificate_request_pb2.CertificateRequest
    def __init__(self, certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ...) -> None: ...

class RejectCertificateRequestRequest(_message.Message):
    __slots__ = ("certificate_request_id", "comment", "revision")
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    comment: str
    revision: int
    def __init__(self, certificate_request_id: _Optional[str] = ..., comment: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class RejectCertificateRequestResponse(_message.Message):
    __slots__ = ("certificate_request",)
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    certificate_request: _certificate_request_pb2.CertificateRequest
    def __init__(self, certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ...) -> None: ...

class CancelCertificateRequestRequest(_message.Message):
    __slots__ = ("certificate_request_id", "comment", "revision")
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    comment: str
    revision: int
    def __init__(self, certificate_request_id: _Optional[str] = ..., comment: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class CancelCertificateRequestResponse(_message.Message):
    __slots__ = ("certificate_request",)
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    certificate_request: _certificate_request_pb2.CertificateRequest
    def __init__(self, certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ...) -> None: ...

class ClaimPrivateKeyRequest(_message.Message):
    __slots__ = ("certificate_request_id", "request_id", "key_format", "key_password")
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FORMAT_FIELD_NUMBER: _ClassVar[int]
    KEY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    request_id: str
    key_format: _x509_pb2.KeyFormat
    key_password: str
    def __init__(self, certificate_request_id: _Optional[str] = ..., request_id: _Optional[str] = ..., key_format: _Optional[_Union[_x509_pb2.KeyFormat, str]] = ..., key_password: _Optional[str] = ...) -> None: ...

class ClaimPrivateKeyResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.IssuedCertificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.IssuedCertificate, _Mapping]] = ...) -> None: ...

class WatchCertificateRequestRequest(_message.Message):
    __slots__ = ("certificate_request_id", "resume_token", "heartbeat_interval")
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    certificate_request_id: str
    resume_token: str
    heartbeat_interval: _duration_pb2.Duration
    def __init__(self, certificate_request_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WatchCertificateRequestResponse(_message.Message):
    __slots__ = ("revision", "resume_token", "certificate_request", "heartbeat", "certificate")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    revision: int
    resume_token: str
    certificate_request: _certificate_request_pb2.CertificateRequest
    heartbeat: _watch_pb2.Heartbeat
    certificate: _certificate_pb2.Certificate
    def __init__(self, revision: _Optional[int] = ..., resume_token: _Optional[str] = ..., certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., heartbeat: _Optional[_Union[_watch_pb2.Heartbeat, _Mapping]] = ..., certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class WatchCertificateRequestsRequest(_message.Message):
    __slots__ = ("project_id", "profile_id", "states", "resume_token", "heartbeat_interval", "requester_identity_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    profile_id: str
    states: _containers.RepeatedScalarFieldContainer[_certificate_request_pb2.CertificateRequestState]
    resume_token: str
    heartbeat_interval: _duration_pb2.Duration
    requester_identity_id: str
    def __init__(self, project_id: _Optional[str] = ..., profile_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_certificate_request_pb2.CertificateRequestState, str]]] = ..., resume_token: _Optional[str] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., requester_identity_id: _Optional[str] = ...) -> None: ...

class WatchCertificateRequestsResponse(_message.Message):
    __slots__ = ("revision", "resume_token", "snapshot", "snapshot_complete", "changed", "left", "heartbeat")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    resume_token: str
    snapshot: _certificate_request_pb2.CertificateRequest
    snapshot_complete: _watch_pb2.SnapshotComplete
    changed: _certificate_request_pb2.CertificateRequest
    left: _certificate_request_pb2.CertificateRequest
    heartbeat: _watch_pb2.Heartbeat
    def __init__(self, revision: _Optional[int] = ..., resume_token: _Optional[str] = ..., snapshot: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., snapshot_complete: _Optional[_Union[_watch_pb2.SnapshotComplete, _Mapping]] = ..., changed: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., left: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., heartbeat: _Optional[_Union[_watch_pb2.Heartbeat, _Mapping]] = ...) -> None: ...
