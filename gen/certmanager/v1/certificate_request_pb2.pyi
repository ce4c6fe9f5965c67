import datetime

from certmanager.v1 import certificate_pb2 as _certificate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import profile_pb2 as _profile_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CertificateRequestState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CERTIFICATE_REQUEST_STATE_UNSPECIFIED: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_PENDING: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_ISSUED: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_FAILED: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_REJECTED: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_CANCELLED: _ClassVar[CertificateRequestState]
    CERTIFICATE_REQUEST_STATE_EXPIRED: _ClassVar[CertificateRequestState]

class Decision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_UNSPECIFIED: _ClassVar[Decision]
    DECISION_APPROVED: _ClassVar[Decision]
    DECISION_REJECTED: _ClassVar[Decision]
CERTIFICATE_REQUEST_STATE_UNSPECIFIED: CertificateRequestState
CERTIFICATE_REQUEST_STATE_PENDING_APPROVAL: CertificateRequestState
CERTIFICATE_REQUEST_STATE_PENDING: CertificateRequestState
CERTIFICATE_REQUEST_STATE_ISSUED: CertificateRequestState
CERTIFICATE_REQUEST_STATE_FAILED: CertificateRequestState
CERTIFICATE_REQUEST_STATE_REJECTED: CertificateRequestState
CERTIFICATE_REQUEST_STATE_CANCELLED: CertificateRequestState
CERTIFICATE_REQUEST_STATE_EXPIRED: CertificateRequestState
DECISION_UNSPECIFIED: Decision
DECISION_APPROVED: Decision
DECISION_REJECTED: Decision

class ApprovalDecision(_message.Message):
    __slots__ = ("approver_identity_id", "approver_name", "decision", "comment", "decided_at")
    APPROVER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVER_NAME_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    approver_identity_id: str
    approver_name: str
    decision: Decision
    comment: str
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, approver_identity_id: _Optional[str] = ..., approver_name: _Optional[str] = ..., decision: _Optional[_Union[Decision, str]] = ..., comment: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApprovalProgress(_message.Message):
    __slots__ = ("step", "decisions", "approvals_missing")
    STEP_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_MISSING_FIELD_NUMBER: _ClassVar[int]
    step: _profile_pb2.ApprovalStep
    decisions: _containers.RepeatedCompositeFieldContainer[ApprovalDecision]
    approvals_missing: int
    def __init__(self, step: _Optional[_Union[_profile_pb2.ApprovalStep, _Mapping]] = ..., decisions: _Optional[_Iterable[_Union[ApprovalDecision, _Mapping]]] = ..., approvals_missing: _Optional[int] = ...) -> None: ...

class CertificateRequest(_message.Message):
    __slots__ = ("id", "project_id", "profile_id", "requester_identity_id", "state", "key_source", "private_key_state", "private_key_expires_at", "csr", "attributes", "metadata", "approvals", "approvals_missing", "error", "certificate_id", "renews_certificate_id", "revision", "created_at", "updated_at", "expires_at", "requester_name", "certificate_policy_id", "policy_revision", "profile_revision", "effective_attributes", "auto_renew", "comment", "ended_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_IDENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    KEY_SOURCE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_STATE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CSR_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_MISSING_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    RENEWS_CERTIFICATE_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_NAME_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_REVISION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    AUTO_RENEW_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    project_id: str
    profile_id: str
    requester_identity_id: str
    state: CertificateRequestState
    key_source: _certificate_pb2.KeySource
    private_key_state: _certificate_pb2.PrivateKeyState
    private_key_expires_at: _timestamp_pb2.Timestamp
    csr: str
    attributes: _certificate_pb2.CertificateAttributes
    metadata: _containers.RepeatedCompositeFieldContainer[_certificate_pb2.MetadataEntry]
    approvals: _containers.RepeatedCompositeFieldContainer[ApprovalProgress]
    approvals_missing: int
    error: _status_pb2.Status
    certificate_id: str
    renews_certificate_id: str
    revision: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    requester_name: str
    certificate_policy_id: str
    policy_revision: int
    profile_revision: int
    effective_attributes: _certificate_pb2.CertificateAttributes
    auto_renew: bool
    comment: str
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., project_id: _Optional[str] = ..., profile_id: _Optional[str] = ..., requester_identity_id: _Optional[str] = ..., state: _Optional[_Union[CertificateRequestState, str]] = ..., key_source: _Optional[_Union[_certificate_pb2.KeySource, str]] = ..., private_key_state: _Optional[_Union[_certificate_pb2.PrivateKeyState, str]] = ..., private_key_expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., csr: _Optional[str] = ..., attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., metadata: _Optional[_Iterable[_Union[_certificate_pb2.MetadataEntry, _Mapping]]] = ..., approvals: _Optional[_Iterable[_Union[ApprovalProgress, _Mapping]]] = ..., approvals_missing: _Optional[int] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., certificate_id: _Optional[str] = ..., renews_certificate_id: _Optional[str] = ..., revision: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., requester_name: _Optional[str] = ..., certificate_policy_id: _Optional[str] = ..., policy_revision: _Optional[int] = ..., profile_revision: _Optional[int] = ..., effective_attributes: _Optional[_Union[_certificate_pb2.CertificateAttributes, _Mapping]] = ..., auto_renew: _Optional[bool] = ..., comment: _Optional[str] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
