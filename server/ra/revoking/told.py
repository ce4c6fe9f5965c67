"""The answers that were given and may be given again, up to a bound of octets."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from server.pki.ocsp import Standing
from server.pki.ocsp_request import Question

_HELD: Final = 16 * 1024 * 1024
"""Octets of responses, at most: some ten thousand of them."""


@dataclass(frozen=True, slots=True)
class OCSPAnswer:
    """A response, and how long whoever carries it may give it to others."""

    der: bytes = field(repr=False)
    sha256: str
    """Of the DER, lower-case hexadecimal."""
    standing: Standing | None = None
    """None of a refusal."""
    made_at: datetime | None = None
    """None of one that nobody may keep: a refusal, or an answer with a nonce or about an unknown one."""
    next_at: datetime | None = None
    """When it is to be asked for again at the latest: its nextUpdate."""


class Told:
    """Answers by question, the longest unused forgotten first; and by the certificate that they are about."""

    def __init__(self, *, most: int = _HELD) -> None:
        self._most = most
        self._answers: OrderedDict[Question, tuple[str, OCSPAnswer]] = OrderedDict()
        self._questions: dict[str, set[Question]] = {}
        self._octets = 0
        self.hits = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._answers)

    def find(self, question: Question, now: datetime) -> OCSPAnswer | None:
        """The answer, for the first half of its validity: nobody gets one that is nearly over."""
        _, answer = self._answers.get(question, ("", None))
        if answer is None or answer.made_at is None or answer.next_at is None:
            return None
        if now >= answer.made_at + (answer.next_at - answer.made_at) / 2:
            self._forget(question)
            return None
        self._answers.move_to_end(question)
        self.hits += 1
        return answer

    def keep(self, question: Question, certificate_id: str, answer: OCSPAnswer) -> None:
        """Give it again until the certificate changes."""
        self._forget(question)
        self._answers[question] = certificate_id, answer
        self._questions.setdefault(certificate_id, set()).add(question)
        self._octets += len(answer.der)
        while self._octets > self._most:
            self._forget(next(iter(self._answers)))

    def drop(self, certificate_ids: AbstractSet[str]) -> None:
        """Forget all about these certificates."""
        for id_ in certificate_ids & self._questions.keys():
            for question in tuple(self._questions[id_]):
                self._forget(question)

    def _forget(self, question: Question) -> None:
        id_, answer = self._answers.pop(question, ("", None))
        if answer is None:
            return
        self._octets -= len(answer.der)
        asked = self._questions[id_]
        asked.discard(question)
        if not asked:
            del self._questions[id_]
