from certmanager.v1 import certificate_service_pb2 as messages
from tests.serving import Live


async def test_a_generated_key_comes_with_its_certificate(live: Live) -> None:
    request = messages.IssueCertificateRequest(profile_id=live.ids["profile_id"])
    request.attributes.common_name = "a.example.com"
    answer = await live.call(live.certificates.IssueCertificate, request)
    assert "PRIVATE KEY" in answer.certificate.private_key
