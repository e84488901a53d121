"""What must hold whatever happened: asked of the database between any two steps, and of the bank at the end."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection

from integrations.models import InboundCallback, OutboxMessage
from payments.models import (
    DayEntry,
    Incident,
    MoneyEntry,
    Payment,
    PaymentEvent,
    Referral,
    Subscription,
)
from payments.money import Money
from payments.provider import EventKind
from payments.services.audit import audit_ledgers
from payments.services.transitions import ACCEPTABLE
from tests.payments.properties.bank import Order
from tests.payments.properties.world import World

S = Payment.Status
Call = InboundCallback.Status
NOT_PAID = ACCEPTABLE - {S.REVIEW}
TWICE = """
SELECT 'purchase', payment_id, count(*) FROM payments_dayentry WHERE kind = 'purchase'
GROUP BY payment_id HAVING count(*) > 1
UNION ALL
SELECT 'capture', payment_id, count(*) FROM payments_moneyentry WHERE kind = 'capture'
GROUP BY payment_id HAVING count(*) > 1
UNION ALL
SELECT 'event', payment_id, count(*) FROM payments_paymentevent
GROUP BY payment_id, provider, event_id HAVING count(*) > 1
UNION ALL
SELECT 'renewal', split_part(renewal_key, ':', 2)::int, count(*) FROM payments_payment
WHERE renewal_key LIKE 'renewal:%%' AND status IN ('paid', 'partly_refunded', 'refunded')
GROUP BY split_part(renewal_key, ':', 2), split_part(renewal_key, ':', 3) HAVING count(*) > 1
"""


def in_order() -> None:
    """Between steps: the product's own audit, and what it is too close to see."""
    report = audit_ledgers()
    assert report.differences == []
    by_currency: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _account, currency, balance in report.balances:
        by_currency[currency] += balance
    assert not any(by_currency.values()), by_currency
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        assert cursor.fetchall() == []


def ends_add_up() -> None:
    """A second reading of the day ledger, by other arithmetic than the audit's."""
    entries: dict[int, list[DayEntry]] = defaultdict(list)
    for entry in DayEntry.objects.order_by("id"):
        entries[entry.subscription_id].append(entry)
    for subscription in Subscription.objects.all():
        end = subscription.created_at
        for entry in entries.pop(subscription.pk, []):
            start = max(end, entry.created_at) if entry.seconds > 0 else end
            assert entry.starts_at == start
            end += (entry.ends_at - entry.starts_at) + (start - end)
        assert subscription.expires_at == end
    assert not entries


def picture() -> dict[str, Any]:
    """Everything that money and days depend on; two equal pictures are the same shop."""
    # A hint that is asked about again may tell something newer, which is kept and changes nothing.
    decided = PaymentEvent.objects.exclude(outcome=PaymentEvent.Outcome.KEPT)
    return {
        "payments": list(
            Payment.objects.order_by("id").values_list("id", "status", "access", "paid_at")
        ),
        "money": list(MoneyEntry.objects.order_by("id").values_list()),
        "days": list(DayEntry.objects.order_by("id").values_list()),
        "ends": list(Subscription.objects.order_by("id").values_list("id", "expires_at")),
        "incidents": list(Incident.objects.order_by("id").values_list("id", "status")),
        "referrals": list(Referral.objects.order_by("id").values_list("id", "status")),
        "events": list(decided.order_by("id").values_list("id", "outcome")),
        "messages": sorted(OutboxMessage.objects.values_list("key", "reaction")),
    }


def repeating_changes_nothing(world: World) -> None:
    """Every call that ever reached us, once more, in one go."""
    before = picture()
    for letter in world.bank.letters:
        if letter.told:
            world.tell(letter)
    InboundCallback.objects.filter(verdict=InboundCallback.Verdict.ACCEPTED).update(
        status=Call.RECEIVED, attempts=0
    )
    world.come_to_rest()
    after = picture()
    changed = {
        name: [row for row in rows if row not in before[name]] for name, rows in after.items()
    }
    assert not any(changed.values()), {name: rows for name, rows in changed.items() if rows}
    assert after == before


def panel_follows(world: World) -> None:
    """Whoever was given days has access until the end of them."""
    for subscription in Subscription.objects.select_related("customer"):
        assert world.panel.ends.get(subscription.customer.payer_id) == subscription.expires_at


def explained(world: World) -> None:
    """Nothing that the bank knows and told us is without a state that explains it."""
    told = {letter.order for letter in world.bank.letters if letter.told}
    rows = Payment.objects.prefetch_related("events", "incidents", "money_entries", "refunds")
    payments = {(payment.provider, payment.reference): payment for payment in rows}
    for order in world.bank.orders:
        payment = payments.get((order.provider, order.reference))
        if payment is not None:
            # Money of an unknown payer that a person linked to it is in nobody's order.
            if not _has(payment, Incident.Kind.UNKNOWN_PAYER):
                _explained_payment(order, payment)
        elif order in told:
            findings = Incident.objects.filter(
                kind=Incident.Kind.UNKNOWN_PAYER, provider=order.provider
            )
            calls = InboundCallback.objects.filter(source=order.provider)
            # Once a person has linked the money, its call has been applied to that payment.
            linked = findings.filter(payment__isnull=False, status=Incident.Status.RESOLVED)
            assert calls.filter(status=Call.UNKNOWN).exists() or linked.exists()
            for movement in order.came:
                assert findings.exists(), movement


def _explained_payment(order: Order, payment: Payment) -> None:
    paid = [
        event
        for event in payment.events.all()
        if event.kind == EventKind.PAID and event.outcome != PaymentEvent.Outcome.KEPT
    ]
    assert len([event for event in paid if event.outcome == PaymentEvent.Outcome.MOVED]) <= 1
    if paid and payment.status in NOT_PAID:
        raise AssertionError(f"{payment} was paid and is {payment.status}")
    if not _has(payment, Incident.Kind.REFUND_FOUND):
        _every_movement_is_booked(order, payment)
    by_hand = any(refund.evidence for refund in payment.refunds.all())
    if [movement.money for movement in order.came] == [payment.money] and not by_hand:
        _the_status_says_what_is_left(order, payment)


def _every_movement_is_booked(order: Order, payment: Payment) -> None:
    """What came in by every operation we know of is in the ledger, once, and what went out is too."""
    events = list(payment.events.all())
    told = {event.operation for event in events if event.kind == EventKind.PAID}
    came = [movement.money for movement in order.came if told & {"", str(movement.number)}]
    expected, found = _sums(came), _booked(payment, "capture", "surplus")
    assert found == expected, f"{payment}: {expected} came in, {found} is booked"
    went = [event for event in events if event.kind == EventKind.REFUNDED]
    went = [event for event in went if event.outcome == PaymentEvent.Outcome.MOVED]
    currencies = {str(movement.number): movement.money.currency for movement in order.went}
    for event in went:
        assert event.currency in ("", currencies.get(event.operation, event.currency)), event
    if any(event.amount is None for event in went):
        return  # "all of it", without a sum
    back = _sums([Money(event.amount or Decimal(0), event.currency) for event in went])
    gone = _booked(payment, "refund", "return")
    assert gone == back, f"{payment}: {back} went back, {gone} is booked"


def _booked(payment: Payment, *kinds: str) -> dict[str, Decimal]:
    entries = payment.money_entries.all()
    return _sums([Money(one.amount, one.currency) for one in entries if one.kind in kinds])


def _sums(money: list[Money]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in money:
        sums[one.currency] += one.amount
    return dict(sums)


def _has(payment: Payment, kind: Incident.Kind) -> bool:
    return any(incident.kind == kind for incident in payment.incidents.all())


def _the_status_says_what_is_left(order: Order, payment: Payment) -> None:
    """Of an order that was paid once and rightly, once everything was told."""
    sums = [one.money.amount for one in order.went]
    back = sum(amount for amount in sums if amount <= payment.amount)
    if order.went and payment.status in NOT_PAID:
        # Whoever asked learned that money had gone back. Then the refund waits, where people see it.
        assert InboundCallback.objects.filter(case=payment.case, status=Call.WAITING).exists()
    elif any(amount > payment.amount for amount in sums) and payment.status == S.REFUNDED:
        assert _has(payment, Incident.Kind.REFUND_FOUND) or back
    else:
        whole = S.REFUNDED if back == payment.amount else S.PARTLY_REFUNDED
        assert payment.status == (whole if back else S.PAID)
