"""The server that a machine drives: its people, its profile, and what each act is over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc.aio
from google.protobuf import json_format

from certmanager.v1 import certificate_authority_service_pb2 as authorities
from certmanager.v1 import certificate_request_service_pb2 as messages
from certmanager.v1 import policy_pb2, profile_pb2
from certmanager.v1 import policy_service_pb2 as policies
from certmanager.v1.certificate_authority_service_pb2_grpc import CertificateAuthorityServiceStub
from certmanager.v1.policy_service_pb2_grpc import PolicyServiceStub
from tests.ordering import DAY, lasting, order
from tests.requests.machine_keys import Keys, key_wish, the_csr
from tests.requests.machine_seeing import state_name
from tests.requests.model import BYPASSES, CAST, CSR, SEALED, Order, Rules
from tests.requests.model_words import Act, Answer
from tests.requests.offices import ADMIN, OPERATOR, Office, Person, step
from tests.serving import Live, failure_of
from tests.timepiece import StoppedTimepiece

_ROLES = {"OPERATOR": OPERATOR, "ADMIN": ADMIN}
_AGES = timedelta(days=3000)
_PATIENCE = 20
LONG, SHORT = "60d", "12h"


@dataclass(slots=True)
class Stage:
    """A server with everybody on it, and one CA."""

    office: Office
    clock: StoppedTimepiece
    people: Mapping[str, Person]
    ca_id: str
    failure: BaseException | None = None
    """The first one of a play."""

    @classmethod
    async def of(cls, live: Live, clock: StoppedTimepiece) -> Stage:
        """A stage on a server whose clock stands."""
        office = Office(live)
        elsewhere = await live.project("elsewhere")
        people = {}
        for name, role in CAST.items():
            place = {"role": "ADMIN", "project_id": elsewhere} if role == "STRANGER" else {"role": role}
            people[name] = await office.person(**place, lifetime=_AGES)
        return cls(office, clock, people, await live.authority())


@dataclass(slots=True)
class Scene:
    """One profile on the stage, and the requests that are made under it."""

    stage: Stage
    profile_id: str
    policy_id: str
    ids: list[str] = field(default_factory=list)
    """Of the requests, by the number that the model knows them by."""
    revisions: list[list[int]] = field(default_factory=list)
    """By number: the revision of each version."""
    keys: Keys = field(default_factory=Keys)

    @classmethod
    async def of(cls, stage: Stage, rules: Rules) -> Scene:
        """A scene with a new profile, on a new policy."""
        live = stage.office.live
        policy_id = await live.policy(lasting(max_lifetime=90 * DAY))
        message = profile_pb2.CertificateProfile(approval_config=_config(stage, rules))
        profile_id = await live.profile(ca_id=stage.ca_id, policy_id=policy_id, message=message)
        return cls(stage, profile_id, policy_id)

    @property
    def office(self) -> Office:
        """Where requests are made and decided."""
        return self.stage.office

    async def done(self, acts: Sequence[Act], *, wait: float) -> list[Answer]:
        """What is answered to acts at the same time; ``wait`` is for those that wait."""
        return await asyncio.gather(*(self._done(act, wait) for act in acts))

    async def _done(self, act: Act, wait: float) -> Answer:
        try:
            async with asyncio.timeout(_PATIENCE):
                match act.verb:
                    case "submit":
                        return await self._submitted(act, wait)
                    case "claim":
                        return await self._claimed(act)
                    case "approve" | "reject" | "cancel":
                        return await self._decided(act)
                await self._switched(act)
                return Answer("OK")
        except grpc.aio.AioRpcError as error:
            failure = failure_of(error)
            state = failure.metadata.get("state", "") if failure.reason == "STATE_CONFLICT" else ""
            return Answer(failure.reason, state)

    async def _submitted(self, act: Act, wait: float) -> Answer:
        assert act.order is not None
        request = self._request(act.order)
        if act.waits:
            request.wait.FromMilliseconds(int(wait * 1000))
        issue = self.office.live.certificates.IssueCertificate
        answer = await self._call(issue, request, act.order.by)
        number = self._number(answer.certificate_request_id)
        has_key = self.keys.proven(number, answer.certificate, answer.certificate_request_id)
        state = answer.certificate_request.state
        assert answer.HasField("certificate") == (state_name(state) == "ISSUED")
        return Answer("OK", state_name(state), has_key, number)

    async def _claimed(self, act: Act) -> Answer:
        id_ = self.ids[act.number]
        request = messages.ClaimPrivateKeyRequest(certificate_request_id=id_, request_id=act.request_id)
        answer = await self._call(self.office.stub.ClaimPrivateKey, request, act.who)
        return Answer("OK", "ISSUED", self.keys.proven(act.number, answer.certificate, id_))

    async def _decided(self, act: Act) -> Answer:
        office, verb = self.office, act.verb
        ask: Callable[..., Awaitable[Any]] = getattr(office, verb)
        seen = self.revisions[act.number][act.seen - 1] if act.seen else 0
        told = await ask(self.ids[act.number], self.stage.people[act.who], revision=seen)
        return Answer("OK", state_name(told.state))

    async def _switched(self, act: Act) -> None:
        office = self.office
        match act.verb:
            case "sweep":
                await office.live.app.upkeep.round()
            case "open":
                await office.update_profile(self.profile_id, disabled=not act.switch)
            case "sign":
                await self._sign(able=act.switch)
            case "restrict":
                await self._restrict(f"{DAY if act.switch else 90 * DAY}s")

    async def reform(self, rules: Rules) -> None:
        """Let the profile ask for something else of later requests."""
        config = _config(self.stage, rules)
        await self.office.update_profile(self.profile_id, approval_config=config)

    async def _sign(self, *, able: bool) -> None:
        live, id_ = self.office.live, self.stage.ca_id
        stub = live.stub(CertificateAuthorityServiceStub)
        if able:
            enable = authorities.EnableCertificateAuthorityRequest(id=id_)
            await live.call(stub.EnableCertificateAuthority, enable)
        else:
            disable = authorities.DisableCertificateAuthorityRequest(id=id_)
            await live.call(stub.DisableCertificateAuthority, disable)

    async def _restrict(self, longest: str) -> None:
        live, policy = self.office.live, policy_pb2.CertificatePolicy(id=self.policy_id)
        json_format.ParseDict({"validity": {"maxLifetime": longest}}, policy)
        request = policies.UpdateCertificatePolicyRequest(certificate_policy=policy)
        request.update_mask.paths.append("validity")
        await live.call(live.stub(PolicyServiceStub).UpdateCertificatePolicy, request)

    def _request(self, asked: Order) -> Any:
        csr = the_csr() if asked.key == CSR else None
        fields: dict[str, Any] = {"request_id": asked.request_id}
        if asked.key == SEALED:
            fields["generated_key"] = key_wish()
        ttl = LONG if asked.is_long else SHORT
        return order(self.profile_id, csr=csr, fields=fields, common_name="a.example.com", ttl=ttl)

    def _number(self, id_: str) -> int:
        if id_ not in self.ids:
            self.ids.append(id_)
            self.revisions.append([])
        return self.ids.index(id_)

    async def _call(self, method: Any, request: Any, who: str) -> Any:
        return await self.office.live.call(method, request, token=self.stage.people[who].token)


def _config(stage: Stage, rules: Rules) -> profile_pb2.ApprovalConfig:
    config = profile_pb2.ApprovalConfig(
        steps=[step(_ROLES[role], required=required) for role, required in rules.steps],
        allow_self_approval=rules.self_approval,
        bypass_identity_ids=[stage.people[BYPASSES].id],
    )
    config.max_wait.FromTimedelta(rules.max_wait)
    return config
