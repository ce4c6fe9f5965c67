"""Who may call what: written by hand from the design pages, and from nothing else.

A column is a role, in one project for all but the owner; a letter in it says
that the role may call the RPC, a dot that it may not. N is an identity that
has no role at all.
"""

from __future__ import annotations

ROLES = {
    "O": "owner",
    "A": "admin",
    "P": "operator",
    "R": "requester",
    "V": "viewer",
    "U": "auditor",
    "N": "nobody",
}

MATRIX = {
    "ProjectService/CreateProject": "O......",
    "ProjectService/GetProject": "OAPRVU.",
    "ProjectService/ListProjects": "OAPRVU.",
    "ProjectService/UpdateProject": "OA.....",
    "AccessService/WhoAmI": "OAPRVUN",
    "AccessService/CreateIdentity": "O......",
    "AccessService/GetIdentity": "O......",
    "AccessService/ListIdentities": "O......",
    "AccessService/RevokeIdentity": "O......",
    "AccessService/CreateAccessToken": "OAPRVUN",
    "AccessService/GetAccessToken": "OAPRVUN",
    "AccessService/ListAccessTokens": "OAPRVUN",
    "AccessService/RevokeAccessToken": "OAPRVUN",
    "AccessService/CreateRoleBinding": "OA.....",
    "AccessService/GetRoleBinding": "OA...U.",
    "AccessService/ListRoleBindings": "OA...U.",
    "AccessService/RevokeRoleBinding": "OA.....",
    "AccessService/ListAuditEvents": "O....U.",
    "CertificateAuthorityService/CreateCertificateAuthority": "OA.....",
    "CertificateAuthorityService/GetCertificateAuthority": "OAPRVU.",
    "CertificateAuthorityService/ListCertificateAuthorities": "OAPRVU.",
    "CertificateAuthorityService/UpdateCertificateAuthority": "OA.....",
    "CertificateAuthorityService/DisableCertificateAuthority": "OA.....",
    "CertificateAuthorityService/EnableCertificateAuthority": "OA.....",
    "CertificateAuthorityService/GetCertificateAuthorityCsr": "OAPRVU.",
    "CertificateAuthorityService/InstallCertificateAuthorityCertificate": "OA.....",
    "CertificateAuthorityService/RotateCertificateAuthority": "OA.....",
    "CertificateAuthorityService/GetCertificateRevocationList": "OAPRVU.",
    "CertificateAuthorityService/WatchTrustBundle": "OAPRVU.",
    "PolicyService/CreateCertificatePolicy": "OA.....",
    "PolicyService/GetCertificatePolicy": "OAPRVU.",
    "PolicyService/ListCertificatePolicies": "OAPRVU.",
    "PolicyService/UpdateCertificatePolicy": "OA.....",
    "PolicyService/DeleteCertificatePolicy": "OA.....",
    "ProfileService/CreateCertificateProfile": "OA.....",
    "ProfileService/GetCertificateProfile": "OAPRVU.",
    "ProfileService/ListCertificateProfiles": "OAPRVU.",
    "ProfileService/UpdateCertificateProfile": "OA.....",
    "ProfileService/DeleteCertificateProfile": "OA.....",
    "CertificateService/IssueCertificate": "OAPR...",
    "CertificateService/IssueCertificates": "OAPR...",
    "CertificateService/RenewCertificate": "OAPR...",
    "CertificateService/RenewCertificates": "OAPR...",
    "CertificateService/RevokeCertificate": "OAP....",
    "CertificateService/RevokeCertificates": "OAP....",
    "CertificateService/ReleaseCertificateHold": "OAP....",
    "CertificateService/UpdateCertificateRenewal": "OAPR...",
    "CertificateService/GetCertificate": "OAPRVU.",
    "CertificateService/GetLatestCertificate": "OAPRVU.",
    "CertificateService/GetCertificateBundle": "OAPRVU.",
    "CertificateService/ListCertificates": "OAPRVU.",
    "CertificateService/GetCertificateStatistics": "OAPRVU.",
    "CertificateService/WatchCertificate": "OAPRVU.",
    "CertificateRequestService/GetCertificateRequest": "OAPRVU.",
    "CertificateRequestService/ListCertificateRequests": "OAPRVU.",
    "CertificateRequestService/SearchCertificateRequests": "OAPRVU.",
    "CertificateRequestService/ApproveCertificateRequest": "OAP....",
    "CertificateRequestService/RejectCertificateRequest": "OAP....",
    "CertificateRequestService/CancelCertificateRequest": "OAPR...",
    "CertificateRequestService/ClaimPrivateKey": "OAPR...",
    "CertificateRequestService/WatchCertificateRequest": "OAPRVU.",
    "CertificateRequestService/WatchCertificateRequests": "OAPRVU.",
}

NOT_MALFORMED = {
    "ProjectService/ListProjects": "OK",
    "AccessService/WhoAmI": "OK",
    "AccessService/ListIdentities": "OK",
    "AccessService/ListAccessTokens": "OK",
    "AccessService/ListRoleBindings": "OK",
    "AccessService/ListAuditEvents": "OK",
    "CertificateService/IssueCertificates": "UNIMPLEMENTED",
    "CertificateService/RenewCertificates": "UNIMPLEMENTED",
    "CertificateService/RevokeCertificates": "UNIMPLEMENTED",
    "CertificateService/ListCertificates": "OK",
    "CertificateRequestService/ListCertificateRequests": "OK",
}
"""What an empty message comes to for those who may call, where it is not INVALID_ARGUMENT.

Some RPCs need to be told nothing; others are not there yet, but know already who may call them.
"""

SERVED = {rpc for rpc in MATRIX if NOT_MALFORMED.get(rpc) != "UNIMPLEMENTED"}
"""The RPCs that do something by now: each stands in the outcomes."""
