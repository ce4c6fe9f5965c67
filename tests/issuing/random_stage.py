"""Settings made real: a CA, a policy and a profile on a running server, made through its API."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.x509 import Certificate, load_der_x509_certificate
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import settings as examples

from certmanager.v1 import certificate_service_pb2 as messages
from certmanager.v1 import policy_service_pb2
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from server.ids import new_id
from server.pki.algorithms import KeyAlgorithm
from server.store.records import AuthorityRecord
from tests.issuing.random_asks import Ask, key_name
from tests.issuing.random_policies import Setting
from tests.standing import Standing

patient = examples(
    # A failure shows one order out of twelve by itself; to shrink the other eleven takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    verbosity=Verbosity.quiet,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
"""What suites of random settings with a dozen orders each have in common."""

_AUTHORITIES: dict[tuple[int, int], str] = {}


async def profile_of(standing: Standing, setting: Setting) -> str:
    """The id of a new profile for the setting, on a new policy."""
    live = standing.live
    policy = policy_service_pb2.CreateCertificatePolicyRequest(certificate_policy=setting.policy)
    policy.certificate_policy.project_id = live.ids["project_id"]
    policy.certificate_policy.slug = f"p-{new_id()}"
    made = await live.call(live.stub(PolicyServiceStub).CreateCertificatePolicy, policy)
    profile = type(setting.profile)()
    profile.CopyFrom(setting.profile)
    profile.project_id, profile.ca_id = live.ids["project_id"], await _authority(standing, setting.issuer)
    profile.certificate_policy_id = made.certificate_policy.id
    profile.slug = f"p-{new_id()}"
    answer = await live.call(live.profiles.CreateCertificateProfile, profile)
    return str(answer.certificate_profile.id)


async def root_of(standing: Standing) -> Certificate:
    """The root of all CAs that settings issue below."""
    record = await standing.live.app.store.get(AuthorityRecord, id=standing.live.ids["root_ca_id"])
    assert record is not None
    assert record.certificate is not None
    return load_der_x509_certificate(record.certificate)


async def _authority(standing: Standing, algorithm: int) -> str:
    """A CA that may have one more CA below the one that it signs; made once an algorithm and server."""
    key = id(standing), algorithm
    if key not in _AUTHORITIES:
        kind = KeyAlgorithm[key_name(algorithm)]
        _AUTHORITIES[key] = await standing.live.authority(kind, path_length=2)
    return _AUTHORITIES[key]


def told(setting: Setting, ask: Ask, request: messages.IssueCertificateRequest, faults: Sequence[str]) -> str:
    """A failure that can be made again by hand: what was set up, what was asked for, what is wrong."""
    return "\n".join(
        [
            *faults,
            f"--- CA: {key_name(setting.issuer)}",
            f"--- policy:\n{setting.policy}",
            f"--- profile:\n{setting.profile}",
            f"--- asked: {ask}",
            f"--- sent:\n{request}",
        ]
    )
