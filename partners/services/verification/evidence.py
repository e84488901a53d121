"""What the tax service said, kept as it came. Calls go out of here, so never inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from integrations.clock import now
from integrations.errors import IntegrationError
from integrations.fns.cards import Marks, RegistryCard
from integrations.fns.client import get_fns
from integrations.fns.errors import FnsProblem, Odd
from integrations.fns.reply import Reply
from partners.models import RegistryAnswer
from partners.services.verification import gates

log = structlog.get_logger(__name__)

BELIEVED_FOR = timedelta(hours=24)  # an answer that found the company

Outcome = RegistryAnswer.Outcome
EGR, CHECK = "egr", "check"
# Fields of a card that are called as the partner's columns are.
RENAMED = {"full_name": "legal_name", "address": "legal_address"}


class Silent(Exception):
    """No usable answer. `why` is a message of the catalogue; `until`: nobody asks before."""

    def __init__(self, why: str, *, until: datetime | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.until = until


@dataclass(frozen=True, slots=True)
class Card:
    """The register's entry and the answer it stands in; `card` is None where there is no such company."""

    answer: RegistryAnswer
    card: RegistryCard | None


def card_of(inn: str, *, after: datetime | None = None) -> Card:
    """The entry of an INN: one of the last 24 hours (and not from before `after`), else asked for. Raises Silent."""
    answer = kept(EGR, inn, after) or _ask(EGR, inn)
    return Card(answer, card_from(answer.card) if answer.outcome == Outcome.FOUND else None)


def marks_of(inn: str, *, after: datetime | None = None) -> tuple[RegistryAnswer, Marks | None]:
    """Its marks, in the same way; None where the service says nothing about this company."""
    answer = kept(CHECK, inn, after) or _ask(CHECK, inn)
    if answer.outcome != Outcome.FOUND:
        return answer, None
    return answer, Marks(answer.card.get("negative") or {}, answer.card.get("positive") or {})


def kept(method: str, inn: str, after: datetime | None) -> RegistryAnswer | None:
    since = max(now() - BELIEVED_FOR, after or datetime.min.replace(tzinfo=now().tzinfo))
    return (
        RegistryAnswer.objects.filter(
            inn=inn, method=method, outcome=Outcome.FOUND, received_at__gte=since
        )
        .order_by("-received_at")
        .first()
    )


def _ask(method: str, inn: str) -> RegistryAnswer:
    gate = gates.closed(method)
    if gate is not None:
        raise Silent(gate.why, until=gate.until)
    try:
        answer = _egr(inn) if method == EGR else _check(inn)
    except FnsProblem as problem:
        if problem.pauses:
            gates.close(method, problem)
        _keep_failure(method, inn, problem)
        raise Silent(problem.why) from problem
    except Exception as error:  # an answer that trips our reading must not stop everybody's checks
        log.exception("partners.unreadable_answer", method=method)
        raise Silent(Odd.why) from error
    return answer


def _egr(inn: str) -> RegistryAnswer:
    found = get_fns().egr(inn)
    card = {} if found.card is None else as_document(found.card)
    return _keep(found.reply, inn, Outcome.FOUND if card else Outcome.NOT_FOUND, card)


def _check(inn: str) -> RegistryAnswer:
    checked = get_fns().check(inn)
    if checked.marks is None:
        return _keep(checked.reply, inn, Outcome.NOT_FOUND, {})
    marks = {"negative": dict(checked.marks.negative), "positive": dict(checked.marks.positive)}
    return _keep(checked.reply, inn, Outcome.FOUND, marks)


def _keep(reply: Reply, inn: str, outcome: str, card: Mapping[str, Any]) -> RegistryAnswer:
    answer: RegistryAnswer = RegistryAnswer.objects.create(
        inn=inn,
        method=reply.method,
        outcome=outcome,
        body=reply.text,
        sha256=reply.sha256,
        card=dict(card),
    )
    return answer


def _keep_failure(method: str, inn: str, problem: FnsProblem) -> None:
    """Of a call that never left nothing is kept."""
    error: IntegrationError = problem
    if problem.reply is None and not error.retryable:
        return
    RegistryAnswer.objects.create(
        inn=inn,
        method=method,
        outcome=Outcome.FAILED,
        error=str(problem)[:300],
        body=problem.reply.text if problem.reply else "",
        sha256=problem.reply.sha256 if problem.reply else "",
    )


def as_document(card: RegistryCard) -> dict[str, Any]:
    """A card as JSON: dates as YYYY-MM-DD, names and addresses called as the partner's columns are."""
    return {
        RENAMED.get(name, name): value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(card).items()
    } | {"is_active": card.is_active, "is_ceased": card.is_ceased}


def card_from(document: Mapping[str, Any]) -> RegistryCard:
    """The card that `as_document` wrote."""
    back = {RENAMED.get(name, name): name for name in RegistryCard.__dataclass_fields__}
    values = {name: document[key] for key, name in back.items() if key in document}
    for name in ("registered_on", "closed_on"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    for name in ("phones", "emails"):
        values[name] = tuple(values.get(name) or ())
    return RegistryCard(**values)
