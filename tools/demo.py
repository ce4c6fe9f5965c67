"""``make demo``: the main job from end to end, in a temporary directory.

A server is started on free ports, and a client, which is this file, gets two
certificates from it: one with a key that the server makes, one for a key that
never leaves the client. A third one, in ``approving``, waits for somebody who
approves it; a fourth one, in ``lasting``, is renewed by the server, and revoked.
OpenSSL then says what it thinks of them. The file is also the example of a
client in Python: it needs ``grpcio``, ``protobuf`` and
``googleapis-common-protos``, and the code that ``gen/`` holds.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

from certmanager.v1 import certificate_pb2, profile_pb2, x509_pb2
from certmanager.v1.certificate_service_pb2 import GetCertificateRequest, IssueCertificateRequest, SerialKey
from certmanager.v1.certificate_service_pb2_grpc import CertificateServiceStub
from certmanager.v1.profile_service_pb2 import CreateCertificateProfileRequest
from certmanager.v1.profile_service_pb2_grpc import ProfileServiceStub
from tools.approving import approval
from tools.connecting import SECONDS, connected
from tools.curling import curls
from tools.examining import examine, openssl
from tools.lasting import life
from tools.running import Server, ServerFailed, publishing
from tools.statuses import explained, refusal
from tools.telling import Untrue, expect, say, title

HOST = "service.acme.com"
DNS_NAMES = (HOST, f"www.{HOST}")


def main() -> int:
    """Tell the story in a directory that is gone afterwards; 0 if all of it is true."""
    with tempfile.TemporaryDirectory(prefix="certmanager-demo-") as name:
        log = Path(name) / "server.log"
        try:
            tell(Path(name), log)
        except (Untrue, ServerFailed, OSError, grpc.RpcError, subprocess.SubprocessError) as error:
            print(f"\nthe demo failed: {told(error)}", file=sys.stderr)
            print(f"\nthe server's log:\n{log.read_text() if log.exists() else ''}", file=sys.stderr)
            return 1
    print("\nThe server is stopped, its directory is gone. All of it is as it should be.")
    return 0


def told(error: Exception) -> str:
    """Everything that a failure says."""
    if isinstance(error, grpc.RpcError):
        return "\n".join(explained(error))
    if isinstance(error, subprocess.CalledProcessError):
        return f"{error}\n{error.stderr}"
    return str(error)


def tell(directory: Path, log: Path) -> None:
    """The story: a server, a profile, two certificates, a refusal, a look-up, an approval, the end."""
    title("A server that sets itself up: keys, CAs, a policy, an owner and a TLS certificate of its own")
    with Server(directory / "data", log, flags=publishing()) as server:
        say(f"it serves gRPC over TLS on {server.endpoints['grpc']}")
        say(f"and CRLs, OCSP and CA certificates on {server.endpoints['pki']}")
        with connected(server) as channel:
            profile = create_profile(channel, server.ids)
            issued = issue_with_key(channel, profile, directory=directory)
            issue_by_csr(channel, profile, directory=directory)
            be_refused(channel, profile)
            look_up(channel, issued)
        asyncio.run(approval(server, directory, host=HOST))
        asyncio.run(life(server, directory, host=HOST))
        curls(server, directory, host=HOST)
        title("SIGTERM: the server finishes what it has begun and ends")
        server.stop()
        say("it ended with status 0")


def create_profile(channel: grpc.Channel, ids: dict[str, str]) -> profile_pb2.CertificateProfile:
    """A profile: which CA signs, under which policy, and how certificates are enrolled."""
    title("A certificate profile for API enrollment, under the RSA CA")
    request = CreateCertificateProfileRequest(
        project_id=ids["project_id"],
        ca_id=ids["rsa_ca_id"],
        certificate_policy_id=ids["certificate_policy_id"],
        slug="my-api-profile",
        description="Certificate profile for API enrollment",
        enrollment_type=profile_pb2.ENROLLMENT_TYPE_API,
        api_config=profile_pb2.ApiEnrollmentConfig(auto_renew=True, renew_before_days=7),
    )
    answer = ProfileServiceStub(channel).CreateCertificateProfile(request, timeout=SECONDS)
    profile = answer.certificate_profile
    say(f"'{profile.slug}' is {profile.id}, to be renewed 7 days before the end")
    return profile


def issue_with_key(
    channel: grpc.Channel, profile: profile_pb2.CertificateProfile, *, directory: Path
) -> certificate_pb2.IssuedCertificate:
    """A certificate whose key the server makes, and hands over in this one answer."""
    title(f"A certificate for {HOST}, with a key that the server makes")
    attributes = certificate_pb2.CertificateAttributes(
        common_name=HOST,
        alt_names=[certificate_pb2.AltName(type=x509_pb2.ALT_NAME_TYPE_DNS, value=n) for n in DNS_NAMES],
        ttl="1y",
        key_algorithm=x509_pb2.KEY_ALGORITHM_RSA_2048,
        signature_algorithm=x509_pb2.SIGNATURE_ALGORITHM_RSA_SHA256,
        key_usages=[x509_pb2.KEY_USAGE_DIGITAL_SIGNATURE, x509_pb2.KEY_USAGE_KEY_ENCIPHERMENT],
        extended_key_usages=[x509_pb2.EXTENDED_KEY_USAGE_SERVER_AUTH],
    )
    metadata = [
        certificate_pb2.MetadataEntry(key="env", value="production"),
        certificate_pb2.MetadataEntry(key="team", value="platform"),
    ]
    request = IssueCertificateRequest(profile_id=profile.id, attributes=attributes, metadata=metadata)
    answer = CertificateServiceStub(channel).IssueCertificate(request, timeout=SECONDS)
    issued = answer.certificate
    (directory / "server-made.key").write_text(issued.private_key)
    say(f"serial number {issued.serial_number}")
    say(f"its renewal by the server is due at {issued.auto_renewal.renews_at.ToJsonString()}")
    examine(issued, directory / "server-made", host=HOST)
    prove_shown_once(channel, issued)
    return issued


def prove_shown_once(channel: grpc.Channel, issued: certificate_pb2.IssuedCertificate) -> None:
    """No later answer holds the private key."""
    request = GetCertificateRequest(certificate_id=issued.certificate_id)
    answer = CertificateServiceStub(channel).GetCertificate(request, timeout=SECONDS)
    expect("the answer to the request holds the private key", holds="PRIVATE KEY" in issued.private_key)
    gone = b"PRIVATE KEY" not in answer.SerializeToString()
    expect("GetCertificate has it no more: it was shown once", holds=gone)


def issue_by_csr(channel: grpc.Channel, profile: profile_pb2.CertificateProfile, *, directory: Path) -> None:
    """A certificate for a key that the client keeps to itself: it sends a signing request."""
    title("A certificate for a key of our own, by a CSR that OpenSSL makes")
    key, csr = directory / "own.key", directory / "own.csr"
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(csr),
            "-subj", f"/C=US/ST=Ohio/CN={HOST}")  # fmt: skip
    request = IssueCertificateRequest(
        profile_id=profile.id,
        csr=csr.read_text(),
        attributes=certificate_pb2.CertificateAttributes(ttl="1y"),
    )
    answer = CertificateServiceStub(channel).IssueCertificate(request, timeout=SECONDS)
    keyless = not answer.certificate.private_key
    expect("the answer holds no private key: the server never had it", holds=keyless)
    examine(answer.certificate, directory / "own", host=HOST)


def be_refused(channel: grpc.Channel, profile: profile_pb2.CertificateProfile) -> None:
    """A request that breaks several rules is told all of them at once."""
    title("A request for two years, a name that is none, and signing code: refused")
    names = (HOST, "-www.acme.com")
    attributes = certificate_pb2.CertificateAttributes(
        alt_names=[certificate_pb2.AltName(type=x509_pb2.ALT_NAME_TYPE_DNS, value=name) for name in names],
        extended_key_usages=[x509_pb2.EXTENDED_KEY_USAGE_CODE_SIGNING],
        ttl="2y",
    )
    request = IssueCertificateRequest(profile_id=profile.id, attributes=attributes)
    try:
        CertificateServiceStub(channel).IssueCertificate(request, timeout=SECONDS)
    except grpc.RpcError as error:
        for line in refusal(error, reason="INVALID_FIELD"):
            say(line)
    else:
        raise Untrue("a request that breaks the policy was not refused")


def look_up(channel: grpc.Channel, issued: certificate_pb2.IssuedCertificate) -> None:
    """The certificate remains to be had, by its id or by its CA and serial number."""
    title("The certificate, looked up by its CA and its serial number")
    request = GetCertificateRequest(
        serial_key=SerialKey(ca_id=issued.ca_id, serial_number=issued.serial_number)
    )
    found = CertificateServiceStub(channel).GetCertificate(request, timeout=SECONDS).certificate
    expect("it is the same", holds=found.certificate == issued.certificate)
    say("its metadata: " + ", ".join(f"{entry.key}={entry.value}" for entry in found.metadata))


if __name__ == "__main__":
    sys.exit(main())
