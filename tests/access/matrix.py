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
    "AccessService/CreateAccessToken": "OA.....",
    "AccessService/GetAccessToken": "OA.....",
    "AccessService/ListAccessTokens": "OA.....",
    "AccessService/RevokeAccessToken": "OA.....",
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

SERVED = {
    "ProfileService/CreateCertificateProfile",
    "ProfileService/GetCertificateProfile",
    "CertificateService/IssueCertificate",
    "CertificateService/GetCertificate",
}
"""The RPCs that do something by now; the others answer UNIMPLEMENTED, but only who may call them."""

OK, DENIED, HIDDEN = "OK", "PERMISSION_DENIED", "NOT_FOUND"

OUTCOMES = {
    # Roles are held in the first project; "away" is another, "other's" was asked for by another identity.
    # what                      owner, admin, operator, requester, viewer, auditor, nobody
    "create profile, home": (OK, OK, DENIED, DENIED, DENIED, DENIED, DENIED),
    "create profile, away": (OK, HIDDEN, DENIED, DENIED, DENIED, DENIED, DENIED),
    "get profile, home": (OK, OK, OK, OK, OK, OK, DENIED),
    "get profile, away": (OK, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, DENIED),
    "get profile by slug, home": (OK, OK, OK, OK, OK, OK, DENIED),
    "get profile by slug, away": (OK, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, DENIED),
    "issue, home": (OK, OK, OK, OK, DENIED, DENIED, DENIED),
    "issue, away": (OK, HIDDEN, HIDDEN, HIDDEN, DENIED, DENIED, DENIED),
    "validate only, home": (OK, OK, OK, OK, DENIED, DENIED, DENIED),
    "validate only, away": (OK, HIDDEN, HIDDEN, HIDDEN, DENIED, DENIED, DENIED),
    "get certificate, other's": (OK, OK, OK, HIDDEN, OK, OK, DENIED),
    "get certificate, away": (OK, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, DENIED),
    "get certificate by serial, other's": (OK, OK, OK, HIDDEN, OK, OK, DENIED),
    "get certificate by serial, away": (OK, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, DENIED),
    "get certificate, absent": (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, DENIED),
}
