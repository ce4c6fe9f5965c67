"""Certificates of time-stamping authorities, whose one usage must be understood by whoever reads them."""

from __future__ import annotations

import pytest
from cryptography import x509

from certmanager.v1 import x509_pb2
from tests.issuing.contents import extended_of
from tests.ordering import DNS, open_policy, order
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION
_STAMPING, _CLIENT = x509_pb2.EXTENDED_KEY_USAGE_TIME_STAMPING, x509_pb2.EXTENDED_KEY_USAGE_CLIENT_AUTH


@pytest.mark.parametrize("usage", [_STAMPING, _CLIENT])
async def test_the_usage_of_a_time_stamping_authority_is_critical(
    standing_sqlite: Standing, usage: x509_pb2.ExtendedKeyUsage
) -> None:
    """RFC 3161, 2.3; no other usage is, for readers that know it not may still take the certificate."""
    profile_id = await standing_sqlite.profile(open_policy())
    request = order(profile_id, names=[(DNS, "tsa.example.com")], extended_key_usages=[usage])
    certificate = await standing_sqlite.issued(request)
    assert len(extended_of(certificate)) == 1
    extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert extension.critical == (usage == _STAMPING)
