"""The only code that changes Payment.status.

One event moves one payment by one row of TRANSITIONS, in one transaction, with its customers locked. An event that
was seen before, or that nothing may follow from, leaves only its own row behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import structlog
from django.db import transaction

from integrations.clock import now
from integrations.models import InboundCallback
from integrations.services import outbox
from payments.errors import EventTooEarly, NotAcceptable, UnconfirmedHint, UnknownPayment
from payments.models import Gift, Incident, Payment, PaymentEvent, Referral
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import findings, holding, money_back, promotions, renewals
from payments.services.locks import lock_customers
from payments.services.settlement import settle_accepted, settle_paid

log = structlog.get_logger(__name__)

Status = Payment.Status
Outcome = PaymentEvent.Outcome
Origin = PaymentEvent.Origin

CLOSED_UNPAID = frozenset({Status.FAILED, Status.CANCELED, Status.EXPIRED})
MONEY_IS_IN = frozenset({Status.PAID, Status.PARTLY_REFUNDED, Status.REFUNDED})
# Orders that waiting money may pay for: nothing was booked for them yet.
ACCEPTABLE = frozenset(Status) - MONEY_IS_IN


@dataclass(frozen=True, slots=True)
class Transition:
    to: Status
    allowed_from: frozenset[str]
    waits_in: frozenset[str] = frozenset()


TRANSITIONS: dict[EventKind, Transition] = {
    EventKind.PENDING: Transition(Status.PENDING, frozenset({Status.CREATED})),
    # Money that arrives late is still money: a payment given up here becomes paid.
    EventKind.PAID: Transition(
        Status.PAID,
        frozenset({Status.CREATED, Status.PENDING, Status.FAILED, Status.CANCELED, Status.EXPIRED}),
    ),
    EventKind.FAILED: Transition(Status.FAILED, frozenset({Status.CREATED, Status.PENDING})),
    EventKind.CANCELED: Transition(Status.CANCELED, frozenset({Status.CREATED, Status.PENDING})),
    EventKind.REFUNDED: Transition(
        Status.REFUNDED,
        frozenset({Status.PAID, Status.PARTLY_REFUNDED}),
        # Its payment may be told of later. What never is, has come and gone: see `waited`.
        waits_in=frozenset(
            {Status.CREATED, Status.PENDING, Status.FAILED, Status.CANCELED, Status.EXPIRED}
        ),
    ),
}


def find_payment(*, provider: str, event: ProviderEvent) -> Payment:
    """The payment an event speaks of: by the id we stored, else by our own order number.

    Both must agree where both are known, so that another order's id cannot pay for this one. Raises UnknownPayment.
    """
    payments = Payment.objects.filter(provider=provider)
    payment = None
    if event.external_id:
        payment = payments.filter(external_id=event.external_id).first()
    if payment is None and event.reference:
        payment = payments.filter(reference=event.reference).first()
    if payment is None:
        raise UnknownPayment("no such order here")
    if event.reference and event.reference != payment.reference:
        raise UnknownPayment("the id belongs to another order")
    if event.external_id and payment.external_id and event.external_id != payment.external_id:
        raise UnknownPayment("the order has another id")
    return payment


def customers_involved(customer_ids: Iterable[int]) -> set[int]:
    """These customers, their inviters, who has a gift of theirs: all whose ledgers a settlement may touch."""
    ids = set(customer_ids)
    inviters = Referral.objects.filter(friend__in=ids).values_list("inviter_id", flat=True)
    receivers = Gift.objects.filter(payment__customer__in=ids, claimed_by__isnull=False)
    return ids | set(inviters) | set(receivers.values_list("claimed_by_id", flat=True))


def lock_involved(customer_ids: Iterable[int]) -> None:
    """Hold them all until the transaction ends. Who claims a gift while we wait is one of them too."""
    payers = set(customer_ids)
    while True:
        wanted = customers_involved(payers)
        savepoint = transaction.savepoint()
        lock_customers(wanted)
        if customers_involved(payers) <= wanted:
            transaction.savepoint_commit(savepoint)
            return
        transaction.savepoint_rollback(savepoint)  # gives the locks back: they are taken in order


def apply_event(
    *,
    payment_id: int,
    event: ProviderEvent,
    origin: PaymentEvent.Origin,
    callback: InboundCallback | None = None,
    waited: bool = False,
) -> PaymentEvent.Outcome:
    """Move one payment by one event, whatever the outcome, in one transaction.

    Raises EventTooEarly where the event it builds on is still to come; `waited` says that it is not: it was waited for
    long enough, or the provider itself was asked just now.
    """
    with transaction.atomic():
        customer_id = Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id)
        lock_involved([customer_id])
        return apply_locked(
            payment_id=payment_id, event=event, origin=origin, callback=callback, waited=waited
        )


def apply_locked(
    *,
    payment_id: int,
    event: ProviderEvent,
    origin: PaymentEvent.Origin,
    callback: InboundCallback | None,
    waited: bool = False,
) -> PaymentEvent.Outcome:
    """The body of `apply_event` for a caller that holds the customers' locks."""
    if event.trust is Trust.HINT:
        raise UnconfirmedHint(f"{event.kind} is only a hint")
    rows = Payment.objects.select_for_update(of=("self",)).select_related("customer")
    payment = rows.get(pk=payment_id)
    transition = TRANSITIONS.get(event.kind)
    if transition is None:
        return Outcome.KEPT
    event = findings.in_its_currency(payment, event)
    if payment.status in transition.waits_in and not waited:
        raise EventTooEarly(f"{event.kind} while {payment.status}")
    record = PaymentEvent(
        payment=payment,
        provider=payment.provider,
        event_id=event.event_id,
        kind=event.kind,
        operation=event.operation,
        trust=event.trust,
        origin=origin,
        callback=callback,
        amount=event.money.amount if event.money else None,
        currency=event.money.currency if event.money else "",
        status_before=payment.status,
        status_after=payment.status,
        outcome=Outcome.KEPT,
        raw=dict(event.raw),
    )
    if PaymentEvent.objects.filter(provider=payment.provider, event_id=event.event_id).exists():
        return Outcome.KEPT
    if event.external_id and not payment.external_id:
        payment.external_id = event.external_id
        payment.save(update_fields=["external_id"])
    holding.follow_locked(payment, event)
    if event.kind is EventKind.REFUNDED:
        _refund(payment, event, record, waited=waited)
    elif payment.status in transition.allowed_from:
        _move(payment, transition, event, record)
        renewals.follow_locked(payment, event)
    elif event.kind is EventKind.PAID and findings.is_another_sum(payment, event):
        _paid_again(payment, event, record)
    record.save()
    log.info(
        "payment.event",
        case=payment.case,
        kind=event.kind.value,
        trust=event.trust.value,
        origin=origin.value,
        before=record.status_before,
        after=record.status_after,
    )
    return Outcome(record.outcome)


def _move(
    payment: Payment, transition: Transition, event: ProviderEvent, record: PaymentEvent
) -> None:
    to, note = transition.to, event.reason
    if event.kind is EventKind.PAID:
        if event.money != payment.money:
            to, note = Status.REVIEW, findings.other_money(payment, event, record.callback)
        elif payment.status in findings.CLOSED:
            findings.paid_late(payment, event, record.callback)
    set_status(payment, to, reason=note)
    record.status_after = to
    record.outcome = Outcome.REVIEW if to == Status.REVIEW else Outcome.MOVED
    record.note = note[:300]
    if to == Status.PAID:
        settle_paid(payment)
    elif to == Status.REVIEW:
        _announce(payment, "payment.review")
    elif to == Status.FAILED:
        _announce(payment, "payment.failed")


def _paid_again(payment: Payment, event: ProviderEvent, record: PaymentEvent) -> None:
    """One more operation for the same order. It completes an order whose first sum was wrong; else it buys nothing."""
    if payment.status == Status.REVIEW and event.money == payment.money:
        _move(payment, TRANSITIONS[EventKind.PAID], event, record)
        return
    record.outcome = Outcome.REVIEW
    record.note = findings.paid_again(payment, event, record.callback)[:300]


def _refund(payment: Payment, event: ProviderEvent, record: PaymentEvent, *, waited: bool) -> None:
    back = money_back.decide(payment, event, record, waited=waited)
    if back is None:
        return
    record.status_after = back.to
    record.outcome = Outcome.MOVED
    record.note = record.note or event.reason[:300]
    if back.to != payment.status:
        set_status(payment, back.to, reason=event.reason)
    back.post()


def accept_waiting(
    *, payment: Payment, incident: Incident, amount: Decimal, reason: str
) -> PaymentEvent:
    """A person lets waiting money pay for an order that has brought none yet. Payment and customers are locked.

    `amount` is of the incident's currency, at most what waits. Raises NotAcceptable where the order has its money.
    """
    if payment.status not in ACCEPTABLE:
        raise NotAcceptable(f"payment {payment.pk} is {payment.status}")
    record = PaymentEvent(
        payment=payment,
        provider=payment.provider,
        event_id=f"staff:accepted:{incident.pk}",
        kind=EventKind.PAID,
        operation=incident.operation,
        trust=Trust.SIGNED,
        origin=Origin.STAFF,
        amount=amount,
        currency=incident.currency,
        status_before=payment.status,
        status_after=Status.PAID,
        outcome=Outcome.MOVED,
        note=reason[:300],
    )
    set_status(payment, Status.PAID, reason=reason)
    settle_accepted(payment, incident, amount)
    record.save()
    return record


def set_status(payment: Payment, to: Payment.Status, *, reason: str = "") -> None:
    """Write a status and what goes with it. The row is locked by the caller."""
    payment.status = to
    payment.reason = reason[:300]
    changed = ["status", "reason"]
    if to == Status.PAID:
        payment.paid_at = now()
        payment.access = Payment.Access.GRANTING
        changed += ["paid_at", "access"]
    elif to == Status.REFUNDED and payment.paid_at is None:
        payment.paid_at = now()  # the money came, though it never paid for anything
        changed.append("paid_at")
    elif to == Status.PENDING and payment.opened_at is None:
        payment.opened_at = now()
        changed.append("opened_at")
    payment.save(update_fields=changed)
    if to in CLOSED_UNPAID:
        promotions.release(payment)


def close_open(*, payment_id: int, to: Payment.Status, reason: str = "") -> bool:
    """Give up an open payment from our side (cancelled by the customer, expired); False where it is not open.

    Only our own view changes: money that still arrives is honoured.
    """
    with transaction.atomic():
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        if not payment.is_open:
            return False
        set_status(payment, to, reason=reason)
        if to == Status.EXPIRED:
            _announce(payment, "payment.expired")
        return True


def _announce(payment: Payment, topic: str) -> None:
    outbox.publish(
        topic, {"payment_id": payment.pk}, key=f"{topic}:{payment.pk}", case=payment.case
    )
