"""Our data beside the provider's: what a person compares by eye, compared by machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING, moment
from payments.admin.badges import sum_of
from payments.models import Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind
from payments.registry import UnknownProvider, get_provider

Status = Payment.Status

# What the provider's last word may go with on our side.
AGREES = {
    EventKind.PENDING: {Status.CREATED, Status.PENDING, Status.EXPIRED, Status.CANCELED},
    EventKind.PAID: {Status.PAID, Status.PARTLY_REFUNDED},
    EventKind.FAILED: {Status.FAILED},
    EventKind.CANCELED: {Status.CANCELED, Status.EXPIRED},
    EventKind.REFUNDED: {Status.REFUNDED},
}
KIND_WORDS = {
    EventKind.PENDING: gettext_lazy("ждёт оплаты"),
    EventKind.PAID: gettext_lazy("оплачен"),
    EventKind.FAILED: gettext_lazy("не прошёл"),
    EventKind.CANCELED: gettext_lazy("отменён"),
    EventKind.REFUNDED: gettext_lazy("возвращён"),
}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    ours: Any
    theirs: Any
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`said` is everything the provider's last message held, as it was."""

    lines: list[Line]
    said: list[tuple[str, Any]]
    heard_at: str

    @property
    def differences(self) -> int:
        return sum(line.differs for line in self.lines)


def compare(payment: Payment, events: Sequence[PaymentEvent]) -> Comparison | None:
    """None where the provider has said nothing yet: our own note of opening the invoice is not its word."""
    told = [event for event in events if event.origin != PaymentEvent.Origin.SYSTEM]
    if not told:
        return None
    last = told[-1]
    theirs = None if last.amount is None else Money(last.amount, last.currency)
    kind = EventKind(last.kind)
    lines = [
        Line(
            _("Сумма"),
            sum_of(payment.money),
            sum_of(theirs),
            theirs is not None and theirs != payment.money,
        ),
        Line(
            _("Состояние"),
            payment.get_status_display(),
            _their_word(payment, last, kind),
            payment.status not in AGREES.get(kind, ()),
        ),
        _identity(_("Номер заказа"), payment.reference, last.raw),
        _identity(_("Номер у платёжной системы"), payment.external_id, last.raw),
    ]
    said = sorted(last.raw.items())
    return Comparison(lines, said, moment(last.applied_at, seconds=True))


def _identity(label: str, ours: str, raw: dict[str, Any]) -> Line:
    """A number of ours in the provider's words; not every message repeats every number."""
    is_named = bool(ours) and ours in {str(value) for value in raw.values()}
    return Line(label, ours or NOTHING, ours if is_named else _("не назван"))


def _their_word(payment: Payment, event: PaymentEvent, kind: EventKind) -> str:
    """Our reading of it, then the provider's own status and what that means."""
    word = str(KIND_WORDS.get(kind, kind))
    status = str(event.raw.get("status", ""))
    if not status:
        return word
    try:
        meanings = get_provider(payment.provider).status_meanings.get(status, {})
    except UnknownProvider:
        meanings = {}
    language = (get_language() or "ru")[:2]
    meaning = meanings.get(language) or meanings.get("ru", "")
    return f"{word} ({status}: {meaning})" if meaning else f"{word} ({status})"
