"""Reminders about the end of a term: who is due, and whether it is still true just before it is sent.

The row is written first, with the outbox row that sends it, and is unique for a subscription, an end and a kind. So
nothing is said twice; what a crash leaves unclear is shown as such and not said again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.clock import now
from integrations.services import outbox
from payments.models import Customer, Payment, Reminder, Subscription
from payments.services import reminder_times as times
from payments.services.charges import coming_charge

Kind = Reminder.Kind
Status = Reminder.Status
Why = Reminder.Why

# How far back a missed one still gets its row, with the reason why it was not sent.
LOOK_BACK = timedelta(days=3)
# The one reminder of a charge that is to come.
NOTICE_OF_CHARGE = Kind.THREE_DAYS


class Asleep(Exception):
    """It is night in the shop's zone; the outbox looks again when it is over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"quiet hours; looked at again in {seconds} s")
        self.retry_after = seconds


def plan_reminders(*, limit: int = 500) -> int:
    """Write down and hand over every reminder that is due; returns how many rows were written.

    Nothing is handed over in the quiet hours: whatever falls into them is due when they end.
    """
    moment = now()
    if times.is_quiet(moment):
        return 0
    written = 0
    for kind in Kind:
        if kind in settings.REMINDERS and kind != Kind.ENDED:
            for subscription in _due(kind, moment)[: limit - written]:
                written += _write(subscription, kind, moment)
    for waiting in Reminder.objects.filter(kind=Kind.ENDED, status=Status.PLANNED)[:limit]:
        with transaction.atomic():
            _hand_over(waiting)
    return written


def still_due(reminder_id: int) -> Reminder | None:
    """The reminder to send now; None where it was sent or given up, with the reason written down.

    Raises Asleep where a second try has come into the quiet hours.
    """
    reminder = Reminder.objects.select_related("subscription__customer").get(pk=reminder_id)
    if reminder.status != Status.PLANNED:
        return None
    moment = now()
    why = _why_not(reminder, moment)
    if why is not None:
        give_up(reminder.pk, Status.SKIPPED, why)
        return None
    if times.is_quiet(moment):
        raise Asleep(int((times.after_quiet(moment) - moment).total_seconds()) + 1)
    return reminder


def mark_sent(reminder_id: int, channel: Reminder.Channel) -> None:
    Reminder.objects.filter(pk=reminder_id).update(
        status=Status.SENT, channel=channel, sent_at=now(), note=""
    )


def give_up(reminder_id: int, status: Reminder.Status, note: str) -> None:
    """Not sent, or nobody knows; `note` is one of Reminder.Why or an outside service's own words."""
    Reminder.objects.filter(pk=reminder_id, status=Status.PLANNED).update(
        status=status, note=note[:200]
    )


def claim_for_mail(reminder_id: int) -> bool:
    """One row updated is the permission to send the letter, committed before the mail server hears of it.

    False where an earlier run had it: its letter may have gone out.
    """
    free = Reminder.objects.filter(pk=reminder_id, status=Status.PLANNED, channel="")
    return bool(free.update(channel=Reminder.Channel.EMAIL))


def release_from_mail(reminder_id: int) -> None:
    """The letter surely did not leave: another run may try."""
    Reminder.objects.filter(pk=reminder_id, status=Status.PLANNED).update(channel="")


def by_mail(reminder: Reminder) -> None:
    """The chat is closed: hand it over to the letters."""
    with transaction.atomic():
        outbox.publish(
            "reminder.unreachable",
            {"reminder_id": reminder.pk},
            key=f"reminder.unreachable:{reminder.pk}",
            case=f"customer:{reminder.subscription.customer_id}",
        )


def ending(kind: Customer.Kind, ends: datetime) -> Q:
    """Subscriptions of these payers that end by then, or ended a short while before."""
    return Q(customer__kind=kind, expires_at__lte=ends, expires_at__gt=ends - LOOK_BACK)


def _due(kind: Reminder.Kind, moment: datetime) -> QuerySet[Subscription]:
    """Subscriptions whose moment has come and which have no row yet, the oldest first.

    Who is about to pay is not disturbed: his open invoice is looked at again the next time.
    """
    ends = moment - times.lead(kind)
    of_partners = moment - times.lead(kind, timedelta())
    reminded = Reminder.objects.filter(
        subscription=OuterRef("pk"), ends_at=OuterRef("expires_at"), kind=kind
    )
    paying = Payment.objects.filter(
        customer=OuterRef("customer"), status__in=Payment.OPEN, invoice_expires_at__gt=moment
    )
    return (
        Subscription.objects.filter(
            ending(Customer.Kind.TELEGRAM, ends) | ending(Customer.Kind.PARTNER, of_partners)
        )
        .filter(~Exists(reminded), ~Exists(paying), customer__reminders_on=True)
        .select_related("customer")
        .order_by("expires_at")
    )


def _write(subscription: Subscription, kind: Reminder.Kind, moment: datetime) -> int:
    with transaction.atomic():
        reminder, created = Reminder.objects.get_or_create(
            subscription=subscription, ends_at=subscription.expires_at, kind=kind
        )
        if not created:
            return 0
        why = _why_not(reminder, moment)
        if why is not None:
            give_up(reminder.pk, Status.SKIPPED, why)
        else:
            _hand_over(reminder)
    return 1


def _hand_over(reminder: Reminder) -> None:
    outbox.publish(
        "reminder.due",
        {"reminder_id": reminder.pk},
        key=f"reminder:{reminder.pk}",
        case=f"customer:{reminder.subscription.customer_id}",
    )


def _why_not(reminder: Reminder, moment: datetime) -> Reminder.Why | None:
    """The first reason not to say it now; None where it is due."""
    subscription, kind = reminder.subscription, Kind(reminder.kind)
    if subscription.expires_at != reminder.ends_at:
        return Why.RENEWED
    if kind not in settings.REMINDERS:
        return Why.NOT_SENT_HERE
    if kind != Kind.ENDED and not subscription.customer.reminders_on:
        return Why.SWITCHED_OFF
    if times.is_late(kind, reminder.ends_at, moment, subscription.grace):
        return Why.LATE
    if kind == Kind.TODAY and reminder.ends_at <= moment and Kind.ENDED in settings.REMINDERS:
        return Why.ENDED_ALREADY
    if kind == Kind.ENDED and subscription.was_cut:
        return Why.TAKEN_BACK
    if subscription.customer.payments.filter(status=Payment.Status.REVIEW).exists():
        return Why.IN_REVIEW
    if _begun_just_now(subscription, kind):
        return Why.JUST_BOUGHT
    charge = coming_charge(subscription.customer_id, ends_at=reminder.ends_at)
    if charge is None or reminder.ends_at <= moment:
        return None
    told_here = settings.REMIND_OF_CHARGES and not charge.told_apart
    return None if told_here and kind == NOTICE_OF_CHARGE else Why.RENEWS_ITSELF


def _begun_just_now(subscription: Subscription, kind: Reminder.Kind) -> bool:
    last = (
        subscription.day_entries.filter(seconds__gt=0)
        .order_by("-pk")
        .values_list("created_at", flat=True)
        .first()
    )
    return last is not None and times.comes_at_once(kind, subscription.expires_at, last)
