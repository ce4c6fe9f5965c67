"""The calls that the outcomes speak of: each an RPC and its request, in the form of JSON.

``$name`` stands for something of the place that is called for (an attribute of
``Place``), or for something that is made anew for the call (``tests.access.fresh``).
"""

from __future__ import annotations

from typing import Any

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "create project": ("ProjectService/CreateProject", {"slug": "$slug"}),
    "get project": ("ProjectService/GetProject", {"id": "$project_id"}),
    "get project by slug": ("ProjectService/GetProject", {"slug": "$project_slug"}),
    "list projects": ("ProjectService/ListProjects", {}),
    "update project": (
        "ProjectService/UpdateProject",
        {"project": {"id": "$project_id", "description": "of the matrix"}},
    ),
    "who am I": ("AccessService/WhoAmI", {}),
    "who am I in": ("AccessService/WhoAmI", {"project_id": "$project_id"}),
    "create identity": (
        "AccessService/CreateIdentity",
        {"name": "$slug", "kind": "IDENTITY_KIND_SERVICE"},
    ),
    "get identity": ("AccessService/GetIdentity", {"id": "$identity_id"}),
    "list identities": ("AccessService/ListIdentities", {}),
    "revoke identity": ("AccessService/RevokeIdentity", {"id": "$new_identity"}),
    "create token": ("AccessService/CreateAccessToken", {"identity_id": "$identity_id"}),
    "create auditor's token": ("AccessService/CreateAccessToken", {"identity_id": "$new_auditor"}),
    "create person's token": ("AccessService/CreateAccessToken", {"identity_id": "$new_person"}),
    "get token": ("AccessService/GetAccessToken", {"id": "$token_id"}),
    "list tokens": ("AccessService/ListAccessTokens", {}),
    "list tokens of": ("AccessService/ListAccessTokens", {"identity_id": "$identity_id"}),
    "revoke token": ("AccessService/RevokeAccessToken", {"id": "$new_token"}),
    "appoint admin": (
        "AccessService/CreateRoleBinding",
        {"identity_id": "$new_identity", "role": "ROLE_ADMIN", "project_id": "$project_id"},
    ),
    "appoint viewer of a profile": (
        "AccessService/CreateRoleBinding",
        {
            "identity_id": "$new_identity",
            "role": "ROLE_VIEWER",
            "project_id": "$project_id",
            "profile_id": "$profile_id",
        },
    ),
    "appoint auditor": (
        "AccessService/CreateRoleBinding",
        {"identity_id": "$new_identity", "role": "ROLE_AUDITOR", "project_id": "$project_id"},
    ),
    "appoint owner": (
        "AccessService/CreateRoleBinding",
        {"identity_id": "$new_identity", "role": "ROLE_OWNER"},
    ),
    "get binding": ("AccessService/GetRoleBinding", {"id": "$binding_id"}),
    "list bindings": ("AccessService/ListRoleBindings", {}),
    "list bindings in": ("AccessService/ListRoleBindings", {"project_id": "$project_id"}),
    "revoke binding": ("AccessService/RevokeRoleBinding", {"id": "$new_binding"}),
    "list events": ("AccessService/ListAuditEvents", {}),
    "list events in": ("AccessService/ListAuditEvents", {"project_id": "$project_id"}),
    "create CA": (
        "CertificateAuthorityService/CreateCertificateAuthority",
        {
            "project_id": "$project_id",
            "type": "CERTIFICATE_AUTHORITY_TYPE_ROOT",
            "attributes": {"common_name": "A root"},
        },
    ),
    "get CA": ("CertificateAuthorityService/GetCertificateAuthority", {"id": "$ca_id"}),
    "list CAs": ("CertificateAuthorityService/ListCertificateAuthorities", {"project_id": "$project_id"}),
    "update CA": (
        "CertificateAuthorityService/UpdateCertificateAuthority",
        {"certificate_authority": {"id": "$outside_ca_id", "name": "Renamed"}},
    ),
    "disable CA": ("CertificateAuthorityService/DisableCertificateAuthority", {"id": "$spare_ca_id"}),
    "enable CA": ("CertificateAuthorityService/EnableCertificateAuthority", {"id": "$spare_ca_id"}),
    "rotate CA": ("CertificateAuthorityService/RotateCertificateAuthority", {"id": "$spare_ca_id"}),
    "get CSR of CA": ("CertificateAuthorityService/GetCertificateAuthorityCsr", {"id": "$outside_ca_id"}),
    "get CRL": ("CertificateAuthorityService/GetCertificateRevocationList", {"id": "$ca_id"}),
    "install CA's certificate": (
        "CertificateAuthorityService/InstallCertificateAuthorityCertificate",
        {
            "id": "$outside_ca_id",
            "certificate": "$outside_certificate",
            "certificate_chain": "$outside_chain",
        },
    ),
    "create policy": (
        "PolicyService/CreateCertificatePolicy",
        {"certificate_policy": {"project_id": "$project_id", "slug": "$slug"}},
    ),
    "get policy": ("PolicyService/GetCertificatePolicy", {"id": "$policy_id"}),
    "get policy by slug": (
        "PolicyService/GetCertificatePolicy",
        {"slug": {"project_id": "$project_id", "slug": "$policy_slug"}},
    ),
    "list policies": ("PolicyService/ListCertificatePolicies", {"project_id": "$project_id"}),
    "update policy": (
        "PolicyService/UpdateCertificatePolicy",
        {"certificate_policy": {"id": "$new_policy", "description": "of the matrix"}},
    ),
    "delete policy": ("PolicyService/DeleteCertificatePolicy", {"id": "$new_policy"}),
    "create profile": (
        "ProfileService/CreateCertificateProfile",
        {
            "project_id": "$project_id",
            "ca_id": "$ca_id",
            "certificate_policy_id": "$policy_id",
            "slug": "$slug",
            "enrollment_type": "ENROLLMENT_TYPE_API",
            "api_config": {},
        },
    ),
    "get profile": ("ProfileService/GetCertificateProfile", {"id": "$profile_id"}),
    "get profile by slug": (
        "ProfileService/GetCertificateProfile",
        {"slug": {"project_id": "$project_id", "slug": "$profile_slug"}},
    ),
    "list profiles": ("ProfileService/ListCertificateProfiles", {"project_id": "$project_id"}),
    "update profile": (
        "ProfileService/UpdateCertificateProfile",
        {"certificate_profile": {"id": "$new_profile", "description": "of the matrix"}},
    ),
    "delete profile": ("ProfileService/DeleteCertificateProfile", {"id": "$new_profile"}),
    "issue": (
        "CertificateService/IssueCertificate",
        {"profile_id": "$profile_id", "attributes": {"common_name": "a.example.com"}},
    ),
    "validate only": (
        "CertificateService/IssueCertificate",
        {"profile_id": "$profile_id", "attributes": {"common_name": "a.example.com"}, "validate_only": True},
    ),
    "get certificate": ("CertificateService/GetCertificate", {"certificate_id": "$certificate_id"}),
    "get certificate by serial": (
        "CertificateService/GetCertificate",
        {"serial_key": {"ca_id": "$ca_id", "serial_number": "$serial_number"}},
    ),
    "get latest": ("CertificateService/GetLatestCertificate", {"certificate_id": "$certificate_id"}),
    "get latest of lineage": (
        "CertificateService/GetLatestCertificate",
        {"lineage_id": "$certificate_id"},
    ),
    "renew certificate": ("CertificateService/RenewCertificate", {"certificate_id": "$new_certificate"}),
    "switch renewal": (
        "CertificateService/UpdateCertificateRenewal",
        {"certificate_id": "$certificate_id", "enabled": False},
    ),
    "revoke certificate": ("CertificateService/RevokeCertificate", {"certificate_id": "$new_certificate"}),
    "revoke certificate by serial": (
        "CertificateService/RevokeCertificate",
        {"serial_key": {"ca_id": "$ca_id", "serial_number": "$serial_number"}},
    ),
    "revoke CA's certificate": (
        "CertificateService/RevokeCertificate",
        {"certificate_id": "$new_ca_certificate"},
    ),
    "release hold": ("CertificateService/ReleaseCertificateHold", {"certificate_id": "$new_hold"}),
    "get bundle": ("CertificateService/GetCertificateBundle", {"certificate_id": "$certificate_id"}),
    "watch certificate": ("CertificateService/WatchCertificate", {"certificate_id": "$certificate_id"}),
    "watch trust": ("CertificateAuthorityService/WatchTrustBundle", {"project_id": "$project_id"}),
    "get request": (
        "CertificateRequestService/GetCertificateRequest",
        {"certificate_request_id": "$request_id"},
    ),
    "list requests": ("CertificateRequestService/ListCertificateRequests", {}),
    "list requests in": (
        "CertificateRequestService/ListCertificateRequests",
        {"project_id": "$project_id"},
    ),
    "search requests": (
        "CertificateRequestService/SearchCertificateRequests",
        {"project_id": "$project_id"},
    ),
    "approve request": (
        "CertificateRequestService/ApproveCertificateRequest",
        {"certificate_request_id": "$new_request"},
    ),
    "approve request of admins": (
        "CertificateRequestService/ApproveCertificateRequest",
        {"certificate_request_id": "$new_request_of_admins"},
    ),
    "reject request": (
        "CertificateRequestService/RejectCertificateRequest",
        {"certificate_request_id": "$new_request"},
    ),
    "cancel request": (
        "CertificateRequestService/CancelCertificateRequest",
        {"certificate_request_id": "$new_request"},
    ),
    "claim key": (
        "CertificateRequestService/ClaimPrivateKey",
        {"certificate_request_id": "$new_request", "request_id": "0195e1a0-0000-7000-8000-000000000001"},
    ),
    "watch request": (
        "CertificateRequestService/WatchCertificateRequest",
        {"certificate_request_id": "$request_id"},
    ),
    "watch requests": (
        "CertificateRequestService/WatchCertificateRequests",
        {"project_id": "$project_id"},
    ),
    "list certificates": ("CertificateService/ListCertificates", {}),
    "list certificates in": ("CertificateService/ListCertificates", {"project_id": "$project_id"}),
    "count certificates": ("CertificateService/GetCertificateStatistics", {"project_id": "$project_id"}),
}
