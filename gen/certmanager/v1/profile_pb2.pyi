import datetime

from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import access_pb2 as _access_pb2
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

class EnrollmentType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENROLLMENT_TYPE_UNSPECIFIED: _ClassVar[EnrollmentType]
    ENROLLMENT_TYPE_API: _ClassVar[EnrollmentType]

class PrivateKeyDelivery(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRIVATE_KEY_DELIVERY_UNSPECIFIED: _ClassVar[PrivateKeyDelivery]
    PRIVATE_KEY_DELIVERY_DELIVER_ONCE: _ClassVar[PrivateKeyDelivery]
    PRIVATE_KEY_DELIVERY_SEALED_ONLY: _ClassVar[PrivateKeyDelivery]
    PRIVATE_KEY_DELIVERY_FORBID: _ClassVar[PrivateKeyDelivery]
ENROLLMENT_TYPE_UNSPECIFIED: EnrollmentType
ENROLLMENT_TYPE_API: EnrollmentType
PRIVATE_KEY_DELIVERY_UNSPECIFIED: PrivateKeyDelivery
PRIVATE_KEY_DELIVERY_DELIVER_ONCE: PrivateKeyDelivery
PRIVATE_KEY_DELIVERY_SEALED_ONLY: PrivateKeyDelivery
PRIVATE_KEY_DELIVERY_FORBID: PrivateKeyDelivery

class ApiEnrollmentConfig(_message.Message):
    __slots__ = ("auto_renew", "renew_before_days", "renew_before", "renew_before_percent", "renew_with_same_key")
    AUTO_RENEW_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_DAYS_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_FIELD_NUMBER: _ClassVar[int]
    RENEW_BEFORE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RENEW_WITH_SAME_KEY_FIELD_NUMBER: _ClassVar[int]
    auto_renew: bool
    renew_before_days: int
    renew_before: _duration_pb2.Duration
    renew_before_percent: int
    renew_with_same_key: bool
    def __init__(self, auto_renew: _Optional[bool] = ..., renew_before_days: _Optional[int] = ..., renew_before: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., renew_before_percent: _Optional[int] = ..., renew_with_same_key: _Optional[bool] = ...) -> None: ...

class CertificateDefaults(_message.Message):
    __slots__ = ("common_name", "organization", "organizational_unit", "country", "state", "locality", "key_usages", "extended_key_usages", "key_algorithm", "signature_algorithm", "ttl", "lifetime", "extended_key_usage_oids")
    COMMON_NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATIONAL_UNIT_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LOCALITY_FIELD_NUMBER: _ClassVar[int]
    KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    KEY_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGE_OIDS_FIELD_NUMBER: _ClassVar[int]
    common_name: str
    organization: str
    organizational_unit: str
    country: str
    state: str
    locality: str
    key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyUsage]
    extended_key_usages: _containers.RepeatedScalarFieldContainer[_x509_pb2.ExtendedKeyUsage]
    key_algorithm: _x509_pb2.KeyAlgorithm
    signature_algorithm: _x509_pb2.SignatureAlgorithm
    ttl: str
    lifetime: _duration_pb2.Duration
    extended_key_usage_oids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, common_name: _Optional[str] = ..., organization: _Optional[str] = ..., organizational_unit: _Optional[str] = ..., country: _Optional[str] = ..., state: _Optional[str] = ..., locality: _Optional[str] = ..., key_usages: _Optional[_Iterable[_Union[_x509_pb2.KeyUsage, str]]] = ..., extended_key_usages: _Optional[_Iterable[_Union[_x509_pb2.ExtendedKeyUsage, str]]] = ..., key_algorithm: _Optional[_Union[_x509_pb2.KeyAlgorithm, str]] = ..., signature_algorithm: _Optional[_Union[_x509_pb2.SignatureAlgorithm, str]] = ..., ttl: _Optional[str] = ..., lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., extended_key_usage_oids: _Optional[_Iterable[str]] = ...) -> None: ...

class ApprovalStep(_message.Message):
    __slots__ = ("approvals_required", "roles", "identity_ids", "name")
    APPROVALS_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    approvals_required: int
    roles: _containers.RepeatedScalarFieldContainer[_access_pb2.Role]
    identity_ids: _containers.RepeatedScalarFieldContainer[str]
    name: str
    def __init__(self, approvals_required: _Optional[int] = ..., roles: _Optional[_Iterable[_Union[_access_pb2.Role, str]]] = ..., identity_ids: _Optional[_Iterable[str]] = ..., name: _Optional[str] = ...) -> None: ...

class ApprovalConfig(_message.Message):
    __slots__ = ("steps", "max_wait", "bypass_identity_ids", "allow_self_approval", "renewals_need_no_approval")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    MAX_WAIT_FIELD_NUMBER: _ClassVar[int]
    BYPASS_IDENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_SELF_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    RENEWALS_NEED_NO_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[ApprovalStep]
    max_wait: _duration_pb2.Duration
    bypass_identity_ids: _containers.RepeatedScalarFieldContainer[str]
    allow_self_approval: bool
    renewals_need_no_approval: bool
    def __init__(self, steps: _Optional[_Iterable[_Union[ApprovalStep, _Mapping]]] = ..., max_wait: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., bypass_identity_ids: _Optional[_Iterable[str]] = ..., allow_self_approval: _Optional[bool] = ..., renewals_need_no_approval: _Optional[bool] = ...) -> None: ...

class CertificateProfile(_message.Message):
    __slots__ = ("id", "project_id", "ca_id", "certificate_policy_id", "slug", "description", "enrollment_type", "api_config", "api_config_id", "approval_config", "created_at", "updated_at", "etag", "defaults", "private_key_delivery", "strict_csr", "truncate_to_ca", "disabled", "omit_root", "revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    API_CONFIG_FIELD_NUMBER: _ClassVar[int]
    API_CONFIG_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_CONFIG_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    STRICT_CSR_FIELD_NUMBER: _ClassVar[int]
    TRUNCATE_TO_CA_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    OMIT_ROOT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    id: str
    project_id: str
    ca_id: str
    certificate_policy_id: str
    slug: str
    description: str
    enrollment_type: EnrollmentType
    api_config: ApiEnrollmentConfig
    api_config_id: str
    approval_config: ApprovalConfig
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    etag: str
    defaults: CertificateDefaults
    private_key_delivery: PrivateKeyDelivery
    strict_csr: bool
    truncate_to_ca: bool
    disabled: bool
    omit_root: bool
    revision: int
    def __init__(self, id: _Optional[str] = ..., project_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., certificate_policy_id: _Optional[str] = ..., slug: _Optional[str] = ..., description: _Optional[str] = ..., enrollment_type: _Optional[_Union[EnrollmentType, str]] = ..., api_config: _Optional[_Union[ApiEnrollmentConfig, _Mapping]] = ..., api_config_id: _Optional[str] = ..., approval_config: _Optional[_Union[ApprovalConfig, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., defaults: _Optional[_Union[CertificateDefaults, _Mapping]] = ..., private_key_delivery: _Optional[_Union[PrivateKeyDelivery, str]] = ..., strict_csr: _Optional[bool] = ..., truncate_to_ca: _Optional[bool] = ..., disabled: _Optional[bool] = ..., omit_root: _Optional[bool] = ..., revision: _Optional[int] = ...) -> None: ...
