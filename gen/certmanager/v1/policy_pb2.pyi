import datetime

from buf.validate import validate_pb2 as _validate_pb2
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

class SubjectAttributeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBJECT_ATTRIBUTE_TYPE_UNSPECIFIED: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_ORGANIZATIONAL_UNIT: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_COUNTRY: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_STATE: _ClassVar[SubjectAttributeType]
    SUBJECT_ATTRIBUTE_TYPE_LOCALITY: _ClassVar[SubjectAttributeType]

class CommonNameMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMON_NAME_MODE_UNSPECIFIED: _ClassVar[CommonNameMode]
    COMMON_NAME_MODE_COPY: _ClassVar[CommonNameMode]
    COMMON_NAME_MODE_REQUIRE: _ClassVar[CommonNameMode]
    COMMON_NAME_MODE_IGNORE: _ClassVar[CommonNameMode]
SUBJECT_ATTRIBUTE_TYPE_UNSPECIFIED: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_COMMON_NAME: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_ORGANIZATION: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_ORGANIZATIONAL_UNIT: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_COUNTRY: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_STATE: SubjectAttributeType
SUBJECT_ATTRIBUTE_TYPE_LOCALITY: SubjectAttributeType
COMMON_NAME_MODE_UNSPECIFIED: CommonNameMode
COMMON_NAME_MODE_COPY: CommonNameMode
COMMON_NAME_MODE_REQUIRE: CommonNameMode
COMMON_NAME_MODE_IGNORE: CommonNameMode

class AnyAllowed(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SubjectRule(_message.Message):
    __slots__ = ("type", "required", "allowed", "denied")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DENIED_FIELD_NUMBER: _ClassVar[int]
    type: SubjectAttributeType
    required: bool
    allowed: _containers.RepeatedScalarFieldContainer[str]
    denied: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, type: _Optional[_Union[SubjectAttributeType, str]] = ..., required: _Optional[bool] = ..., allowed: _Optional[_Iterable[str]] = ..., denied: _Optional[_Iterable[str]] = ...) -> None: ...

class SubjectRules(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[SubjectRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[SubjectRule, _Mapping]]] = ...) -> None: ...

class AltNameRule(_message.Message):
    __slots__ = ("type", "allowed", "denied", "required", "allow_wildcard_names")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    DENIED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ALLOW_WILDCARD_NAMES_FIELD_NUMBER: _ClassVar[int]
    type: _x509_pb2.AltNameType
    allowed: _containers.RepeatedScalarFieldContainer[str]
    denied: _containers.RepeatedScalarFieldContainer[str]
    required: _containers.RepeatedScalarFieldContainer[str]
    allow_wildcard_names: bool
    def __init__(self, type: _Optional[_Union[_x509_pb2.AltNameType, str]] = ..., allowed: _Optional[_Iterable[str]] = ..., denied: _Optional[_Iterable[str]] = ..., required: _Optional[_Iterable[str]] = ..., allow_wildcard_names: _Optional[bool] = ...) -> None: ...

class AltNameRules(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[AltNameRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[AltNameRule, _Mapping]]] = ...) -> None: ...

class KeyUsageRules(_message.Message):
    __slots__ = ("allowed", "required")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    allowed: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyUsage]
    required: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyUsage]
    def __init__(self, allowed: _Optional[_Iterable[_Union[_x509_pb2.KeyUsage, str]]] = ..., required: _Optional[_Iterable[_Union[_x509_pb2.KeyUsage, str]]] = ...) -> None: ...

class ExtendedKeyUsageRules(_message.Message):
    __slots__ = ("allowed", "required", "allowed_oids", "required_oids")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_OIDS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_OIDS_FIELD_NUMBER: _ClassVar[int]
    allowed: _containers.RepeatedScalarFieldContainer[_x509_pb2.ExtendedKeyUsage]
    required: _containers.RepeatedScalarFieldContainer[_x509_pb2.ExtendedKeyUsage]
    allowed_oids: _containers.RepeatedScalarFieldContainer[str]
    required_oids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, allowed: _Optional[_Iterable[_Union[_x509_pb2.ExtendedKeyUsage, str]]] = ..., required: _Optional[_Iterable[_Union[_x509_pb2.ExtendedKeyUsage, str]]] = ..., allowed_oids: _Optional[_Iterable[str]] = ..., required_oids: _Optional[_Iterable[str]] = ...) -> None: ...

class KeyAlgorithmRules(_message.Message):
    __slots__ = ("allowed",)
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    allowed: _containers.RepeatedScalarFieldContainer[_x509_pb2.KeyAlgorithm]
    def __init__(self, allowed: _Optional[_Iterable[_Union[_x509_pb2.KeyAlgorithm, str]]] = ...) -> None: ...

class SignatureAlgorithmRules(_message.Message):
    __slots__ = ("allowed",)
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    allowed: _containers.RepeatedScalarFieldContainer[_x509_pb2.SignatureAlgorithm]
    def __init__(self, allowed: _Optional[_Iterable[_Union[_x509_pb2.SignatureAlgorithm, str]]] = ...) -> None: ...

class CustomExtensionRule(_message.Message):
    __slots__ = ("oid", "allow_critical", "required")
    OID_FIELD_NUMBER: _ClassVar[int]
    ALLOW_CRITICAL_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    oid: str
    allow_critical: bool
    required: bool
    def __init__(self, oid: _Optional[str] = ..., allow_critical: _Optional[bool] = ..., required: _Optional[bool] = ...) -> None: ...

class CustomExtensionRules(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[CustomExtensionRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[CustomExtensionRule, _Mapping]]] = ...) -> None: ...

class ValidityRule(_message.Message):
    __slots__ = ("min_lifetime", "default_lifetime", "max_lifetime", "backdate")
    MIN_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    MAX_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    BACKDATE_FIELD_NUMBER: _ClassVar[int]
    min_lifetime: _duration_pb2.Duration
    default_lifetime: _duration_pb2.Duration
    max_lifetime: _duration_pb2.Duration
    backdate: _duration_pb2.Duration
    def __init__(self, min_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., default_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., max_lifetime: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., backdate: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CaRule(_message.Message):
    __slots__ = ("required", "max_path_length")
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    MAX_PATH_LENGTH_FIELD_NUMBER: _ClassVar[int]
    required: bool
    max_path_length: int
    def __init__(self, required: _Optional[bool] = ..., max_path_length: _Optional[int] = ...) -> None: ...

class CertificatePolicy(_message.Message):
    __slots__ = ("id", "project_id", "slug", "description", "any_subject", "subject_rules", "any_alt_names", "alt_name_rules", "any_key_usages", "key_usage_rules", "any_extended_key_usages", "extended_key_usage_rules", "any_key_algorithms", "key_algorithm_rules", "any_signature_algorithms", "signature_algorithm_rules", "validity", "ca", "common_name_mode", "revision", "created_at", "updated_at", "etag", "any_custom_extensions", "custom_extension_rules", "allow_key_reuse")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ANY_SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_RULES_FIELD_NUMBER: _ClassVar[int]
    ANY_ALT_NAMES_FIELD_NUMBER: _ClassVar[int]
    ALT_NAME_RULES_FIELD_NUMBER: _ClassVar[int]
    ANY_KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    KEY_USAGE_RULES_FIELD_NUMBER: _ClassVar[int]
    ANY_EXTENDED_KEY_USAGES_FIELD_NUMBER: _ClassVar[int]
    EXTENDED_KEY_USAGE_RULES_FIELD_NUMBER: _ClassVar[int]
    ANY_KEY_ALGORITHMS_FIELD_NUMBER: _ClassVar[int]
    KEY_ALGORITHM_RULES_FIELD_NUMBER: _ClassVar[int]
    ANY_SIGNATURE_ALGORITHMS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_ALGORITHM_RULES_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    CA_FIELD_NUMBER: _ClassVar[int]
    COMMON_NAME_MODE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ANY_CUSTOM_EXTENSIONS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_EXTENSION_RULES_FIELD_NUMBER: _ClassVar[int]
    ALLOW_KEY_REUSE_FIELD_NUMBER: _ClassVar[int]
    id: str
    project_id: str
    slug: str
    description: str
    any_subject: AnyAllowed
    subject_rules: SubjectRules
    any_alt_names: AnyAllowed
    alt_name_rules: AltNameRules
    any_key_usages: AnyAllowed
    key_usage_rules: KeyUsageRules
    any_extended_key_usages: AnyAllowed
    extended_key_usage_rules: ExtendedKeyUsageRules
    any_key_algorithms: AnyAllowed
    key_algorithm_rules: KeyAlgorithmRules
    any_signature_algorithms: AnyAllowed
    signature_algorithm_rules: SignatureAlgorithmRules
    validity: ValidityRule
    ca: CaRule
    common_name_mode: CommonNameMode
    revision: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    etag: str
    any_custom_extensions: AnyAllowed
    custom_extension_rules: CustomExtensionRules
    allow_key_reuse: bool
    def __init__(self, id: _Optional[str] = ..., project_id: _Optional[str] = ..., slug: _Optional[str] = ..., description: _Optional[str] = ..., any_subject: _Optional[_Union[AnyAllowed, _Mapping]] = ..., subject_rules: _Optional[_Union[SubjectRules, _Mapping]] = ..., any_alt_names: _Optional[_Union[AnyAllowed, _Mapping]] = ..., alt_name_rules: _Optional[_Union[AltNameRules, _Mapping]] = ..., any_key_usages: _Optional[_Union[AnyAllowed, _Mapping]] = ..., key_usage_rules: _Optional[_Union[KeyUsageRules, _Mapping]] = ..., any_extended_key_usages: _Optional[_Union[AnyAllowed, _Mapping]] = ..., extended_key_usage_rules: _Optional[_Union[ExtendedKeyUsageRules, _Mapping]] = ..., any_key_algorithms: _Optional[_Union[AnyAllowed, _Mapping]] = ..., key_algorithm_rules: _Optional[_Union[KeyAlgorithmRules, _Mapping]] = ..., any_signature_algorithms: _Optional[_Union[AnyAllowed, _Mapping]] = ..., signature_algorithm_rules: _Optional[_Union[SignatureAlgorithmRules, _Mapping]] = ..., validity: _Optional[_Union[ValidityRule, _Mapping]] = ..., ca: _Optional[_Union[CaRule, _Mapping]] = ..., common_name_mode: _Optional[_Union[CommonNameMode, str]] = ..., revision: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., any_custom_extensions: _Optional[_Union[AnyAllowed, _Mapping]] = ..., custom_extension_rules: _Optional[_Union[CustomExtensionRules, _Mapping]] = ..., allow_key_reuse: _Optional[bool] = ...) -> None: ...
