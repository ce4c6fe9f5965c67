import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import x509_pb2 as _x509_pb2
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

class CertificateState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_STATE_UNSPECIFIED: _ClassVar[CertificateState]
    CERTIFICATE_STATE_ACTIVE: _ClassVar[CertificateState]
    CERTIFICATE_STATE_REVOKED: _ClassVar[CertificateState]
    CERTIFICATE_STATE_EXPIRED: _ClassVar[CertificateState]

class KeySource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_SOURCE_UNSPECIFIED: _ClassVar[KeySource]
    KEY_SOURCE_CSR: _ClassVar[KeySource]
    KEY_SOURCE_SERVER_GENERATED: _ClassVar[KeySource]

class PrivateKeyState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIVATE_KEY_STATE_UNSPECIFIED: _ClassVar[PrivateKeyState]
    PRIVATE_KEY_STATE_CLAIMABLE: _ClassVar[PrivateKeyState]
    PRIVATE_KEY_STATE_DELIVERED: _ClassVar[PrivateKeyState]
    PRIVATE_KEY_STATE_DESTROYED: _ClassVar[PrivateKeyState]

class AutoRenewalReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTO_RENEWAL_REASON_UNSPECIFIED: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_PROFILE_OFF: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_NOT_REQUESTED: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_THRESHOLD_NOT_BEFORE_LIFETIME: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_CSR_KEY_NOT_REUSABLE: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_SWITCHED_OFF: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_REVOKED: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_RENEWED: _ClassVar[AutoRenewalReason]
    AUTO_RENEWAL_REASON_EXPIRED: _ClassVar[AutoRenewalReason]

class RenewalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RENEWAL_STATE_UNSPECIFIED: _ClassVar[RenewalState]
    RENEWAL_STATE_OFF: _ClassVar[RenewalState]
    RENEWAL_STATE_SCHEDULED: _ClassVar[RenewalState]
    RENEWAL_STATE_PENDING_APPROVAL: _ClassVar[RenewalState]
    RENEWAL_STATE_FAILING: _ClassVar[RenewalState]
    RENEWAL_STATE_RENEWED: _ClassVar[RenewalState]

class CertificateView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_VIEW_UNSPECIFIED: _ClassVar[CertificateView]
    CERTIFICATE_VIEW_BASIC: _ClassVar[CertificateView]
    CERTIFICATE_VIEW_FULL: _ClassVar[CertificateView]
CERTIFICATE_STATE_UNSPECIFIED: CertificateState
CERTIFICATE_STATE_ACTIVE: CertificateState
CERTIFICATE_STATE_REVOKED: CertificateState
CERTIFICATE_STATE_EXPIRED: CertificateState
KEY_SOURCE_UNSPECIFIED: KeySource
KEY_SOURCE_CSR: KeySource
KEY_SOURCE_SERVER_GENERATED: KeySource
PRIVATE_KEY_STATE_UNSPECIFIED: PrivateKeyState
PRIVATE_KEY_STATE_CLAIMABLE: PrivateKeyState
PRIVATE_KEY_STATE_DELIVERED: PrivateKeyState
PRIVATE_KEY_STATE_DESTROYED: PrivateKeyState
AUTO_RENEWAL_REASON_UNSPECIFIED: AutoRenewalReason
AUTO_RENEWAL_REASON_PROFILE_OFF: AutoRenewalReason
AUTO_RENEWAL_REASON_NOT_REQUESTED: AutoRenewalReason
AUTO_RENEWAL_REASON_THRESHOLD_NOT_BEFORE_LIFETIME: AutoRenewalReason
AUTO_RENEWAL_REASON_CSR_KEY_NOT_REUSABLE: AutoRenewalReason
AUTO_RENEWAL_REASON_SWITCHED_OFF: AutoRenewalReason
AUTO_RENEWAL_REASON_REVOKED: AutoRenewalReason
AUTO_RENEWAL_REASON_RENEWED: AutoRenewalReason
AUTO_RENEWAL_REASON_EXPIRED: AutoRenewalReason
RENEWAL_STATE_UNSPECIFIED: RenewalState
RENEWAL_STATE_OFF: RenewalState
RENEWAL_STATE_SCHEDULED: RenewalState
RENEWAL_STATE_PENDING_APPROVAL: RenewalState
RENEWAL_STATE_FAILING: RenewalState
RENEWAL_STATE_RENEWED: RenewalState
CERTIFICATE_VIEW_UNSPECIFIED: CertificateView
CERTIFICATE_VIEW_BASIC: CertificateView
CERTIFICATE_VIEW_FULL: CertificateView

class AltName(_message.Message):
    __slots__ = ("type", "value")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    type: _x509_pb2.AltNameType
    value: str
    def __init__(self, type: _Optional[_Union[_x509_pb2.AltNameType, str]] = ..., value: _Optional[str] = ...) -> None: ...

class MetadataEntry(_message.Message):
    __slots__ = ("key", "value")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class BasicConstraints(_message.Message):
    __slots__ = ("is_ca", "path_length")
    IS_CA_FIELD_NUMBER: _ClassVar[int]
    PATH_LENGTH_FIELD_NUMBER: _ClassVar[int]
    is_ca: bool
    path_length: int
    def __init__(self, is_ca: _Optional[bool] = ..., path_length: _Optional[int] = ...) -> None: ...

class CustomExtension(_message.Message):
    __slots__ = ("oid", "critical", "value")
    OID_FIELD_NUMBER: _ClassVar[int]
    CRITICAL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    oid: str
    critical: bool
    value: bytes
    def __init__(self, oid: _Optional[str] = ..., critical: _Optional[bool] = ..., value: _Optional[bytes] = ...) -> None: ...

class CertificateAttributes(_message.Message):
    __slots__ = ("common_name", "organization", "organizational_unit", "country", "state", "locality", "alt_names", "key_usages", "extended_key_usages", "key_algorithm", "signature_algorithm", "ttl", "lifetime", "not_after", "not_before", "basic_constraints", "extended_key_usage_oids", "custom_extensions")
    COMMON_NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATIONAL_UNIT_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LOCALITY_FIELD_NUMBER: _ClassVar[int]
    ALT_NAMES_FIELD_NUMBER: _ClassVar[int]
    KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    KEY_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    BASIC_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGE_OIDS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_EXTENSIONS_FIELD_NUMBER: _ClassVar[int]
    common_name: str
    organization: str
    organizational_unit: str
    country: str
    state: str
    locality: str
    alt_names: _containers.RepeatedCompositeFieldContainer[AltName]
    key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyUsage]
    extended_key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.ExtendedKeyUsage]
    key_algorithm: _x509_pb2.KeyAlgorithm
    signature_algorithm: _x509_pb2.SignatureAlgorithm
    ttl: str
    lifetime: _duration_pb2.Duration
    not_after: _timestamp_pb2.Timestamp
    not_before: _timestamp_pb2.Timestamp
    basic_constraints: BasicConstraints
    extended_key_usage_oids: _containers.RepeatedScalarFieldContainer[str]
    custom_extensions: _containers.RepeatedCompositeFieldContainer[CustomExtension]
    def __init__(self, common_name: _Optional[str] = ..., organization: _Optional[str] = ..., organizational_unit: _Optional[str] = ..., country: _Optional[str] = ..., state: _Optional[str] = ..., locality: _Optional[str] = ..., alt_names: _Optional[_Iterable[_Union[AltName, _Mapping]]] = ..., key_usages: _Optional[_Iterable[_Union[_x509_pb2.KeyUsage, str]]] = ..., extended_key_usages: _Optional[_Iterable[_Union[_x509_pb2.ExtendedKeyUsage, str]]] = ..., key_algorithm: _Optional[_Union[_x509_pb2.KeyAlgorithm, str]] = ..., signature_algorithm: _Optional[_Union[_x509_pb2.SignatureAlgorithm, str]] = ..., ttl: _Optional[str] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., not_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., basic_constraints: _Optional[_Union[BasicConstraints, _Mapping]] = ..., extended_key_usage_oids: _Optional[_Iterable[str]] = ..., custom_extensions: _Optional[_Iterable[_Union[CustomExtension, _Mapping]]] = ...) -> None: ...

class Revocation(_message.Message):
    __slots__ = ("reason", "revoked_at", "invalidity_date", "revoked_by_identity_id")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    INVALIDITY_DATE_FIELD_NUMBER: _ClassVar[int]
    REVOKED_BY_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    reason: _x509_pb2.RevocationReason
    revoked_at: _timestamp_pb2.Timestamp
    invalidity_date: _timestamp_pb2.Timestamp
    revoked_by_identity_id: str
    def __init__(self, reason: _Optional[_Union[_x509_pb2.RevocationReason, str]] = ..., revoked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., invalidity_date: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_by_identity_id: _Optional[str] = ...) -> None: ...

class RenewalFailure(_message.Message):
    __slots__ = ("error", "attempts", "failed_at", "next_attempt_at")
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    FAILED_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_AT_FIELD_NUMBER: _ClassVar[int]
    error: _status_pb2.Status
    attempts: int
    failed_at: _timestamp_pb2.Timestamp
    next_attempt_at: _timestamp_pb2.Timestamp
    def __init__(self, error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., attempts: _Optional[int] = ..., failed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_attempt_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AutoRenewal(_message.Message):
    __slots__ = ("enabled", "reason", "message", "renews_at", "state", "last_failure")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RENEWS_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LAST_FAILURE_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    reason: AutoRenewalReason
    message: str
    renews_at: _timestamp_pb2.Timestamp
    state: RenewalState
    last_failure: RenewalFailure
    def __init__(self, enabled: _Optional[bool] = ..., reason: _Optional[_Union[AutoRenewalReason, str]] = ..., message: _Optional[str] = ..., renews_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[RenewalState, str]] = ..., last_failure: _Optional[_Union[RenewalFailure, _Mapping]] = ...) -> None: ...

class Certificate(_message.Message):
    __slots__ = ("id", "project_id", "profile_id", "ca_id", "certificate_request_id", "state", "serial_number", "fingerprint_sha256", "subject", "common_name", "alt_names", "key_algorithm", "signature_algorithm", "key_usages", "extended_key_usages", "not_before", "not_after", "revocation", "certificate", "certificate_chain", "renewed_from_certificate_id", "renewed_by_certificate_id", "auto_renewal", "metadata", "created_at", "updated_at", "lineage_id", "certificate_policy_id", "policy_revision", "profile_revision", "requester_identity_id", "key_source", "private_key_state", "extended_key_usage_oids", "basic_constraints", "custom_extensions", "issuer", "issuing_ca_certificate", "ca_generation", "revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_SHA256_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    COMMON_NAME_FIELD_NUMBER: _ClassVar[int]
    ALT_NAMES_FIELD_NUMBER: _ClassVar[int]
    KEY_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    REVOCATION_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_CHAIN_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FROM_CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    RENEWED_BY_CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTO_RENEWAL_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_STATE_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGE_OIDS_FIELD_NUMBER: _ClassVar[int]
    BASIC_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_EXTENSIONS_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    ISSUING_CA_CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CA_GENERATION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    id: str
    project_id: str
    profile_id: str
    ca_id: str
    certificate_request_id: str
    state: CertificateState
    serial_number: str
    fingerprint_sha256: str
    subject: str
    common_name: str
    alt_names: _containers.RepeatedCompositeFieldContainer[AltName]
    key_algorithm: _x509_pb2.KeyAlgorithm
    signature_algorithm: _x509_pb2.SignatureAlgorithm
    key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyUsage]
    extended_key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.ExtendedKeyUsage]
    not_before: _timestamp_pb2.Timestamp
    not_after: _timestamp_pb2.Timestamp
    revocation: Revocation
    certificate: str
    certificate_chain: str
    renewed_from_certificate_id: str
    renewed_by_certificate_id: str
    auto_renewal: AutoRenewal
    metadata: _containers.RepeatedCompositeFieldContainer[MetadataEntry]
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    lineage_id: str
    certificate_policy_id: str
    policy_revision: int
    profile_revision: int
    requester_identity_id: str
    key_source: KeySource
    private_key_state: PrivateKeyState
    extended_key_usage_oids: _containers.RepeatedScalarFieldContainer[str]
    basic_constraints: BasicConstraints
    custom_extensions: _containers.RepeatedCompositeFieldContainer[CustomExtension]
    issuer: str
    issuing_ca_certificate: str
    ca_generation: int
    revision: int
    def __init__(self, id: _Optional[str] = ..., project_id: _Optional[str] = ..., profile_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., certificate_request_id: _Optional[str] = ..., state: _Optional[_Union[CertificateState, str]] = ..., serial_number: _Optional[str] = ..., fingerprint_sha256: _Optional[str] = ..., subject: _Optional[str] = ..., common_name: _Optional[str] = ..., alt_names: _Optional[_Iterable[_Union[AltName, _Mapping]]] = ..., key_algorithm: _Optional[_Union[_x509_pb2.KeyAlgorithm, str]] = ..., signature_algorithm: _Optional[_Union[_x509_pb2.SignatureAlgorithm, str]] = ..., key_usages: _Optional[_Iterable[_Union[_x509_pb2.KeyUsage, str]]] = ..., extended_key_usages: _Optional[_Iterable[_Union[_x509_pb2.ExtendedKeyUsage, str]]] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revocation: _Optional[_Union[Revocation, _Mapping]] = ..., certificate: _Optional[str] = ..., certificate_chain: _Optional[str] = ..., renewed_from_certificate_id: _Optional[str] = ..., renewed_by_certificate_id: _Optional[str] = ..., auto_renewal: _Optional[_Union[AutoRenewal, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[MetadataEntry, _Mapping]]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lineage_id: _Optional[str] = ..., certificate_policy_id: _Optional[str] = ..., policy_revision: _Optional[int] = ..., profile_revision: _Optional[int] = ..., requester_identity_id: _Optional[str] = ..., key_source: _Optional[_Union[KeySource, str]] = ..., private_key_state: _Optional[_Union[PrivateKeyState, str]] = ..., extended_key_usage_oids: _Optional[_Iterable[str]] = ..., basic_constraints: _Optional[_Union[BasicConstraints, _Mapping]] = ..., custom_extensions: _Optional[_Iterable[_Union[CustomExtension, _Mapping]]] = ..., issuer: _Optional[str] = ..., issuing_ca_certificate: _Optional[str] = ..., ca_generation: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class SealedPrivateKey(_message.Message):
    __slots__ = ("kem", "enc", "ciphertext")
    KEM_FIELD_NUMBER: _ClassVar[int]
    ENC_FIELD_NUMBER: _ClassVar[int]
    CIPHERTEXT_FIELD_NUMBER: _ClassVar[int]
    kem: _x509_pb2.KeyEncapsulation
    enc: bytes
    ciphertext: bytes
    def __init__(self, kem: _Optional[_Union[_x509_pb2.KeyEncapsulation, str]] = ..., enc: _Optional[bytes] = ..., ciphertext: _Optional[bytes] = ...) -> None: ...

class IssuedCertificate(_message.Message):
    __slots__ = ("certificate", "certificate_chain", "issuing_ca_certificate", "private_key", "serial_number", "certificate_id", "not_before", "not_after", "sealed_private_key", "pkcs12", "auto_renewal", "lineage_id", "ca_id", "fingerprint_sha256", "profile_id", "profile_revision", "certificate_policy_id", "policy_revision", "requester_identity_id")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_CHAIN_FIELD_NUMBER: _ClassVar[int]
    ISSUING_CA_CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    NOT_AFTER_FIELD_NUMBER: _ClassVar[int]
    SEALED_PRIVATE_KEY_FIELD_NUMBER: _ClassVar[int]
    PKCS12_FIELD_NUMBER: _ClassVar[int]
    AUTO_RENEWAL_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_SHA256_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_REVISION_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    certificate: str
    certificate_chain: str
    issuing_ca_certificate: str
    private_key: str
    serial_number: str
    certificate_id: str
    not_before: _timestamp_pb2.Timestamp
    not_after: _timestamp_pb2.Timestamp
    sealed_private_key: SealedPrivateKey
    pkcs12: bytes
    auto_renewal: AutoRenewal
    lineage_id: str
    ca_id: str
    fingerprint_sha256: str
    profile_id: str
    profile_revision: int
    certificate_policy_id: str
    policy_revision: int
    requester_identity_id: str
    def __init__(self, certificate: _Optional[str] = ..., certificate_chain: _Optional[str] = ..., issuing_ca_certificate: _Optional[str] = ..., private_key: _Optional[str] = ..., serial_number: _Optional[str] = ..., certificate_id: _Optional[str] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed_private_key: _Optional[_Union[SealedPrivateKey, _Mapping]] = ..., pkcs12: _Optional[bytes] = ..., auto_renewal: _Optional[_Union[AutoRenewal, _Mapping]] = ..., lineage_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., fingerprint_sha256: _Optional[str] = ..., profile_id: _Optional[str] = ..., profile_revision: _Optional[int] = ..., certificate_policy_id: _Optional[str] = ..., policy_revision: _Optional[int] = ..., requester_identity_id: _Optional[str] = ...) -> None: ...
