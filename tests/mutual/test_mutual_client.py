"""The client library on the listener for certificates."""

from __future__ import annotations

from typing import Any

import pytest

from certmanager_client import Client, Target
from tests.mutual.showing import by_id, issued
from tests.serving import Live


async def test_the_client_shows_its_certificate(mutual: Live) -> None:
    """And needs no token."""
    shown = await issued(mutual)
    roots = (mutual.directory / "ca.pem").read_bytes()
    address = mutual.app.endpoints["mtls"]
    async with Client(Target(address, roots=roots, certificate=shown.certificate, key=shown.key)) as client:
        answer = await client.call(client.certificates.GetCertificate, by_id(shown))
    assert answer.certificate.id == shown.id


@pytest.mark.parametrize(
    "wrong",
    [{"certificate": b"c"}, {"key": b"k"}, {"certificate": b"c", "key": b"k", "insecure": True}],
)
def test_a_certificate_goes_with_its_key_and_tls(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="goes with its key"):
        Target("127.0.0.1:8443", **wrong)


def test_a_target_shows_no_key_where_it_is_printed() -> None:
    """As in a traceback."""
    assert "secret" not in repr(Target("ca.example:8443", certificate=b"c", key=b"secret"))
