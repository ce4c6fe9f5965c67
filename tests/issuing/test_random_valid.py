"""A thousand random orders that must be granted, judged by four who share nothing with the server."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import grpc.aio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import settings as examples

from server.clock import utc_now
from tests import checker
from tests.issuing.random_asks import Ask
from tests.issuing.random_dice import DICE, Dice
from tests.issuing.random_judging import breaches, broken_promises, untimely, wrong_key
from tests.issuing.random_openssl import openssl_faults
from tests.issuing.random_orders import random_order
from tests.issuing.random_policies import Setting, random_setting
from tests.issuing.random_reading import content_of
from tests.issuing.random_stage import patient, profile_of, root_of, told
from tests.oracles import pkilint_findings
from tests.serving import failure_of
from tests.standing import IN_SESSION, Standing

pytestmark = IN_SESSION

_ORDERS = 12


async def _judged(standing: Standing, dice: Dice) -> None:
    setting = random_setting(dice)
    orders = [random_order(dice, setting) for _ in range(_ORDERS)]
    profile_id = await profile_of(standing, setting)
    sent = utc_now()
    requests = [ask.request(profile_id, sent) for ask in orders]
    issue = standing.live.certificates.IssueCertificate
    answers = await asyncio.gather(
        *(standing.live.call(issue, each) for each in requests), return_exceptions=True
    )
    root = await root_of(standing)
    for ask, request, answer in zip(orders, requests, answers, strict=True):
        faults = _faults(setting, ask, answer, sent)
        assert not faults, told(setting, ask, request, faults)
    for place, fault in _openssl(setting, answers, root).items():
        raise AssertionError(told(setting, orders[place], requests[place], [fault]))


def _faults(setting: Setting, ask: Ask, answer: Any, sent: datetime) -> list[str]:
    if isinstance(answer, grpc.aio.AioRpcError):
        return [f"refused: {failure_of(answer)}"]
    if isinstance(answer, BaseException):
        raise answer
    leaf = x509.load_pem_x509_certificate(answer.certificate.certificate.encode())
    issuer = x509.load_pem_x509_certificate(answer.certificate.issuing_ca_certificate.encode())
    found = content_of(leaf)
    return [
        *breaches(setting, found),
        *broken_promises(setting, ask, found),
        *untimely(setting, ask, found, sent=sent, issuer=issuer),
        *wrong_key(ask, leaf, answer.certificate.private_key),
        *checker.faults(leaf, issuer),
        *pkilint_findings(leaf.public_bytes(Encoding.DER)),
    ]


def _openssl(setting: Setting, answers: list[Any], root: x509.Certificate) -> dict[int, str]:
    leaves = [x509.load_pem_x509_certificate(answer.certificate.certificate.encode()) for answer in answers]
    chain = x509.load_pem_x509_certificates(answers[0].certificate.certificate_chain.encode())
    return openssl_faults(leaves, [*chain, root] if setting.profile.omit_root else chain)


@examples(patient, max_examples=84)
@given(DICE)
async def test_a_thousand_random_orders(standing_sqlite: Standing, dice: Dice) -> None:
    """Each certificate keeps its policy and its order, RFC 5280, pkilint's rules and OpenSSL's."""
    await _judged(standing_sqlite, dice)


@examples(patient, max_examples=9)
@given(DICE)
async def test_a_hundred_on_postgresql(standing_postgres: Standing, dice: Dice) -> None:
    """The database makes no difference."""
    await _judged(standing_postgres, dice)
