from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import policy_pb2 as _policy_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCertificatePolicyRequest(_message.Message):
    __slots__ = ("certificate_policy", "request_id")
    CERTIFICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    certificate_policy: _policy_pb2.CertificatePolicy
    request_id: str
    def __init__(self, certificate_policy: _Optional[_Union[_policy_pb2.CertificatePolicy, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateCertificatePolicyResponse(_message.Message):
    __slots__ = ("certificate_policy",)
    CERTIFICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    certificate_policy: _policy_pb2.CertificatePolicy
    def __init__(self, certificate_policy: _Optional[_Union[_policy_pb2.CertificatePolicy, _Mapping]] = ...) -> None: ...

class PolicySlug(_message.Message):
    __slots__ = ("project_id", "slug")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    slug: str
    def __init__(self, project_id: _Optional[str] = ..., slug: _Optional[str] = ...) -> None: ...

class GetCertificatePolicyRequest(_message.Message):
    __slots__ = ("id", "slug")
    ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    id: str
    slug: PolicySlug
    def __init__(self, id: _Optional[str] = ..., slug: _Optional[_Union[PolicySlug, _Mapping]] = ...) -> None: ...

class GetCertificatePolicyResponse(_message.Message):
    __slots__ = ("certificate_policy",)
    CERTIFICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    certificate_policy: _policy_pb2.CertificatePolicy
    def __init__(self, certificate_policy: _Optional[_Union[_policy_pb2.CertificatePolicy, _Mapping]] = ...) -> None: ...

class ListCertificatePoliciesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "name")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    name: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ListCertificatePoliciesResponse(_message.Message):
    __slots__ = ("certificate_policies", "next_page_token")
    CERTIFICATE_POLICIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificate_policies: _containers.RepeatedCompositeFieldContainer[_policy_pb2.CertificatePolicy]
    next_page_token: str
    def __init__(self, certificate_policies: _Optional[_Iterable[_Union[_policy_pb2.CertificatePolicy, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCertificatePolicyRequest(_message.Message):
    __slots__ = ("certificate_policy", "update_mask")
    CERTIFICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    certificate_policy: _policy_pb2.CertificatePolicy
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, certificate_policy: _Optional[_Union[_policy_pb2.CertificatePolicy, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateCertificatePolicyResponse(_message.Message):
    __slots__ = ("certificate_policy",)
    CERTIFICATE_POLICY_FIELD_NUMBER: _ClassVar[int]
    certificate_policy: _policy_pb2.CertificatePolicy
    def __init__(self, certificate_policy: _Optional[_Union[_policy_pb2.CertificatePolicy, _Mapping]] = ...) -> None: ...

class DeleteCertificatePolicyRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteCertificatePolicyResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
