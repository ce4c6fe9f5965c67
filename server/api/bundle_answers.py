"""Certificates as files, in the contract's messages."""

from __future__ import annotations

from typing import Final

from certmanager.v1 import certificate_service_pb2 as messages
from server.ra.issuing.bundles import Bundle, BundleForm

_FORMS: Final = {
    messages.CERTIFICATE_BUNDLE_FORMAT_UNSPECIFIED: BundleForm.PEM,
    messages.CERTIFICATE_BUNDLE_FORMAT_PEM: BundleForm.PEM,
    messages.CERTIFICATE_BUNDLE_FORMAT_DER: BundleForm.DER,
    messages.CERTIFICATE_BUNDLE_FORMAT_PKCS7: BundleForm.PKCS7,
}


def bundle_form(request: messages.GetCertificateBundleRequest) -> BundleForm:
    """The form that a request asks for."""
    return _FORMS[request.format]


def certificate_bundle(bundle: Bundle) -> messages.GetCertificateBundleResponse:
    """A file."""
    return messages.GetCertificateBundleResponse(
        content=bundle.content, media_type=bundle.media_type, file_name=bundle.name
    )
