from buf.validate import validate_pb2 as _validate_pb2
from certmanager.v1 import options_pb2 as _options_pb2
from certmanager.v1 import profile_pb2 as _profile_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCertificateProfileRequest(_message.Message):
    __slots__ = ("project_id", "ca_id", "certificate_policy_id", "slug", "description", "enrollment_type", "api_config", "approval_config", "request_id", "defaults", "private_key_delivery", "strict_csr", "truncate_to_ca", "disabled", "omit_root")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    API_CONFIG_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_CONFIG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_KEY_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    STRICT_CSR_FIELD_NUMBER: _ClassVar[int]
    TRUNCATE_TO_CA_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    OMIT_ROOT_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    ca_id: str
    certificate_policy_id: str
    slug: str
    description: str
    enrollment_type: _profile_pb2.EnrollmentType
    api_config: _profile_pb2.ApiEnrollmentConfig
    approval_config: _profile_pb2.ApprovalConfig
    request_id: str
    defaults: _profile_pb2.CertificateDefaults
    private_key_delivery: _profile_pb2.PrivateKeyDelivery
    strict_csr: bool
    truncate_to_ca: bool
    disabled: bool
    omit_root: bool
    def __init__(self, project_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., certificate_policy_id: _Optional[str] = ..., slug: _Optional[str] = ..., description: _Optional[str] = ..., enrollment_type: _Optional[_Union[_profile_pb2.EnrollmentType, str]] = ..., api_config: _Optional[_Union[_profile_pb2.ApiEnrollmentConfig, _Mapping]] = ..., approval_config: _Optional[_Union[_profile_pb2.ApprovalConfig, _Mapping]] = ..., request_id: _Optional[str] = ..., defaults: _Optional[_Union[_profile_pb2.CertificateDefaults, _Mapping]] = ..., private_key_delivery: _Optional[_Union[_profile_pb2.PrivateKeyDelivery, str]] = ..., strict_csr: _Optional[bool] = ..., truncate_to_ca: _Optional[bool] = ..., disabled: _Optional[bool] = ..., omit_root: _Optional[bool] = ...) -> None: ...

class CreateCertificateProfileResponse(_message.Message):
    __slots__ = ("certificate_profile",)
    CERTIFICATE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    certificate_profile: _profile_pb2.CertificateProfile
    def __init__(self, certificate_profile: _Optional[_Union[_profile_pb2.CertificateProfile, _Mapping]] = ...) -> None: ...

class ProfileSlug(_message.Message):
    __slots__ = ("project_id", "slug")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    slug: str
    def __init__(self, project_id: _Optional[str] = ..., slug: _Optional[str] = ...) -> None: ...

class GetCertificateProfileRequest(_message.Message):
    __slots__ = ("id", "slug")
    ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    id: str
    slug: ProfileSlug
    def __init__(self, id: _Optional[str] = ..., slug: _Optional[_Union[ProfileSlug, _Mapping]] = ...) -> None: ...

class GetCertificateProfileResponse(_message.Message):
    __slots__ = ("certificate_profile",)
    CERTIFICATE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    certificate_profile: _profile_pb2.CertificateProfile
    def __init__(self, certificate_profile: _Optional[_Union[_profile_pb2.CertificateProfile, _Mapping]] = ...) -> None: ...

class ListCertificateProfilesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "project_id", "ca_id", "enrollment_type", "certificate_policy_id", "name", "disabled")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CA_ID_FIELD_NUMBER: _ClassVar[int]
    ENROLLMENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_POLICY_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    project_id: str
    ca_id: str
    enrollment_type: _profile_pb2.EnrollmentType
    certificate_policy_id: str
    name: str
    disabled: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., project_id: _Optional[str] = ..., ca_id: _Optional[str] = ..., enrollment_type: _Optional[_Union[_profile_pb2.EnrollmentType, str]] = ..., certificate_policy_id: _Optional[str] = ..., name: _Optional[str] = ..., disabled: _Optional[bool] = ...) -> None: ...

class ListCertificateProfilesResponse(_message.Message):
    __slots__ = ("certificate_profiles", "next_page_token")
    CERTIFICATE_PROFILES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    certificate_profiles: _containers.RepeatedCompositeFieldContainer[_profile_pb2.CertificateProfile]
    next_page_token: str
    def __init__(self, certificate_profiles: _Optional[_Iterable[_Union[_profile_pb2.CertificateProfile, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCertificateProfileRequest(_message.Message):
    __slots__ = ("certificate_profile", "update_mask")
    CERTIFICATE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    certificate_profile: _profile_pb2.CertificateProfile
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, certificate_profile: _Optional[_Union[_profile_pb2.CertificateProfile, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateCertificateProfileResponse(_message.Message):
    __slots__ = ("certificate_profile",)
    CERTIFICATE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    certificate_profile: _profile_pb2.CertificateProfile
    def __init__(self, certificate_profile: _Optional[_Union[_profile_pb2.CertificateProfile, _Mapping]] = ...) -> None: ...

class DeleteCertificateProfileRequest(_message.Message):
    __slots__ = ("id", "etag")
    ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    id: str
    etag: str
    def __init__(self, id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteCertificateProfileResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
