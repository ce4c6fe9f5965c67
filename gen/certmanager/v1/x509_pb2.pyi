from certmanager.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class KeyAlgorithm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_ALGORITHM_UNSPECIFIED: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_RSA_2048: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_RSA_3072: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_RSA_4096: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_EC_PRIME256V1: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_EC_SECP384R1: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_EC_SECP521R1: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_ED25519: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_ML_DSA_44: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_ML_DSA_65: _ClassVar[KeyAlgorithm]
    KEY_ALGORITHM_ML_DSA_87: _ClassVar[KeyAlgorithm]

class SignatureAlgorithm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIGNATURE_ALGORITHM_UNSPECIFIED: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_RSA_SHA256: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_RSA_SHA384: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_RSA_SHA512: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ECDSA_SHA256: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ECDSA_SHA384: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ECDSA_SHA512: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ED25519: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ML_DSA_44: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ML_DSA_65: _ClassVar[SignatureAlgorithm]
    SIGNATURE_ALGORITHM_ML_DSA_87: _ClassVar[SignatureAlgorithm]

class KeyUsage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_USAGE_UNSPECIFIED: _ClassVar[KeyUsage]
    KEY_USAGE_DIGITAL_SIGNATURE: _ClassVar[KeyUsage]
    KEY_USAGE_NON_REPUDIATION: _ClassVar[KeyUsage]
    KEY_USAGE_KEY_ENCIPHERMENT: _ClassVar[KeyUsage]
    KEY_USAGE_DATA_ENCIPHERMENT: _ClassVar[KeyUsage]
    KEY_USAGE_KEY_AGREEMENT: _ClassVar[KeyUsage]
    KEY_USAGE_KEY_CERT_SIGN: _ClassVar[KeyUsage]
    KEY_USAGE_CRL_SIGN: _ClassVar[KeyUsage]
    KEY_USAGE_ENCIPHER_ONLY: _ClassVar[KeyUsage]
    KEY_USAGE_DECIPHER_ONLY: _ClassVar[KeyUsage]

class ExtendedKeyUsage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXTENDED_KEY_USAGE_UNSPECIFIED: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_SERVER_AUTH: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_CLIENT_AUTH: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_CODE_SIGNING: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_EMAIL_PROTECTION: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_TIME_STAMPING: _ClassVar[ExtendedKeyUsage]
    EXTENDED_KEY_USAGE_OCSP_SIGNING: _ClassVar[ExtendedKeyUsage]

class AltNameType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALT_NAME_TYPE_UNSPECIFIED: _ClassVar[AltNameType]
    ALT_NAME_TYPE_DNS: _ClassVar[AltNameType]
    ALT_NAME_TYPE_IP: _ClassVar[AltNameType]
    ALT_NAME_TYPE_EMAIL: _ClassVar[AltNameType]
    ALT_NAME_TYPE_URI: _ClassVar[AltNameType]

class RevocationReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVOCATION_REASON_UNSPECIFIED: _ClassVar[RevocationReason]
    REVOCATION_REASON_KEY_COMPROMISE: _ClassVar[RevocationReason]
    REVOCATION_REASON_CA_COMPROMISE: _ClassVar[RevocationReason]
    REVOCATION_REASON_AFFILIATION_CHANGED: _ClassVar[RevocationReason]
    REVOCATION_REASON_SUPERSEDED: _ClassVar[RevocationReason]
    REVOCATION_REASON_CESSATION_OF_OPERATION: _ClassVar[RevocationReason]
    REVOCATION_REASON_CERTIFICATE_HOLD: _ClassVar[RevocationReason]
    REVOCATION_REASON_REMOVE_FROM_CRL: _ClassVar[RevocationReason]
    REVOCATION_REASON_PRIVILEGE_WITHDRAWN: _ClassVar[RevocationReason]
    REVOCATION_REASON_AA_COMPROMISE: _ClassVar[RevocationReason]

class KeyFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_FORMAT_UNSPECIFIED: _ClassVar[KeyFormat]
    KEY_FORMAT_PKCS8_PEM: _ClassVar[KeyFormat]
    KEY_FORMAT_PKCS12: _ClassVar[KeyFormat]

class KeyEncapsulation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KEY_ENCAPSULATION_UNSPECIFIED: _ClassVar[KeyEncapsulation]
    KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256: _ClassVar[KeyEncapsulation]
    KEY_ENCAPSULATION_DHKEM_P256_HKDF_SHA256: _ClassVar[KeyEncapsulation]
KEY_ALGORITHM_UNSPECIFIED: KeyAlgorithm
KEY_ALGORITHM_RSA_2048: KeyAlgorithm
KEY_ALGORITHM_RSA_3072: KeyAlgorithm
KEY_ALGORITHM_RSA_4096: KeyAlgorithm
KEY_ALGORITHM_EC_PRIME256V1: KeyAlgorithm
KEY_ALGORITHM_EC_SECP384R1: KeyAlgorithm
KEY_ALGORITHM_EC_SECP521R1: KeyAlgorithm
KEY_ALGORITHM_ED25519: KeyAlgorithm
KEY_ALGORITHM_ML_DSA_44: KeyAlgorithm
KEY_ALGORITHM_ML_DSA_65: KeyAlgorithm
KEY_ALGORITHM_ML_DSA_87: KeyAlgorithm
SIGNATURE_ALGORITHM_UNSPECIFIED: SignatureAlgorithm
SIGNATURE_ALGORITHM_RSA_SHA256: SignatureAlgorithm
SIGNATURE_ALGORITHM_RSA_SHA384: SignatureAlgorithm
SIGNATURE_ALGORITHM_RSA_SHA512: SignatureAlgorithm
SIGNATURE_ALGORITHM_ECDSA_SHA256: SignatureAlgorithm
SIGNATURE_ALGORITHM_ECDSA_SHA384: SignatureAlgorithm
SIGNATURE_ALGORITHM_ECDSA_SHA512: SignatureAlgorithm
SIGNATURE_ALGORITHM_ED25519: SignatureAlgorithm
SIGNATURE_ALGORITHM_ML_DSA_44: SignatureAlgorithm
SIGNATURE_ALGORITHM_ML_DSA_65: SignatureAlgorithm
SIGNATURE_ALGORITHM_ML_DSA_87: SignatureAlgorithm
KEY_USAGE_UNSPECIFIED: KeyUsage
KEY_USAGE_DIGITAL_SIGNATURE: KeyUsage
KEY_USAGE_NON_REPUDIATION: KeyUsage
KEY_USAGE_KEY_ENCIPHERMENT: KeyUsage
KEY_USAGE_DATA_ENCIPHERMENT: KeyUsage
KEY_USAGE_KEY_AGREEMENT: KeyUsage
KEY_USAGE_KEY_CERT_SIGN: KeyUsage
KEY_USAGE_CRL_SIGN: KeyUsage
KEY_USAGE_ENCIPHER_ONLY: KeyUsage
KEY_USAGE_DECIPHER_ONLY: KeyUsage
EXTENDED_KEY_USAGE_UNSPECIFIED: ExtendedKeyUsage
EXTENDED_KEY_USAGE_SERVER_AUTH: ExtendedKeyUsage
EXTENDED_KEY_USAGE_CLIENT_AUTH: ExtendedKeyUsage
EXTENDED_KEY_USAGE_CODE_SIGNING: ExtendedKeyUsage
EXTENDED_KEY_USAGE_EMAIL_PROTECTION: ExtendedKeyUsage
EXTENDED_KEY_USAGE_TIME_STAMPING: ExtendedKeyUsage
EXTENDED_KEY_USAGE_OCSP_SIGNING: ExtendedKeyUsage
ALT_NAME_TYPE_UNSPECIFIED: AltNameType
ALT_NAME_TYPE_DNS: AltNameType
ALT_NAME_TYPE_IP: AltNameType
ALT_NAME_TYPE_EMAIL: AltNameType
ALT_NAME_TYPE_URI: AltNameType
REVOCATION_REASON_UNSPECIFIED: RevocationReason
REVOCATION_REASON_KEY_COMPROMISE: RevocationReason
REVOCATION_REASON_CA_COMPROMISE: RevocationReason
REVOCATION_REASON_AFFILIATION_CHANGED: RevocationReason
REVOCATION_REASON_SUPERSEDED: RevocationReason
REVOCATION_REASON_CESSATION_OF_OPERATION: RevocationReason
REVOCATION_REASON_CERTIFICATE_HOLD: RevocationReason
REVOCATION_REASON_REMOVE_FROM_CRL: RevocationReason
REVOCATION_REASON_PRIVILEGE_WITHDRAWN: RevocationReason
REVOCATION_REASON_AA_COMPROMISE: RevocationReason
KEY_FORMAT_UNSPECIFIED: KeyFormat
KEY_FORMAT_PKCS8_PEM: KeyFormat
KEY_FORMAT_PKCS12: KeyFormat
KEY_ENCAPSULATION_UNSPECIFIED: KeyEncapsulation
KEY_ENCAPSULATION_DHKEM_X25519_HKDF_SHA256: KeyEncapsulation
KEY_ENCAPSULATION_DHKEM_P256_HKDF_SHA256: KeyEncapsulation
