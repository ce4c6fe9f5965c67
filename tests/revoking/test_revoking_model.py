"""Random revocations, holds and releases of one certificate, against a model that was written by hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import grpc.aio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from certmanager.v1 import certificate_service_pb2 as messages
from server.ids import new_id
from tests.ordering import order
from tests.revoking.desk import FOR_LEAVES, Desk, new_csr, reason_of, revocation
from tests.serving import failure_of
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

HOLD = "CERTIFICATE_HOLD"
IMPOSSIBLE = ("CA_COMPROMISE", "AA_COMPROMISE", "REMOVE_FROM_CRL")
Act = tuple[str, str]

_REVOKE = st.tuples(st.just("revoke"), st.sampled_from((*FOR_LEAVES, HOLD, HOLD, *IMPOSSIBLE)))
_RELEASE = st.tuples(st.just("release"), st.just(""))
ACTS = st.lists(st.one_of(_REVOKE, _RELEASE), min_size=1, max_size=8)
PATIENT = examples(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(slots=True)
class Model:
    """What a certificate should be: not revoked, on hold, or revoked for good."""

    reason: str | None = None
    since: Any = None
    """The time of the first revocation that was not lifted, as it was told then."""
    is_blocked: bool = False

    def revoke(self, reason: str) -> str:
        """What comes of it."""
        if reason in IMPOSSIBLE:
            return "INVALID_FIELD"
        if self.reason in (None, HOLD):
            self.reason = reason
        self.is_blocked = self.is_blocked or self.reason == "KEY_COMPROMISE"
        return "OK"

    def release(self) -> str:
        """What comes of it."""
        if self.reason not in (None, HOLD):
            return "STATE_CONFLICT"
        self.reason = self.since = None
        return "OK"


async def outcome(desk: Desk, id_: str, act: Act) -> str:
    """What comes of an act: OK, or the reason of the error."""
    kind, reason = act
    stub = desk.live.certificates
    release = messages.ReleaseCertificateHoldRequest(certificate_id=id_)
    try:
        if kind == "revoke":
            await desk.live.call(stub.RevokeCertificate, revocation(id_, reason))
        else:
            await desk.live.call(stub.ReleaseCertificateHold, release)
    except grpc.aio.AioRpcError as error:
        return failure_of(error).reason
    return "OK"


async def is_blocked(desk: Desk, profile_id: str, csr: str) -> bool:
    request = order(profile_id, csr=csr, common_name="b.example.com")
    request.validate_only = True
    answer = await desk.live.call(desk.live.certificates.IssueCertificate, request)
    return "KEY_BLOCKED" in {one.rule for one in answer.violations}


async def played(desk: Desk, acts: list[Act]) -> None:
    """Do them one after the other, and look at everything after each."""
    profile_id, csr, model = await desk.profile(), new_csr(), Model()
    id_ = await desk.new(csr, profile_id=profile_id)
    for act in acts:
        kind, reason = act
        expected = model.revoke(reason) if kind == "revoke" else model.release()
        assert await outcome(desk, id_, act) == expected
        told = await desk.get(id_)
        assert told.HasField("revocation") == (model.reason is not None)
        if model.reason is not None:
            model.since = model.since or told.revocation.revoked_at
            assert told.revocation.reason == reason_of(model.reason)
            assert told.revocation.revoked_at == model.since
        assert await is_blocked(desk, profile_id, csr) == model.is_blocked


@PATIENT
@given(ACTS)
async def test_a_certificate_is_as_the_model_says(standing_sqlite: Standing, acts: list[Act]) -> None:
    """State, reason, time and the key's block, after every act."""
    await played(Desk(standing_sqlite.live), acts)


@examples(PATIENT, max_examples=8)
@given(ACTS)
async def test_so_it_is_on_postgres(standing_postgres: Standing, acts: list[Act]) -> None:
    """The database makes no difference."""
    await played(Desk(standing_postgres.live), acts)


@pytest.mark.parametrize("times", range(3))
async def test_of_those_who_revoke_at_once_one_is_first(desk: Desk, times: int) -> None:
    """Everybody is told the same reason, and it is put down once."""
    id_ = await desk.new()
    reasons = [reason for reason in FOR_LEAVES if reason != HOLD] * 2
    answers = await asyncio.gather(
        *(desk.revoke(id_, reason, request_id=new_id()) for reason in reasons[times:])
    )
    assert len({(one.revocation.reason, one.revocation.revoked_at.ToNanoseconds()) for one in answers}) == 1
    assert len([row for row in await desk.audited(id_) if row.action == "certificates.revoke"]) == 1
