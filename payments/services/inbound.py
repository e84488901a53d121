"""What becomes of one stored call: applied, tried again later, or a person's case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import transaction

from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.services.calls import finish, retry
from payments.errors import EventTooEarly, UnknownPayment
from payments.models import Incident, Payment, PaymentEvent
from payments.provider import EventKind, ProviderEvent
from payments.services import provider_subscriptions
from payments.services.findings import in_its_currency
from payments.services.incident_links import linked, unknown_payer_key
from payments.services.incidents import open_incident
from payments.services.self_test import CASE as SELF_TEST
from payments.services.self_test import is_self_test
from payments.services.transitions import apply_locked, find_payment, lock_involved

UNKNOWN_AFTER = timedelta(minutes=1)  # how long an order may be ahead of our own commit
EARLY_FOR = timedelta(hours=1)  # how long a refund may be ahead of its payment
ABOUT_MONEY = frozenset({EventKind.PAID, EventKind.REFUNDED})
SILENT = frozenset({EventKind.UNKNOWN, EventKind.CHECK})  # genuine, and nothing follows from them

Status = InboundCallback.Status


@dataclass(frozen=True, slots=True)
class Call:
    """A stored call with what it says and the payment each event speaks of; the reason where there is none.

    Payments are looked up once, before anything is locked: who is locked and what is moved are then the same.
    """

    row: InboundCallback
    told: list[tuple[ProviderEvent, Payment | UnknownPayment]]
    of_subscriptions: list[ProviderEvent] = field(default_factory=list)


def is_silent(event: ProviderEvent) -> bool:
    return event.kind in SILENT and not event.subscription_status


def look_up(row: InboundCallback, events: list[ProviderEvent]) -> Call:
    call = Call(row, [])
    for event in events:
        if event.subscription_status:
            call.of_subscriptions.append(event)
        elif is_self_test(event.reference):
            row.case = SELF_TEST
        elif event.kind not in SILENT:
            call.told.extend(_speaks_of(row.source, event))
    return call


def _speaks_of(
    provider: str, event: ProviderEvent
) -> list[tuple[ProviderEvent, Payment | UnknownPayment]]:
    """The payment an event is about; nothing where a subscription of ours tells of a charge that gave no money."""
    charged = provider_subscriptions.payment_of_charge(provider=provider, event=event)
    charged = charged or provider_subscriptions.payment_of_refund(provider=provider, event=event)
    if charged is not None:
        return [charged]
    try:
        return [(event, find_payment(provider=provider, event=event))]
    except UnknownPayment as unknown_payment:
        if provider_subscriptions.is_only_an_attempt(provider=provider, event=event):
            return []
        return [linked(provider, event) or (event, unknown_payment)]


def lock_customers_of(calls: Iterable[Call]) -> None:
    """Hold everybody whose ledgers these calls may touch until the transaction ends."""
    payers = [
        payment.customer_id
        for call in calls
        for _event, payment in call.told
        if isinstance(payment, Payment)
    ]
    lock_involved(payers)


def apply_call(call: Call) -> int:
    """Apply a call's events and finish its row with them, inside the caller's transaction.

    Returns 1 where the row is finished, 0 where it waits. Log lines carry the id the request was answered with.
    """
    row = call.row
    with structlog.contextvars.bound_contextvars(callback=row.pk, request_id=row.request_id):
        try:
            outcomes = [_move(row, event, payment) for event, payment in call.told]
            outcomes += [
                provider_subscriptions.follow_status(provider=row.source, event=event)
                for event in call.of_subscriptions
            ]
        except UnknownPayment as error:
            strangers = [event for event, payment in call.told if not isinstance(payment, Payment)]
            return unknown(row, error, strangers)
        except EventTooEarly as error:
            return early(call, error)
        return finish(row, Status.APPLIED, ", ".join(outcomes) or "nothing to do")


def _move(row: InboundCallback, event: ProviderEvent, payment: Payment | UnknownPayment) -> str:
    if isinstance(payment, UnknownPayment):
        raise payment
    row.case = payment.case
    return apply_locked(
        payment_id=payment.pk,
        event=event,
        origin=PaymentEvent.Origin.CALLBACK,
        callback=row,
        waited=_has_waited(row),
    ).value


def _has_waited(row: InboundCallback) -> bool:
    return wall_clock() - row.received_at > EARLY_FOR


def unknown(row: InboundCallback, error: UnknownPayment, told: Iterable[ProviderEvent]) -> int:
    """A genuine call about no order of ours: our own row may be uncommitted yet, later it is a person's case."""
    if wall_clock() - row.received_at < UNKNOWN_AFTER:
        return retry(row, error, is_expected=True)
    with transaction.atomic():
        for event in told:
            if event.kind in ABOUT_MONEY:
                open_incident(
                    kind=Incident.Kind.UNKNOWN_PAYER,
                    key=unknown_payer_key(row.source, event),
                    provider=row.source,
                    callback=row,
                    external_id=event.external_id or event.reference,
                    operation=event.operation,
                    money=event.money,
                    detail=f"{event.kind.value}: {error}",
                )
        return finish(row, Status.UNKNOWN, str(error))


def early(call: Call, error: EventTooEarly) -> int:
    """What it builds on is still to come. Where it never does, a person asks the provider; the call waits on."""
    if _has_waited(call.row):
        for event, payment in call.told:
            if isinstance(payment, Payment):
                open_incident(
                    kind=Incident.Kind.NO_CALLBACK,
                    key=f"no_callback:{payment.pk}",
                    provider=payment.provider,
                    payment=payment,
                    callback=call.row,
                    operation=event.charge or event.operation,
                    money=in_its_currency(payment, event).money,
                    detail=str(error),
                )
    return retry(call.row, error, is_expected=True, for_ever=True)
