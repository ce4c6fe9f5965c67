"""Under which CAs the certificates that clients show may be: a real handshake for each."""

from __future__ import annotations

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certmanager.v1 import certificate_authority_service_pb2 as messages
from server.config import Settings
from server.pki.pem import certificate_pem
from server.store.records import AuthorityRecord
from tests.mutual.showing import Shown, by_id, code_of, issued, pem, shown_to
from tests.operators.ca_installing import asked, install, installation
from tests.operators.ca_orders import authorities
from tests.operators.ca_outside import outside_intermediate, outside_root
from tests.operators.ca_rotating import rotate
from tests.ordering import OID, csr_pem, open_policy
from tests.serving import Live, running

OK, UNAUTHENTICATED, UNAVAILABLE = (
    grpc.StatusCode.OK,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.UNAVAILABLE,
)


@pytest.mark.parametrize("depth", [1, 2])
async def test_a_ca_that_an_outside_one_has_signed(mutual: Live, depth: int) -> None:
    """Its certificate is an anchor as it stands: nothing above it is known here, nor needed."""
    ca, csr = await asked(mutual)
    root = outside_root(mutual.clock())
    signer = root if depth == 1 else outside_intermediate(root, mutual.clock())
    certificate = signer.sign(csr, now=mutual.clock())
    await install(mutual, installation(ca, certificate, signer.chain, ca.etag))
    profile = await mutual.profile(policy=open_policy(), ca_id=ca.id)
    shown = await issued(mutual, profile_id=profile)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK


async def test_what_the_outside_ca_signs_itself_is_unknown_here(mutual: Live) -> None:
    """That it has signed a CA of ours makes it none of ours."""
    ca, csr = await asked(mutual)
    root = outside_root(mutual.clock())
    await install(mutual, installation(ca, root.sign(csr, now=mutual.clock()), root.chain, ca.etag))
    known, key = await issued(mutual), ec.generate_private_key(ec.SECP256R1())
    leaf = root.sign(
        csr_pem(subject=[(OID.COMMON_NAME, "service")], key=key),
        now=mutual.clock(),
        basicConstraints="CA:FALSE",
        keyUsage="critical,digitalSignature",
        extendedKeyUsage="clientAuth",
    )
    async with shown_to(mutual, Shown(leaf.encode(), pem(key))) as stub:
        assert await code_of(stub.GetCertificate, by_id(known)) in {UNAVAILABLE, UNAUTHENTICATED}


async def test_one_of_a_former_generation_counts_as_before(mutual: Live) -> None:
    """A rotation takes nobody's access away; new and old certificates count side by side."""
    ca_id = await mutual.authority()
    profile = await mutual.profile(policy=open_policy(), ca_id=ca_id)
    old = await issued(mutual, profile_id=profile)
    await rotate(mutual, ca_id)
    new = await issued(mutual, profile_id=profile, token=old.token)
    for shown in (old, new):
        async with shown_to(mutual, shown) as stub:
            assert await code_of(stub.GetCertificate, by_id(shown)) is OK


async def test_a_disabled_cas_certificates_count(mutual: Live) -> None:
    """It signs nothing new, but what it has signed is in force until it is revoked."""
    ca_id = await mutual.authority()
    shown = await issued(mutual, profile_id=await mutual.profile(policy=open_policy(), ca_id=ca_id))
    request = messages.DisableCertificateAuthorityRequest(id=ca_id)
    await mutual.call(authorities(mutual).DisableCertificateAuthority, request)
    async with shown_to(mutual, shown) as stub:
        assert await code_of(stub.GetCertificate, by_id(shown)) is OK


async def test_the_ordinary_listeners_client_ca_opens_nothing(sqlite_settings: Settings) -> None:
    """Even if it is the CA that signs here: there a certificate is a condition, and no credential."""
    async with running(sqlite_settings) as live:
        roots = live.directory / "clients.pem"
        row = await live.app.store.get(AuthorityRecord, id=live.ids["ca_id"])
        assert row is not None
        assert row.certificate is not None
        roots.write_text(certificate_pem(row.certificate))
        shown = await issued(live)
    changed = {"client_ca": roots, "mtls_address": "127.0.0.1:0"}
    async with running(sqlite_settings.model_copy(update=changed)) as live:
        async with shown_to(live, shown, listener="grpc") as stub:
            assert await code_of(stub.GetCertificate, by_id(shown)) is UNAUTHENTICATED
            metadata = (("authorization", f"Bearer {shown.token}"),)
            assert await code_of(stub.GetCertificate, by_id(shown), metadata=metadata) is OK
        async with shown_to(live, None, listener="grpc") as stub:
            assert await code_of(stub.GetCertificate, by_id(shown), metadata=metadata) is UNAVAILABLE
        async with shown_to(live, shown) as stub:
            assert await code_of(stub.GetCertificate, by_id(shown)) is OK
