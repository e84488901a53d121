"""What a provider's event says that was not agreed upon: each finding becomes an incident, its money waits apart.

Called by `transitions` with the payment locked; no status is decided here.
"""

from __future__ import annotations

from dataclasses import replace

from integrations.models import InboundCallback
from payments.models import Incident, Payment, PaymentEvent, Refund
from payments.money import NO_CURRENCY, Money
from payments.provider import EventKind, ProviderEvent
from payments.services import incidents, suspense
from payments.services.incidents import Kind, open_incident

CLOSED = frozenset(
    {Payment.Status.EXPIRED, Payment.Status.CANCELED, Payment.Status.FAILED}
)  # given up by us before the money came


def other_money(payment: Payment, event: ProviderEvent, callback: InboundCallback | None) -> str:
    """Another sum or currency than ordered: it waits. Returns why, for the payment's reason."""
    why = f"paid {event.money}, ordered {payment.money}"
    _hold(payment, event, callback, kind=_kind_of(payment, event.money), detail=why)
    return why


def paid_again(payment: Payment, event: ProviderEvent, callback: InboundCallback | None) -> str:
    """The same order paid by one more operation: it buys nothing by itself."""
    why = f"paid once more, operation {event.operation}"
    _hold(payment, event, callback, kind=Kind.PAID_TWICE, detail=why)
    return why


def paid_late(payment: Payment, event: ProviderEvent, callback: InboundCallback | None) -> None:
    """Money for an order that was given up here. Access is given all the same; a person may think otherwise."""
    open_incident(
        kind=Kind.LATE,
        key=f"late:{payment.pk}",
        provider=payment.provider,
        payment=payment,
        callback=callback,
        operation=event.operation,
        money=event.money,
        detail=f"paid while {payment.status}",
    )


def odd_refund(
    payment: Payment, event: ProviderEvent, callback: InboundCallback | None, why: str
) -> None:
    """More than was left here, another currency, money nobody told of: nothing is booked until a person has looked."""
    open_incident(
        kind=Kind.REFUND_FOUND,
        key=f"refund:{payment.pk}:{event.event_id}",
        provider=payment.provider,
        payment=payment,
        callback=callback,
        operation=event.operation,
        money=event.money,
        detail=why,
    )


def refund_found(
    payment: Payment, event: ProviderEvent, callback: InboundCallback | None, money: Money
) -> None:
    """Money that somebody gave back without us: booked, and a person says whether that was right."""
    open_incident(
        kind=Kind.REFUND_FOUND,
        key=f"refund:{payment.pk}:{event.event_id}",
        provider=payment.provider,
        payment=payment,
        callback=callback,
        operation=event.operation,
        money=money,
        detail="given back without us",
    )


def came_and_went(
    payment: Payment,
    event: ProviderEvent,
    callback: InboundCallback | None,
    money: Money,
    why: str,
) -> None:
    """Money that had gone back before we heard that it came: both are booked, and a person may look at it."""
    incident = open_incident(
        kind=Kind.REFUND_FOUND,
        key=f"refund:{payment.pk}:{event.event_id}",
        provider=payment.provider,
        payment=payment,
        callback=callback,
        operation=event.charge or event.operation,
        money=money,
        detail=why,
    )
    if incidents.countable(money) is not None:
        suspense.hold(incident)
        suspense.give_back(incident, suspense.left_of(incident))


def incident_refunded(payment: Payment, event: ProviderEvent) -> Incident | None:
    """Whose waiting money a refund gives back; None where it is the money the payment brought.

    Our own refund knows, where it is named; then the charge, where the provider names it. Then a refund of ours of this
    sum that is under way; otherwise waiting money goes first, because it bought nothing.
    """
    waiting = incidents.waiting_money(payment)
    if not waiting:
        return None
    ours = payment.refunds.filter(reference=event.refund).first() if event.refund else None
    if ours is None and event.charge:
        named = next((one for one in waiting if one.operation == event.charge), None)
        return named if named is not None and _holds(named, event.money) else None
    ours = ours or _refund_under_way(payment, event.money)
    if ours is not None:
        return next((one for one in waiting if one.refund_id == ours.pk), None)
    if event.money is None and payment.status != Payment.Status.REVIEW:
        return None
    return next((one for one in waiting if _fits(one, event.money)), None)


def _fits(incident: Incident, money: Money | None) -> bool:
    return money is None or (money.currency == incident.currency and _holds(incident, money))


def _holds(incident: Incident, money: Money | None) -> bool:
    return money is None or money.amount <= suspense.left_of(incident)


def _refund_under_way(payment: Payment, money: Money | None) -> Refund | None:
    sent = payment.refunds.filter(
        status__in=[Refund.Status.ORDERED, Refund.Status.PENDING, Refund.Status.MANUAL]
    )
    if money is not None:
        sent = sent.filter(amount=money.amount, currency=money.currency)
    return sent.order_by("pk").first()


def is_of_unheard_charge(payment: Payment, event: ProviderEvent) -> bool:
    """Whether a refund names a charge that nobody has told us of, of an order whose other charges we know.

    A refund of our own knows its money without that.
    """
    ours = event.refund and payment.refunds.filter(reference=event.refund).exists()
    if not event.charge or ours:
        return False
    paid = payment.events.filter(kind=EventKind.PAID).exclude(operation="")
    operations = set(paid.values_list("operation", flat=True))
    return bool(operations) and event.charge not in operations


def in_its_currency(payment: Payment, event: ProviderEvent) -> ProviderEvent:
    """Money that goes back has the currency it came in, and a provider may leave it out.

    It is that of the operation, as we were told of it; of the order, where nobody told.
    """
    backwards = event.kind in (EventKind.REFUNDED, EventKind.CANCELED)
    if not backwards or event.money is None or event.money.currency != NO_CURRENCY:
        return event
    told = payment.events.exclude(operation="").exclude(currency__in=["", NO_CURRENCY])
    of_it = told.filter(operation=event.charge or event.operation).order_by("pk").first()
    currency = of_it.currency if of_it is not None else payment.currency
    return replace(event, money=Money(event.money.amount, currency))


def is_another_sum(payment: Payment, event: ProviderEvent) -> bool:
    """Whether this money came by another operation than any that was written down: the order was paid once more."""
    known = payment.events.filter(
        kind=EventKind.PAID,
        outcome__in=[PaymentEvent.Outcome.MOVED, PaymentEvent.Outcome.REVIEW],
    ).exclude(operation="")
    operations = set(known.values_list("operation", flat=True))
    if not operations and payment.status == Payment.Status.REFUNDED:  # came and went unheard
        operations = set(payment.incidents.values_list("operation", flat=True))
    return bool(event.operation and operations) and event.operation not in operations


def _kind_of(payment: Payment, money: Money | None) -> Incident.Kind:
    if money is None or money.currency != payment.currency:
        return Kind.WRONG_CURRENCY
    return Kind.UNDERPAID if money.amount < payment.amount else Kind.OVERPAID


def _hold(
    payment: Payment,
    event: ProviderEvent,
    callback: InboundCallback | None,
    *,
    kind: Incident.Kind,
    detail: str,
) -> None:
    incident = open_incident(
        kind=kind,
        key=f"money:{payment.pk}:{event.operation or event.event_id}",
        provider=payment.provider,
        payment=payment,
        callback=callback,
        operation=event.operation,
        money=event.money,
        detail=detail,
    )
    if incident.amount is not None and not suspense.left_of(incident):
        suspense.hold(incident)
