"""Who decides must have the right to when the decision is stored, however long that takes."""

from __future__ import annotations

import pytest

from server.store.records import CertificateRecord, DecisionRecord
from tests.operators.setting_up import meanwhile
from tests.requests.losing import WAYS, lose
from tests.requests.offices import OPERATOR, WAITS, Office, step
from tests.standing import IN_SESSION

pytestmark = IN_SESSION

_CODES = WAYS | {"role": "NOT_FOUND"}
"""Who has no role left in the project, and had been let into it, does not know of the request any more."""


@pytest.mark.parametrize("what", WAYS)
@pytest.mark.parametrize(("verb", "required"), [("Approve", 1), ("Approve", 2), ("Reject", 1)])
async def test_a_right_that_is_lost_meanwhile_does_not_count(
    office: Office, monkeypatch: pytest.MonkeyPatch, verb: str, required: int, what: str
) -> None:
    """Whatever was decided, and signed for it, is thrown away; the request goes on waiting."""
    operator = await office.person("OPERATOR")
    id_ = await office.waiting(await office.profile(step(OPERATOR, required=required)))
    before = await office.state(id_)
    meanwhile(office.live, monkeypatch, lambda: lose(office, operator, what), kind="REQUEST")
    failure = await office.refused(verb, id_, operator)
    assert failure.code.name == _CODES[what]
    after = await office.state(id_)
    assert (after, after.state) == (before, WAITS)
    store = office.live.app.store
    assert await store.list(DecisionRecord, request_id=id_) == []
    assert await store.list(CertificateRecord, request_id=id_) == []
