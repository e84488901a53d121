"""Promo codes: entered by a customer, taken by a payment or turned into days at once.

A use is RESERVED from the moment the code is entered. A discount waits on the customer, is taken by his next checkout
that fits, becomes USED with the money, and goes back to waiting where the payment is closed unpaid. Money that comes
for a closed payment all the same is honoured at its reduced price: the use is counted then, even above a limit.

Limits are exact: entering locks the code's row and counts what is used or reserved. A waiting code that nobody pays
with for HOLD stops counting, and is counted anew when it is taken. A refund does not give a code back.

Codes are compared in capitals, letter by letter: a Cyrillic «А» is not a Latin "A".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations.clock import now
from payments.models import Customer, DayEntry, Payment, Plan, PromoCode, PromoUse
from payments.money import Money
from payments.services import days
from payments.services.cooldowns import Action, take_turn
from payments.services.locks import lock_customers

HOLD = timedelta(days=1)
FORMAT = re.compile(r"[A-ZА-ЯЁ0-9_-]{3,32}")
BOUGHT = (Payment.Status.PAID, Payment.Status.PARTLY_REFUNDED, Payment.Status.REFUNDED)

Kind = PromoCode.Kind
Status = PromoUse.Status


class Verdict(StrEnum):
    """What came of entering a code."""

    WAITS = "waits"  # the next purchase is cheaper
    DAYS = "days"  # given at once
    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    OVER = "over"  # switched off or past its end
    USED_UP = "used_up"  # by everybody together
    HAD_IT = "had_it"  # by this customer, as often as he may
    FIRST_ONLY = "first_only"  # he has bought before


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    verdict: Verdict
    code: PromoCode | None = None
    entry: DayEntry | None = None


def normal(text: str) -> str:
    """A code as it is stored, whatever the case and the spaces it was typed with."""
    return "".join(text.upper().split())


def enter(*, customer_id: int, text: str) -> Entered:
    """A customer enters a code. A code he entered before and did not use makes room for this one.

    Raises TooSoon: guessing is slow.
    """
    take_turn(customer_id=customer_id, action=Action.PROMO)
    wanted = normal(text)
    if not FORMAT.fullmatch(wanted):
        return Entered(verdict=Verdict.UNKNOWN)
    with transaction.atomic():
        lock_customers([customer_id])
        code = PromoCode.objects.select_for_update().filter(code=wanted).first()
        if code is None:
            return Entered(verdict=Verdict.UNKNOWN)
        waiting = waiting_use(customer_id)
        spared = waiting if waiting is not None and waiting.code_id == code.pk else None
        refusal = _refusal(code, customer_id) or _limits(code, customer_id, spared=spared)
        if refusal is not None:
            return Entered(verdict=refusal, code=code)
        if code.kind == Kind.DAYS:
            return Entered(verdict=Verdict.DAYS, code=code, entry=_give_days(code, customer_id))
        if waiting is not None:
            waiting.status = Status.RELEASED
            waiting.save(update_fields=["status"])
        PromoUse.objects.create(code=code, customer_id=customer_id)
        return Entered(verdict=Verdict.WAITS, code=code)


def waiting_use(customer_id: int) -> PromoUse | None:
    """The code that waits for this customer's next purchase."""
    return (
        PromoUse.objects.filter(customer_id=customer_id, status=Status.RESERVED, payment=None)
        .select_related("code")
        .first()
    )


def applicable(*, customer_id: int, plan: Plan, price: Money) -> PromoUse | None:
    """The entered code that makes this purchase cheaper now: the waiting one, else one that an open invoice holds."""
    uses = PromoUse.objects.filter(customer_id=customer_id, status=Status.RESERVED).filter(
        Q(payment=None) | Q(payment__status__in=Payment.OPEN)
    )
    for use in uses.select_related("code", "payment").order_by("payment_id", "-pk"):
        if _fits(use, plan=plan, price=price):
            return use
    return None


def reduction(code: PromoCode, price: Money) -> Decimal:
    """What a code takes off a price, before the rounding of `pricing`."""
    if code.kind == Kind.PERCENT:
        return price.amount * code.value / 100
    return code.value


def take(use: PromoUse, payment: Payment) -> bool:
    """Tie a waiting use to a payment that is being opened; False where its limit has been used up meanwhile.

    The customer is locked by the caller.
    """
    code = PromoCode.objects.select_for_update().get(pk=use.code_id)
    if _limits(code, use.customer_id, spared=use) is not None:
        return False
    return bool(
        PromoUse.objects.filter(pk=use.pk, status=Status.RESERVED, payment=None).update(
            payment=payment
        )
    )


def release(payment: Payment) -> None:
    """The payment was closed unpaid: its code waits for the next purchase again."""
    use = PromoUse.objects.filter(payment=payment, status=Status.RESERVED).first()
    if use is None:
        return
    use.payment = None
    try:
        with transaction.atomic():
            use.save(update_fields=["payment"])
    except IntegrityError:  # the customer has entered another code since
        PromoUse.objects.filter(pk=use.pk).update(status=Status.RELEASED, payment=None)


def mark_used(payment: Payment) -> None:
    """The money of a reduced price is in. The customer is locked by the caller."""
    if payment.promo_code_id is None:
        return
    mine = PromoUse.objects.filter(customer_id=payment.customer_id, code_id=payment.promo_code_id)
    use = (
        mine.filter(payment=payment).first()
        or mine.filter(status=Status.RESERVED, payment=None).first()
        or mine.filter(status=Status.RELEASED, payment=None).first()
        or PromoUse(customer_id=payment.customer_id, code_id=payment.promo_code_id)
    )
    use.payment = payment
    use.status = Status.USED
    use.used_at = now()
    use.save()


def _fits(use: PromoUse, *, plan: Plan, price: Money) -> bool:
    code = use.code
    if code.kind == Kind.FIXED and code.currency != price.currency:
        return False
    if _refusal(code, use.customer_id) is not None:
        return False
    if use.payment_id is None and _limits(code, use.customer_id, spared=use) is not None:
        return False
    plans = list(code.plans.values_list("pk", flat=True))
    return not plans or plan.pk in plans


def _refusal(code: PromoCode, customer_id: int) -> Verdict | None:
    """Why this customer may not use a code at this moment, its limits aside."""
    moment = now()
    if not code.is_active or (code.ends_at is not None and code.ends_at <= moment):
        return Verdict.OVER
    if code.starts_at is not None and code.starts_at > moment:
        return Verdict.NOT_YET
    bought = Payment.objects.filter(customer_id=customer_id, status__in=BOUGHT)
    if code.first_purchase_only and bought.exists():
        return Verdict.FIRST_ONLY
    return None


def _limits(code: PromoCode, customer_id: int, *, spared: PromoUse | None) -> Verdict | None:
    """Whether one more use is too many; `spared` is the use it is about, which is not counted."""
    counted = code.uses.filter(
        Q(status=Status.USED)
        | Q(status=Status.RESERVED, payment__isnull=False)
        | Q(status=Status.RESERVED, created_at__gt=now() - HOLD)
    )
    if spared is not None:
        counted = counted.exclude(pk=spared.pk)
    if counted.filter(customer_id=customer_id).count() >= code.limit_per_customer:
        return Verdict.HAD_IT
    if code.limit_total is not None and counted.count() >= code.limit_total:
        return Verdict.USED_UP
    return None


def _give_days(code: PromoCode, customer_id: int) -> DayEntry:
    use = PromoUse.objects.create(
        code=code, customer_id=customer_id, status=Status.USED, used_at=now()
    )
    entry = days.grant_bonus(
        Customer.objects.get(pk=customer_id),
        kind=DayEntry.Kind.PROMO,
        days=int(code.value),
        key=f"promo:{use.pk}",
    )
    days.announce_with_link(entry)
    return entry
