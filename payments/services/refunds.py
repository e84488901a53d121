"""Giving money back: the wish, the decision, the second pair of eyes, the transfer by hand.

Every verb locks the payment first and its refund second, so that two people deciding at once are one decision. The
provider is asked by `refund_sending`, the money is booked by `transitions`; access goes when the money has gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.clock import now, wall_clock
from integrations.services import outbox
from integrations.wakeups import wake
from payments.errors import RefundImpossible, RefundRefusal
from payments.models import Incident, Payment, PaymentEvent, Refund
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import cooldowns
from payments.services import refund_rules as rules
from payments.services.locks import lock_customers
from payments.services.transitions import apply_locked, customers_involved

log = structlog.get_logger(__name__)

SEND = "payments.send_refunds"  # the task's name: services never import tasks
KOPECK = Decimal("0.01")

Status = Refund.Status


def request_refund(*, payment_id: int, customer_id: int, wish: str = "") -> Refund:
    """The customer asks for all that is left. A second tap gives the same request again.

    Raises RefundImpossible, TooSoon, and Payment.DoesNotExist for a payment that is not his.
    """
    with transaction.atomic():
        payment = _locked(payment_id, customer_id=customer_id)
        undecided = rules.undecided_of(payment)
        if undecided is not None:
            if undecided.origin == Refund.Origin.CUSTOMER and undecided.status == Status.REQUESTED:
                return undecided
            raise RefundImpossible(RefundRefusal.UNDECIDED, refund_id=undecided.pk)
        _must_be_paid(payment)
        left = rules.refundable(payment)
        if left.amount <= 0:
            raise RefundImpossible(RefundRefusal.NOTHING_LEFT)
        if rules.asks_again_at(payment) is not None:
            raise RefundImpossible(RefundRefusal.TOO_SOON)
        cooldowns.take_turn(customer_id=customer_id, action=cooldowns.Action.REFUND)
        refund = Refund.objects.create(
            payment=payment,
            origin=Refund.Origin.CUSTOMER,
            amount=left.amount,
            currency=left.currency,
            wish=wish[:500],
        )
        _announce(refund, "refund.requested")
        return refund


def withdraw(*, refund_id: int, customer_id: int) -> bool:
    """The customer has changed his mind; False where it is decided already, or not his."""
    found = Refund.objects.filter(pk=refund_id, payment__customer_id=customer_id).first()
    if found is None:
        return False
    try:
        with _moving(refund_id, Status.REQUESTED) as refund:
            _finish(refund, Status.WITHDRAWN)
    except RefundImpossible:
        return False
    return True


def start_refund(
    *,
    payment_id: int,
    staff: AbstractBaseUser,
    amount: Decimal,
    days: int,
    reason: str,
    key: UUID,
    incident_id: int | None = None,
) -> Refund:
    """Staff give money back of their own accord: decided with the same click.

    `amount` is in the currency that came; `days` are taken off with a part of the money, the whole takes all. `key`
    comes from the form: sent twice it is one refund. `incident_id` names money that waits apart: it bought nothing, and
    its incident is resolved when it has gone. Raises RefundImpossible.
    """
    with transaction.atomic():
        payment = _locked(payment_id)
        if sent := payment.refunds.filter(reference=key.hex).first():
            return sent
        if undecided := rules.undecided_of(payment):
            raise RefundImpossible(RefundRefusal.UNDECIDED, refund_id=undecided.pk)
        incident = None
        if incident_id is None:
            _must_be_paid(payment)
        else:
            incident = Incident.objects.select_for_update().get(pk=incident_id, payment=payment)
        refund = Refund(
            reference=key.hex,
            payment=payment,
            origin=Refund.Origin.STAFF,
            operation=incident.operation if incident is not None else "",
        )
        _decide(refund, staff=staff, amount=amount, days=days, reason=reason, incident=incident)
        if incident is not None:
            incident.refund = refund
            incident.save(update_fields=["refund"])
        return refund


def approve(
    *, refund_id: int, staff: AbstractBaseUser, amount: Decimal, days: int, reason: str
) -> Refund:
    """Give the customer what he asked for, or a part of it. Raises RefundImpossible."""
    with _moving(refund_id, Status.REQUESTED) as refund:
        _must_be_paid(refund.payment)
        _decide(refund, staff=staff, amount=amount, days=days, reason=reason)
        return refund


def confirm(*, refund_id: int, staff: AbstractBaseUser) -> Refund:
    """The second person agrees; the money may go. Raises RefundImpossible."""
    with _moving(refund_id, Status.SECOND) as refund:
        if refund.decided_by_id == staff.pk:
            raise RefundImpossible(RefundRefusal.SAME_PERSON, refund_id=refund.pk)
        refund.second_by_id = staff.pk
        refund.second_at = now()
        _order(refund)
        return refund


def reject(*, refund_id: int, staff: AbstractBaseUser, reason: str) -> Refund:
    """No money goes back, and the customer who asked is told why; also where the provider would not send it.

    Raises RefundImpossible.
    """
    with _moving(refund_id, Status.REQUESTED, Status.SECOND, Status.FAILED) as refund:
        if refund.status == Status.REQUESTED:
            refund.decided_by_id, refund.decided_at = staff.pk, now()
        elif refund.status == Status.SECOND and refund.decided_by_id != staff.pk:
            refund.second_by_id, refund.second_at = staff.pk, now()
        refund.reason = reason[:500]
        _finish(refund, Status.REJECTED)
        if refund.origin == Refund.Origin.CUSTOMER:
            _announce(refund, "refund.rejected")
        return refund


def complete_manual(*, refund_id: int, staff: AbstractBaseUser, evidence: str) -> Refund:
    """A person has transferred the money: book it, with the proof. Raises RefundImpossible.

    Also for a refund that the provider would not make. `evidence` says which bank, number and moment.
    """
    if not evidence.strip():
        raise ValueError("a transfer by hand is booked with its proof only")
    payment_id, customer_id = Refund.objects.values_list("payment_id", "payment__customer_id").get(
        pk=refund_id
    )
    with transaction.atomic():
        lock_customers(customers_involved([customer_id]))
        with _moving(refund_id, Status.MANUAL, Status.FAILED) as refund:
            left = rules.unspent(refund.payment, incident=rules.incident_of(refund))
            if refund.amount > left.amount:
                raise RefundImpossible(RefundRefusal.AMOUNT, refund_id=refund.pk)
            refund.evidence = evidence.strip()[:500]
            refund.save(update_fields=["evidence"])
            told = ProviderEvent(
                kind=EventKind.REFUNDED,
                trust=Trust.SIGNED,
                event_id=by_hand(refund.reference),
                reference=refund.payment.reference,
                external_id=refund.payment.external_id,
                money=refund.money,
                refund=refund.reference,
                raw={"status": "by_hand", "staff": staff.get_username()},
            )
            apply_locked(
                payment_id=payment_id,
                event=told,
                origin=PaymentEvent.Origin.STAFF,
                callback=None,
            )
            refund.refresh_from_db()
            if refund.status != Status.SUCCEEDED:
                raise RefundImpossible(RefundRefusal.AMOUNT, refund_id=refund.pk)
            return refund


def by_hand(reference: str) -> str:
    """The id of the event by which a transfer made by hand is booked, once."""
    return f"by_hand:{reference}"


def _decide(
    refund: Refund,
    *,
    staff: AbstractBaseUser,
    amount: Decimal,
    days: int,
    reason: str,
    incident: Incident | None = None,
) -> None:
    """Write the first person's decision down and send the refund on. The payment is locked."""
    if not reason.strip() or days < 0:
        raise ValueError("a decision has a reason, and days are not negative")
    left = rules.refundable(refund.payment, incident=incident)
    if amount <= 0 or amount != amount.quantize(KOPECK) or amount > left.amount:
        raise RefundImpossible(RefundRefusal.AMOUNT, refund_id=refund.pk)
    refund.currency = left.currency
    refund.amount = amount
    refund.days = days
    refund.reason = reason.strip()[:500]
    refund.decided_by_id = staff.pk
    refund.decided_at = now()
    if rules.needs_second_person(Money(amount, refund.currency)):
        refund.status = Status.SECOND
        refund.save()
        _announce(refund, "refund.second")
        return
    _order(refund)


def _order(refund: Refund) -> None:
    """To the worker, or to a person where the provider gives nothing back by itself."""
    if rules.gives_back_itself(refund.payment):
        refund.status = Status.ORDERED
        refund.not_before = wall_clock()
        transaction.on_commit(lambda: wake(SEND))
    else:
        refund.status = Status.MANUAL
    refund.save()
    log.info("refund.decided", case=refund.payment.case, refund=refund.pk, status=refund.status)


def _locked(payment_id: int, **owner: int) -> Payment:
    return Payment.objects.select_for_update().get(pk=payment_id, **owner)


def _must_be_paid(payment: Payment) -> None:
    if payment.status not in rules.REFUNDABLE:
        raise RefundImpossible(RefundRefusal.NOT_PAID)


@contextmanager
def _moving(refund_id: int, *allowed: Refund.Status) -> Iterator[Refund]:
    """A refund in one of these states, its payment and itself locked. Raises RefundImpossible."""
    with transaction.atomic():
        payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
        payment = _locked(payment_id)
        refund = Refund.objects.select_for_update().get(pk=refund_id)
        refund.payment = payment
        if refund.status not in allowed:
            raise RefundImpossible(RefundRefusal.MOVED, refund_id=refund_id)
        yield refund


def _finish(refund: Refund, status: Refund.Status, *, at: datetime | None = None) -> None:
    refund.status = status
    refund.finished_at = at or now()
    refund.save()


def _announce(refund: Refund, topic: str) -> None:
    outbox.publish(
        topic, {"refund_id": refund.pk}, key=f"{topic}:{refund.pk}", case=refund.payment.case
    )
