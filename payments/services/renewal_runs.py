"""The worker's side of renewing: who is told, who is charged, what became of a charge nobody answered for.

Our row first, under the customer's lock and after every check, the provider's call second, outside any transaction.
A crash in between leaves an open payment: the provider is asked about it, and only then the same reference is charged
again.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from integrations.clock import now, wall_clock
from integrations.services import outbox
from payments.models import AutoRenewal, Payment, Reminder
from payments.services import provider_states
from payments.services.locks import lock_customers
from payments.services.renewal_charges import ask_about_unclear, charge
from payments.services.renewal_rules import end_of, is_served_by_provider, obstacle
from payments.services.renewals import Attempt, charge_moment, price_now, switch_off_locked

log = structlog.get_logger(__name__)

BATCH = 100
LOOK_AGAIN = timedelta(hours=6)


def renew_due(*, seconds: float = 40.0) -> int:
    """Take the next step of every renewal that is due; returns how many were charged or asked about."""
    until = time.monotonic() + seconds
    _follow_ends_that_moved()
    silent = provider_states.silent_slugs()
    done = ask_about_unclear(until=until, silent=silent)
    due = AutoRenewal.objects.filter(is_on=True, next_try_at__lte=now()).order_by("next_try_at")
    for renewal_id, provider in list(due.values_list("pk", "method__provider")[:BATCH]):
        if time.monotonic() >= until:
            break
        if provider in silent:
            continue  # no order is written down that nobody could be asked about
        try:
            payment = take_step(renewal_id)
        except Exception:
            # One broken row stops nobody else; it is looked at again, and people read of it.
            log.exception("renewal.broke", renewal=renewal_id)
            AutoRenewal.objects.filter(pk=renewal_id).update(next_try_at=now() + LOOK_AGAIN)
            continue
        done += charge(payment, silent=silent) if payment is not None else 0
    return done


def take_step(renewal_id: int) -> Payment | None:
    """Tell, wait or order a charge: everything is checked anew under the customer's lock.

    Returns the payment to be charged, written down and committed. The moment of the next step moves in the same
    commit, so that two workers take it once.
    """
    with transaction.atomic():
        customer_id = AutoRenewal.objects.values_list("customer_id", flat=True).get(pk=renewal_id)
        lock_customers([customer_id])
        renewal = (
            AutoRenewal.objects.select_for_update(of=("self",))
            .select_related("method", "plan", "customer")
            .get(pk=renewal_id)
        )
        if not renewal.is_on or renewal.next_try_at is None or renewal.next_try_at > now():
            return None
        end = end_of(customer_id)
        if end is None or is_served_by_provider(customer_id) or _open_attempts(renewal).exists():
            _later(renewal, now() + LOOK_AGAIN)
            return None
        if renewal.period_end not in (None, end):  # renewed by hand, or days came or went
            renewal.period_end, renewal.attempts = None, 0
            renewal.save(update_fields=["period_end", "attempts"])
        if (why := obstacle(renewal, end)) is not None:
            switch_off_locked(customer_id=customer_id, reason=why)
            return None
        if now() < charge_moment(end):
            _tell_or_wait(renewal, end)
            return None
        return _order(renewal, end, price_now(renewal.plan, renewal.currency) or renewal.amount)


def _tell_or_wait(renewal: AutoRenewal, end: datetime) -> None:
    """The customer hears of the charge beforehand, once for each end."""
    at, notice = charge_moment(end), timedelta(hours=settings.RENEWAL_NOTICE_HOURS)
    if notice and renewal.noticed_end != end:
        if now() < at - notice:
            _later(renewal, at - notice)
            return
        renewal.noticed_end = end
        renewal.save(update_fields=["noticed_end"])
        if not _was_reminded(renewal, end):
            outbox.publish(
                "renewal.upcoming",
                {"renewal_id": renewal.pk, "end": end.isoformat()},
                key=f"renewal.upcoming:{renewal.pk}:{end.timestamp():.0f}",
                case=f"customer:{renewal.customer_id}",
            )
    _later(renewal, at)


def _was_reminded(renewal: AutoRenewal, end: datetime) -> bool:
    """Whether the reminder three days ahead has told of this charge already: once is enough."""
    return Reminder.objects.filter(
        subscription__customer_id=renewal.customer_id,
        ends_at=end,
        kind=Reminder.Kind.THREE_DAYS,
        status=Reminder.Status.SENT,
    ).exists()


def _order(renewal: AutoRenewal, end: datetime, amount: Decimal) -> Payment:
    """The row of one attempt. Its key is unique: a term is charged for once per attempt, whatever happens."""
    renewal.period_end = end
    renewal.attempts += 1
    renewal.next_try_at = now() + LOOK_AGAIN
    renewal.save(update_fields=["period_end", "attempts", "next_try_at"])
    attempt = Attempt(renewal.pk, round(end.timestamp()), renewal.attempts)
    before = renewal.customer.payments.filter(provider=renewal.method.provider, save_method=True)
    return Payment.objects.create(
        customer=renewal.customer,
        plan=renewal.plan,
        length=renewal.plan.length,
        unit=renewal.plan.unit,
        provider=renewal.method.provider,
        method=before.values_list("method", flat=True).first() or "",
        amount=amount,
        currency=renewal.currency,
        saved_method=renewal.method,
        renewal_key=attempt.key,
        checked_at=wall_clock(),
    )


def _later(renewal: AutoRenewal, moment: datetime) -> None:
    renewal.next_try_at = moment
    renewal.save(update_fields=["next_try_at"])


def _open_attempts(renewal: AutoRenewal) -> QuerySet[Payment]:
    return Payment.objects.filter(
        customer_id=renewal.customer_id,
        renewal_key__startswith=f"renewal:{renewal.pk}:",
        status__in=Payment.OPEN,
    )


def _follow_ends_that_moved() -> None:
    """A term that was shortened meanwhile is looked at now; one that grew is found out when its old time comes."""
    before = timedelta(hours=settings.RENEWAL_HOURS_BEFORE)
    moved = AutoRenewal.objects.filter(
        is_on=True,
        attempts=0,
        next_try_at__gt=F("customer__subscription__expires_at") - before,
        customer__subscription__expires_at__gt=now(),
    )
    AutoRenewal.objects.filter(pk__in=moved.values("pk")).update(next_try_at=now())
