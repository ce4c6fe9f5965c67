import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import certificate_pb2 as _certificate_pb2
from certmanager.v1 import certificate_request_pb2 as _certificate_request_pb2
from certmanager.v1 import errors_pb2 as _errors_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import watch_pb2 as _watch_pb2
from certmanager.v1 import x509_pb2 as _x509_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CertificateBundleFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_BUNDLE_FORMAT_UNSPECIFIED: _ClassVar[CertificateBundleFormat]
    CERTIFICATE_BUNDLE_FORMAT_PEM: _ClassVar[CertificateBundleFormat]
    CERTIFICATE_BUNDLE_FORMAT_DER: _ClassVar[CertificateBundleFormat]
    CERTIFICATE_BUNDLE_FORMAT_PKCS7: _ClassVar[CertificateBundleFormat]
CERTIFICATE_BUNDLE_FORMAT_UNSPECIFIED: CertificateBundleFormat
CERTIFICATE_BUNDLE_FORMAT_PEM: CertificateBundleFormat
CERTIFICATE_BUNDLE_FORMAT_DER: CertificateBundleFormat
CERTIFICATE_BUNDLE_FORMAT_PKCS7: CertificateBundleFormat

class RecipientKey(_message.Message):
    __slots__ = ("kem", "public_key")
    KEM_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    kem: _x509_pb2.KeyEncapsulation
    public_key: bytes
    def __init__(self, kem: _Optional[_Union[_x509_pb2.KeyEncapsulation, str]] = ..., public_key: _Optional[bytes] = ...) -> None: ...

class GeneratedKey(_message.Message):
    __slots__ = ("recipient_key",)
    RECIPIENT_KEY_FIELD_NUMBER: _ClassVar[int]
    recipient_key: RecipientKey
    def __init__(self, recipient_key: _Optional[_Union[RecipientKey, _Mapping]] = ...) -> None: ...

class SerialKey(_message.Message):
    __slots__ = ("ca_id", "serial_number")
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ca_id: str
    serial_number: str
    def __init__(self, ca_id: _Optional[str] = ..., serial_number: _Optional[str] = ...) -> None: ...

class IssueCertificateRequest(_message.Message):
    __slots__ = ("profile_id", "csr", "generated_key", "csr_der", "attributes", "metadata", "request_id", "validate_only", "wait", "auto_renew", "key_format", "key_password")
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    GENERATED_KEY_FIELD_NUMBER: _ClassVar[int]
    CSR_DER_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    AUTO_RENEW_FIELD_NUMBER: _ClassVar[int]
    KEY_FORMAT_FIELD_NUMBER: _ClassVar[int]
    KEY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    profile_id: str
    csr: str
    generated_key: GeneratedKey
    csr_der: bytes
    attributes: _certificate_pb2.CertificateAttributes
    metadata: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.MetadataEntry]
    request_id: str
    validate_only: bool
    wait: _duration_pb2.Duration
    auto_renew: bool
    key_format: _x509_pb2.KeyFormat
    key_password: str
    def __init__(self, profile_id: _Optional[str] = ..., csr: _Optional[str] = ..., generated_key: _Optional[_Union[GeneratedKey, _Mapping]] = ..., csr_der: _Optional[bytes] = ..., attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[_certificate_pb2.MetadataEntry, _Mapping]]] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., auto_renew: _Optional[bool] = ..., key_format: _Optional[_Union[_x509_pb2.KeyFormat, str]] = ..., key_password: _Optional[str] = ...) -> None: ...

class IssueCertificateResponse(_message.Message):
    __slots__ = ("certificate", "certificate_request_id", "certificate_request", "effective_attributes", "violations", "warnings")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.IssuedCertificate
    certificate_request_id: str
    certificate_request: _certificate_request_pb2.CertificateRequest
    effective_attributes: _certificate_pb2.CertificateAttributes
    violations: _containers.RepeatedCompositeFieldContainer[_errors_pb2.Violation]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.IssuedCertificate, _Mapping]] = ..., certificate_request_id: _Optional[str] = ..., certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., effective_attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., violations: _Optional[_Iterable[_Union[_errors_pb2.Violation, _Mapping]]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class IssueCertificatesRequest(_message.Message):
    __slots__ = ("correlation_id", "request")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    request: IssueCertificateRequest
    def __init__(self, correlation_id: _Optional[str] = ..., request: _Optional[_Union[IssueCertificateRequest, _Mapping]] = ...) -> None: ...

class IssueCertificatesResponse(_message.Message):
    __slots__ = ("correlation_id", "response", "error")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    response: IssueCertificateResponse
    error: _status_pb2.Status
    def __init__(self, correlation_id: _Optional[str] = ..., response: _Optional[_Union[IssueCertificateResponse, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class RenewCertificateRequest(_message.Message):
    __slots__ = ("certificate_id", "csr", "generated_key", "csr_der", "request_id", "wait", "auto_renew", "key_format", "key_password")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    GENERATED_KEY_FIELD_NUMBER: _ClassVar[int]
    CSR_DER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    AUTO_RENEW_FIELD_NUMBER: _ClassVar[int]
    KEY_FORMAT_FIELD_NUMBER: _ClassVar[int]
    KEY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    csr: str
    generated_key: GeneratedKey
    csr_der: bytes
    request_id: str
    wait: _duration_pb2.Duration
    auto_renew: bool
    key_format: _x509_pb2.KeyFormat
    key_password: str
    def __init__(self, certificate_id: _Optional[str] = ..., csr: _Optional[str] = ..., generated_key: _Optional[_Union[GeneratedKey, _Mapping]] = ..., csr_der: _Optional[bytes] = ..., request_id: _Optional[str] = ..., wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., auto_renew: _Optional[bool] = ..., key_format: _Optional[_Union[_x509_pb2.KeyFormat, str]] = ..., key_password: _Optional[str] = ...) -> None: ...

class RenewCertificateResponse(_message.Message):
    __slots__ = ("certificate", "certificate_request_id", "certificate_request", "warnings")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.IssuedCertificate
    certificate_request_id: str
    certificate_request: _certificate_request_pb2.CertificateRequest
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.IssuedCertificate, _Mapping]] = ..., certificate_request_id: _Optional[str] = ..., certificate_request: _Optional[_Union[_certificate_request_pb2.CertificateRequest, _Mapping]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class RenewCertificatesRequest(_message.Message):
    __slots__ = ("correlation_id", "request")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    request: RenewCertificateRequest
    def __init__(self, correlation_id: _Optional[str] = ..., request: _Optional[_Union[RenewCertificateRequest, _Mapping]] = ...) -> None: ...

class RenewCertificatesResponse(_message.Message):
    __slots__ = ("correlation_id", "response", "error")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    response: RenewCertificateResponse
    error: _status_pb2.Status
    def __init__(self, correlation_id: _Optional[str] = ..., response: _Optional[_Union[RenewCertificateResponse, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class RevokeCertificateRequest(_message.Message):
    __slots__ = ("certificate_id", "serial_key", "reason", "request_id", "invalidity_date")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_KEY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    INVALIDITY_DATE_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    serial_key: SerialKey
    reason: _x509_pb2.RevocationReason
    request_id: str
    invalidity_date: _timestamp_pb2.Timestamp
    def __init__(self, certificate_id: _Optional[str] = ..., serial_key: _Optional[_Union[SerialKey, _Mapping]] = ..., reason: _Optional[_Union[_x509_pb2.RevocationReason, str]] = ..., request_id: _Optional[str] = ..., invalidity_date: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RevokeCertificateResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class RevokeCertificatesRequest(_message.Message):
    __slots__ = ("correlation_id", "request")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    request: RevokeCertificateRequest
    def __init__(self, correlation_id: _Optional[str] = ..., request: _Optional[_Union[RevokeCertificateRequest, _Mapping]] = ...) -> None: ...

class RevokeCertificatesResponse(_message.Message):
    __slots__ = ("correlation_id", "response", "error")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    response: RevokeCertificateResponse
    error: _status_pb2.Status
    def __init__(self, correlation_id: _Optional[str] = ..., response: _Optional[_Union[RevokeCertificateResponse, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class ReleaseCertificateHoldRequest(_message.Message):
    __slots__ = ("certificate_id", "serial_key")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_KEY_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    serial_key: SerialKey
    def __init__(self, certificate_id: _Optional[str] = ..., serial_key: _Optional[_Union[SerialKey, _Mapping]] = ...) -> None: ...

class ReleaseCertificateHoldResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class UpdateCertificateRenewalRequest(_message.Message):
    __slots__ = ("certificate_id", "enabled", "renew_before_days", "renew_before", "renew_before_percent")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_DAYS_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    enabled: bool
    renew_before_days: int
    renew_before: _duration_pb2.Duration
    renew_before_percent: int
    def __init__(self, certificate_id: _Optional[str] = ..., enabled: _Optional[bool] = ..., renew_before_days: _Optional[int] = ..., renew_before: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., renew_before_percent: _Optional[int] = ...) -> None: ...

class UpdateCertificateRenewalResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class GetCertificateRequest(_message.Message):
    __slots__ = ("certificate_id", "serial_key", "view")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_KEY_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    serial_key: SerialKey
    view: _certificate_pb2.CertificateView
    def __init__(self, certificate_id: _Optional[str] = ..., serial_key: _Optional[_Union[SerialKey, _Mapping]] = ..., view: _Optional[_Union[_certificate_pb2.CertificateView, str]] = ...) -> None: ...

class GetCertificateResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class GetLatestCertificateRequest(_message.Message):
    __slots__ = ("certificate_id", "lineage_id", "view")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    lineage_id: str
    view: _certificate_pb2.CertificateView
    def __init__(self, certificate_id: _Optional[str] = ..., lineage_id: _Optional[str] = ..., view: _Optional[_Union[_certificate_pb2.CertificateView, str]] = ...) -> None: ...

class GetLatestCertificateResponse(_message.Message):
    __slots__ = ("certificate",)
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    certificate: _certificate_pb2.Certificate
    def __init__(self, certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ...) -> None: ...

class GetCertificateBundleRequest(_message.Message):
    __slots__ = ("certificate_id", "serial_key", "format", "include_root")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_KEY_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ROOT_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    serial_key: SerialKey
    format: CertificateBundleFormat
    include_root: bool
    def __init__(self, certificate_id: _Optional[str] = ..., serial_key: _Optional[_Union[SerialKey, _Mapping]] = ..., format: _Optional[_Union[CertificateBundleFormat, str]] = ..., include_root: _Optional[bool] = ...) -> None: ...

class GetCertificateBundleResponse(_message.Message):
    __slots__ = ("content", "media_type", "file_name")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    media_type: str
    file_name: str
    def __init__(self, content: _Optional[bytes] = ..., media_type: _Optional[str] = ..., file_name: _Optional[str] = ...) -> None: ...

class ListCertificatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "profile_id", "states", "name", "expires_before", "metadata", "view", "ca_id", "serial_number", "fingerprint_sha256", "expires_after", "requester_identity_id", "renewal_states", "lineage_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_SHA256_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AFTER_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    RENEWAL_STATES_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    profile_id: str
    states: _containers.RepeatedScalarFieldContainer[_certificate_pb2.CertificateState]
    name: str
    expires_before: _timestamp_pb2.Timestamp
    metadata: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.MetadataEntry]
    view: _certificate_pb2.CertificateView
    ca_id: str
    serial_number: str
    fingerprint_sha256: str
    expires_after: _timestamp_pb2.Timestamp
    requester_identity_id: str
    renewal_states: _containers.RepeatedScalarFieldContainer[_certificate_pb2.RenewalState]
    lineage_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., profile_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_certificate_pb2.CertificateState, str]]] = ..., name: _Optional[str] = ..., expires_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[_certificate_pb2.MetadataEntry, _Mapping]]] = ..., view: _Optional[_Union[_certificate_pb2.CertificateView, str]] = ..., ca_id: _Optional[str] = ..., serial_number: _Optional[str] = ..., fingerprint_sha256: _Optional[str] = ..., expires_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., requester_identity_id: _Optional[str] = ..., renewal_states: _Optional[_Iterable[_Union[_certificate_pb2.RenewalState, str]]] = ..., lineage_id: _Optional[str] = ...) -> None: ...

class ListCertificatesResponse(_message.Message):
    __slots__ = ("certificates", "next_page_token")
    CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificates: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.Certificate]
    next_page_token: str
    def __init__(self, certificates: _Optional[_Iterable[_Union[_certificate_pb2.Certificate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetCertificateStatisticsRequest(_message.Message):
    __slots__ = ("project_id", "days")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    days: int
    def __init__(self, project_id: _Optional[str] = ..., days: _Optional[int] = ...) -> None: ...

class DailyIssuance(_message.Message):
    __slots__ = ("date", "count")
    DATE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    date: str
    count: int
    def __init__(self, date: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class GetCertificateStatisticsResponse(_message.Message):
    __slots__ = ("issued", "active", "expiring", "renewals_failing", "pending_approval", "capped")
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    EXPIRING_FIELD_NUMBER: _ClassVar[int]
    RENEWALS_FAILING_FIELD_NUMBER: _ClassVar[int]
    PENDING_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    CAPPED_FIELD_NUMBER: _ClassVar[int]
    issued: _containers.RepeatedCompositeFieldContainer[DailyIssuance]
    active: int
    expiring: int
    renewals_failing: int
    pending_approval: int
    capped: bool
    def __init__(self, issued: _Optional[_Iterable[_Union[DailyIssuance, _Mapping]]] = ..., active: _Optional[int] = ..., expiring: _Optional[int] = ..., renewals_failing: _Optional[int] = ..., pending_approval: _Optional[int] = ..., capped: _Optional[bool] = ...) -> None: ...

class WatchCertificateRequest(_message.Message):
    __slots__ = ("certificate_id", "resume_token", "heartbeat_interval")
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    certificate_id: str
    resume_token: str
    heartbeat_interval: _duration_pb2.Duration
    def __init__(self, certificate_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WatchCertificateResponse(_message.Message):
    __slots__ = ("revision", "resume_token", "certificate", "heartbeat")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    resume_token: str
    certificate: _certificate_pb2.Certificate
    heartbeat: _watch_pb2.Heartbeat
    def __init__(self, revision: _Optional[int] = ..., resume_token: _Optional[str] = ..., certificate: _Optional[_Union[_certificate_pb2.Certificate, _Mapping]] = ..., heartbeat: _Optional[_Union[_watch_pb2.Heartbeat, _Mapping]] = ...) -> None: ...
