"""Lists over the wire: what the tests of several services say again and again."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format

from certmanager.v1 import certificate_pb2, policy_pb2
from certmanager.v1 import certificate_service_pb2 as messages
from tests.operators.setting_up import OPEN
from tests.serving import Live


async def open_profile(live: Live, *, project_id: str = "", ca_id: str = "") -> str:
    """The id of a profile that allows everything."""
    policy = json_format.ParseDict(OPEN, policy_pb2.CertificatePolicy())
    return await live.profile(policy=policy, project_id=project_id, ca_id=ca_id)


async def issued(
    live: Live, profile_id: str, name: str, *, token: str | None = None, **attributes: Any
) -> Any:
    """A new certificate with a common name, which is copied to its alternative names."""
    request = messages.IssueCertificateRequest(
        profile_id=profile_id,
        attributes=certificate_pb2.CertificateAttributes(common_name=name, **attributes),
        metadata=[certificate_pb2.MetadataEntry(key="env", value=name.partition(".")[0])],
    )
    return (await live.call(live.certificates.IssueCertificate, request, token=token)).certificate


async def listed(live: Live, *, token: str | None = None, **filters: Any) -> list[Any]:
    """The certificates of all pages of a list, without those of CAs, which every server has."""
    found: list[Any] = []
    request = messages.ListCertificatesRequest(**filters)
    while True:
        answer = await live.call(live.certificates.ListCertificates, request, token=token)
        found += (one for one in answer.certificates if one.profile_id)
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def names(live: Live, *, token: str | None = None, **filters: Any) -> list[str]:
    """The common names of all pages of a list."""
    return [one.common_name for one in await listed(live, token=token, **filters)]
