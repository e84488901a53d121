"""What a refund told by a provider does to the books: which money it is, and what is left of the payment.

Called by `transitions` with the payment locked: it decides, `transitions` writes the status, then the money is booked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from payments.errors import EventTooEarly
from payments.models import Incident, Payment, PaymentEvent, Refund
from payments.money import Money
from payments.provider import ProviderEvent
from payments.services import findings, refund_records, suspense
from payments.services.incidents import resolve, waiting_money
from payments.services.settlement import money_left, settle_refund, settle_returned

Status = Payment.Status

GIVEN_BACK = "given_back"  # the resolution of money that has gone back


@dataclass(frozen=True, slots=True)
class Back:
    """The payment's status once the money is back, and the posting to make under it."""

    to: Payment.Status
    post: Callable[[], object]


def decide(
    payment: Payment, event: ProviderEvent, record: PaymentEvent, *, waited: bool
) -> Back | None:
    """What follows from money that went back, whole or in part; None: nothing moves.

    A sum that cannot be right moves nothing: a person looks at it. Raises EventTooEarly where a part went back of money
    that never came, and where the charge it names is not the one that was booked and may still be told of.
    """
    if note := refund_records.counted(payment, event):
        record.note = note
        return None
    incident = findings.incident_refunded(payment, event)
    if incident is not None:
        return _of_waiting(payment, incident, event)
    if payment.status in (Status.PAID, Status.PARTLY_REFUNDED):
        if findings.is_of_unheard_charge(payment, event):
            why = f"{event.money} of operation {event.charge} went back, and none has come"
            if not waited:
                raise EventTooEarly(why)
            _odd(payment, event, record, why)
            return None
        return _of_booked(payment, event, record)
    if payment.status == Status.REFUNDED:
        return None
    money = event.money or payment.money
    if money.currency == payment.currency and money.amount < payment.amount:
        raise EventTooEarly(f"{money} of {payment.money} went back, and none has come")
    record.note = f"{money} came and went back before it was booked here"[:300]
    return Back(
        Status.REFUNDED,
        partial(findings.came_and_went, payment, event, record.callback, money, record.note),
    )


def _of_waiting(payment: Payment, incident: Incident, event: ProviderEvent) -> Back:
    """Money that waited went back: its incident has nothing left to decide."""
    left = suspense.left_of(incident)
    amount = event.money.amount if event.money else left
    others = [row for row in waiting_money(payment) if row.pk != incident.pk]
    is_last = amount == left and payment.status == Status.REVIEW and not others

    def post() -> None:
        refund_records.recognise(
            payment, event, Money(amount, incident.currency), of_charge=incident.operation
        )
        settle_returned(payment, incident, amount, whole=is_last)
        if amount == left:
            resolve(incident, resolution=incident.resolution or GIVEN_BACK, note=incident.note)

    return Back(Status.REFUNDED if is_last else Status(payment.status), post)


def _of_booked(payment: Payment, event: ProviderEvent, record: PaymentEvent) -> Back | None:
    left = money_left(payment)
    money = event.money or left
    if money.currency != left.currency or not 0 < money.amount <= left.amount:
        _odd(payment, event, record, f"refund of {event.money}, left were {left}")
        return None
    is_last = money.amount == left.amount

    def post() -> None:
        refund = refund_records.recognise(payment, event, money)
        # What a person has booked himself is no finding.
        if refund.origin == Refund.Origin.PROVIDER and record.origin != PaymentEvent.Origin.STAFF:
            findings.refund_found(payment, event, record.callback, money)
        settle_refund(payment, refund)

    return Back(Status.REFUNDED if is_last else Status.PARTLY_REFUNDED, post)


def _odd(payment: Payment, event: ProviderEvent, record: PaymentEvent, why: str) -> None:
    record.outcome = PaymentEvent.Outcome.REVIEW
    record.note = why[:300]
    findings.odd_refund(payment, event, record.callback, why)
