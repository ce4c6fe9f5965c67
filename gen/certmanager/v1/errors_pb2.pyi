from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_CSR_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_PAGE_TOKEN_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_RESUME_TOKEN_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_REQUEST_ID_REUSED: _ClassVar[ErrorReason]
    ERROR_REASON_RESOURCE_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_SLUG_TAKEN: _ClassVar[ErrorReason]
    ERROR_REASON_POLICY_VIOLATION: _ClassVar[ErrorReason]
    ERROR_REASON_CA_NOT_ACTIVE: _ClassVar[ErrorReason]
    ERROR_REASON_LIFETIME_EXCEEDS_CA: _ClassVar[ErrorReason]
    ERROR_REASON_STATE_CONFLICT: _ClassVar[ErrorReason]
    ERROR_REASON_PRIVATE_KEY_DELIVERED: _ClassVar[ErrorReason]
    ERROR_REASON_PRIVATE_KEY_DESTROYED: _ClassVar[ErrorReason]
    ERROR_REASON_RESOURCE_IN_USE: _ClassVar[ErrorReason]
    ERROR_REASON_VERSION_MISMATCH: _ClassVar[ErrorReason]
    ERROR_REASON_REQUEST_IN_PROGRESS: _ClassVar[ErrorReason]
    ERROR_REASON_RESUME_TOKEN_EXPIRED: _ClassVar[ErrorReason]
    ERROR_REASON_CREDENTIALS_INVALID: _ClassVar[ErrorReason]
    ERROR_REASON_PERMISSION_DENIED: _ClassVar[ErrorReason]
    ERROR_REASON_SELF_APPROVAL: _ClassVar[ErrorReason]
    ERROR_REASON_QUOTA_EXCEEDED: _ClassVar[ErrorReason]
    ERROR_REASON_WATCHER_TOO_SLOW: _ClassVar[ErrorReason]
    ERROR_REASON_SERVER_DRAINING: _ClassVar[ErrorReason]
    ERROR_REASON_STREAM_AGED: _ClassVar[ErrorReason]
    ERROR_REASON_BACKEND_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_DEADLINE_TOO_SHORT: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
    ERROR_REASON_PROFILE_DISABLED: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_SUPPORTED: _ClassVar[ErrorReason]

class ViolationNature(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VIOLATION_NATURE_UNSPECIFIED: _ClassVar[ViolationNature]
    VIOLATION_NATURE_FORM: _ClassVar[ViolationNature]
    VIOLATION_NATURE_CSR: _ClassVar[ViolationNature]
    VIOLATION_NATURE_POLICY: _ClassVar[ViolationNature]
    VIOLATION_NATURE_CA_LIFETIME: _ClassVar[ViolationNature]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_CSR_INVALID: ErrorReason
ERROR_REASON_PAGE_TOKEN_INVALID: ErrorReason
ERROR_REASON_RESUME_TOKEN_INVALID: ErrorReason
ERROR_REASON_REQUEST_ID_REUSED: ErrorReason
ERROR_REASON_RESOURCE_NOT_FOUND: ErrorReason
ERROR_REASON_SLUG_TAKEN: ErrorReason
ERROR_REASON_POLICY_VIOLATION: ErrorReason
ERROR_REASON_CA_NOT_ACTIVE: ErrorReason
ERROR_REASON_LIFETIME_EXCEEDS_CA: ErrorReason
ERROR_REASON_STATE_CONFLICT: ErrorReason
ERROR_REASON_PRIVATE_KEY_DELIVERED: ErrorReason
ERROR_REASON_PRIVATE_KEY_DESTROYED: ErrorReason
ERROR_REASON_RESOURCE_IN_USE: ErrorReason
ERROR_REASON_VERSION_MISMATCH: ErrorReason
ERROR_REASON_REQUEST_IN_PROGRESS: ErrorReason
ERROR_REASON_RESUME_TOKEN_EXPIRED: ErrorReason
ERROR_REASON_CREDENTIALS_INVALID: ErrorReason
ERROR_REASON_PERMISSION_DENIED: ErrorReason
ERROR_REASON_SELF_APPROVAL: ErrorReason
ERROR_REASON_QUOTA_EXCEEDED: ErrorReason
ERROR_REASON_WATCHER_TOO_SLOW: ErrorReason
ERROR_REASON_SERVER_DRAINING: ErrorReason
ERROR_REASON_STREAM_AGED: ErrorReason
ERROR_REASON_BACKEND_UNAVAILABLE: ErrorReason
ERROR_REASON_DEADLINE_TOO_SHORT: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
ERROR_REASON_PROFILE_DISABLED: ErrorReason
ERROR_REASON_NOT_SUPPORTED: ErrorReason
VIOLATION_NATURE_UNSPECIFIED: ViolationNature
VIOLATION_NATURE_FORM: ViolationNature
VIOLATION_NATURE_CSR: ViolationNature
VIOLATION_NATURE_POLICY: ViolationNature
VIOLATION_NATURE_CA_LIFETIME: ViolationNature

class Violation(_message.Message):
    __slots__ = ("field", "rule", "message", "value", "allowed", "nature")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    NATURE_FIELD_NUMBER: _ClassVar[int]
    field: str
    rule: str
    message: str
    value: str
    allowed: _containers.RepeatedScalarFieldContainer[str]
    nature: ViolationNature
    def __init__(self, field: _Optional[str] = ..., rule: _Optional[str] = ..., message: _Optional[str] = ..., value: _Optional[str] = ..., allowed: _Optional[_Iterable[str]] = ..., nature: _Optional[_Union[ViolationNature, str]] = ...) -> None: ...
