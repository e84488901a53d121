"""Promo codes: what they give, when they are refused, and that no limit is ever passed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.clock import now
from integrations.models import OutboxMessage
from payments.errors import NotForSale, TooSoon
from payments.models import DayEntry, Payment, Plan, PromoCode, PromoUse
from payments.provider import EventKind, Method
from payments.services import promotions
from payments.services.audit import audit_ledgers
from payments.services.checkout import cancel_payment, start_checkout
from payments.services.effects import purchase_effect
from payments.services.promotions import Verdict
from tests.payments.conftest import order
from tests.payments.events import send
from tests.support.http_server import answer

PAID = EventKind.PAID


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


@pytest.fixture
def a_code(db):
    def make(**fields) -> PromoCode:
        fields = {"code": "MARCH", "kind": "percent", "value": 25} | fields
        return PromoCode.objects.create(**fields)

    return make


def enter(customer, text: str = "MARCH") -> Verdict:
    return promotions.enter(customer_id=customer.pk, text=text).verdict


def price_for(customer, plan, purpose=Payment.Purpose.TERM) -> Decimal:
    effect = purchase_effect(
        customer_id=customer.pk, plan_id=plan.pk, language="ru", purpose=purpose
    )
    assert effect is not None
    return effect.amount


@pytest.fixture
def buy(oneplat, plan):
    """Open an invoice at the price shown, by a method that makes it another invoice each time."""

    def buy(customer, *, amount: Decimal | None = None, method=Method.CARD, **fields) -> Payment:
        oneplat.plan(answer(200, order(f"guid-{len(oneplat.received)}")))
        return start_checkout(
            customer_id=customer.pk,
            plan_id=plan.pk,
            provider="oneplat",
            method=method,
            shown_amount=price_for(customer, plan) if amount is None else amount,
            **fields,
        )

    return buy


def paid(payment: Payment) -> None:
    send(payment, PAID, amount=str(payment.amount))


@pytest.mark.parametrize("typed", ["march", " MaRcH ", "MAR CH"])
def test_a_code_is_typed_as_one_likes(a_code, customer, typed):
    a_code()
    assert enter(customer, typed) is Verdict.WAITS


def test_look_alikes_are_not_guessed(a_code, customer):
    a_code(code="CAT")
    assert enter(customer, "САТ") is Verdict.UNKNOWN


@pytest.mark.parametrize("typed", ["", "no", "x" * 33, "МАЙ; DROP TABLE", "none", "\x00\x00\x00"])
def test_an_invented_code_is_unknown(a_code, customer, typed):
    a_code()
    assert enter(customer, typed) is Verdict.UNKNOWN


def test_guessing_is_slow(a_code, customer, settings):
    settings.COOLDOWNS = settings.COOLDOWNS | {"promo": 5}
    enter(customer, "WRONG")
    with pytest.raises(TooSoon):
        enter(customer)


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"is_active": False}, Verdict.OVER),
        ({"ends_at": now() - timedelta(seconds=1)}, Verdict.OVER),
        ({"starts_at": now() + timedelta(hours=1)}, Verdict.NOT_YET),
        ({"limit_total": 0}, Verdict.USED_UP),
    ],
)
def test_a_code_has_its_time_and_its_limit(a_code, customer, fields, verdict):
    a_code(**fields)
    assert enter(customer) is verdict


def test_a_code_for_the_first_purchase(a_code, customer, make_payment):
    a_code(first_purchase_only=True)
    paid(make_payment(customer=customer))
    assert enter(customer) is Verdict.FIRST_ONLY


def test_a_purchase_between_entering_and_paying_ends_a_first_purchase_code(
    a_code, customer, plan, make_payment
):
    a_code(first_purchase_only=True)
    enter(customer)
    paid(make_payment(customer=customer))
    assert price_for(customer, plan) == plan.amount


def test_days_are_given_at_once_and_the_link_follows(a_code, customer):
    a_code(kind="days", value=10)
    assert enter(customer) is Verdict.DAYS
    entry = DayEntry.objects.get()
    assert (entry.kind, entry.days) == ("promo", 10)
    assert OutboxMessage.objects.filter(topic="days.given").exists()
    assert enter(customer) is Verdict.HAD_IT
    assert audit_ledgers().differences == []


@pytest.mark.parametrize(
    ("kind", "value", "price", "asked"),
    [
        ("percent", 25, "199.00", "149"),  # 149.25
        ("percent", 50, "199.00", "100"),  # 99.5 is rounded half up
        ("percent", 99, "10.00", "1"),
        ("fixed", 50, "199.00", "149"),
        ("fixed", 500, "199.00", "1"),
        ("fixed", "0.40", "199.00", "199"),
    ],
)
def test_a_reduced_price_is_whole_and_at_least_one(
    a_code, customer, plan, kind, value, price, asked
):
    a_code(kind=kind, value=value)
    Plan.objects.update(amount=price)
    enter(customer)
    assert price_for(customer, plan) == Decimal(asked)


def test_a_code_for_other_plans_or_money_changes_nothing(a_code, customer, plan):
    other = Plan.objects.create(code="x", title_ru="x", title_en="x", length=1, amount=Decimal(5))
    a_code().plans.add(other)
    enter(customer)
    assert price_for(customer, plan) == plan.amount
    a_code(code="USD", kind="fixed", value=50, currency="USD")
    enter(customer, "usd")
    assert price_for(customer, plan) == plan.amount


def test_the_next_checkout_takes_the_code_and_the_money_uses_it(a_code, customer, plan, buy):
    code = a_code()
    enter(customer)
    payment = buy(customer)
    assert (payment.amount, payment.discount, payment.promo_code) == (149, 50, code)
    use = PromoUse.objects.get()
    assert (use.status, use.payment) == ("reserved", payment)
    paid(payment)
    use.refresh_from_db()
    assert use.status == "used"
    assert price_for(customer, plan) == plan.amount
    assert enter(customer) is Verdict.HAD_IT
    assert payment.money_entries.get().amount == 149
    assert audit_ledgers().differences == []


def test_a_refund_gives_back_what_was_paid_and_not_the_code(a_code, customer, buy):
    a_code()
    enter(customer)
    payment = buy(customer)
    paid(payment)
    send(payment, EventKind.REFUNDED, amount="149.00")
    assert payment.status == Payment.Status.REFUNDED
    assert PromoUse.objects.get().status == "used"
    assert audit_ledgers().differences == []


def test_the_price_the_customer_saw_without_the_code_is_not_charged(a_code, customer, plan, buy):
    a_code()
    enter(customer)
    with pytest.raises(NotForSale):
        buy(customer, amount=plan.amount)


def test_a_code_that_ended_in_between_is_not_taken(a_code, customer, plan, buy):
    code = a_code(ends_at=now() + timedelta(hours=1))
    enter(customer)
    shown = price_for(customer, plan)
    PromoCode.objects.filter(pk=code.pk).update(ends_at=now())
    with pytest.raises(NotForSale):
        buy(customer, amount=shown)
    assert not Payment.objects.exists()


def test_a_payment_closed_unpaid_lets_the_code_wait_again(a_code, customer, plan, buy):
    a_code()
    enter(customer)
    payment = buy(customer)
    cancel_payment(payment_id=payment.pk, customer_id=customer.pk)
    use = PromoUse.objects.get()
    assert (use.status, use.payment) == ("reserved", None)
    assert price_for(customer, plan) == 149


def test_late_money_is_honoured_at_the_reduced_price(a_code, customer, plan, buy):
    a_code()
    enter(customer)
    first = buy(customer)
    cancel_payment(payment_id=first.pk, customer_id=customer.pk)
    second = buy(customer, method=Method.SBP)
    paid(second)
    paid(first)
    assert first.status == Payment.Status.PAID
    assert PromoUse.objects.filter(status="used").count() == 2
    assert price_for(customer, plan) == plan.amount
    assert audit_ledgers().differences == []


def test_another_way_to_pay_keeps_the_reduced_price_and_closes_the_first_invoice(
    a_code, customer, buy
):
    a_code()
    enter(customer)
    first, second = buy(customer), buy(customer, method=Method.SBP)
    first.refresh_from_db()
    assert (first.status, second.amount) == ("canceled", 149)
    assert PromoUse.objects.get().payment == second


def test_the_same_open_invoice_keeps_its_code(a_code, customer, buy):
    a_code()
    enter(customer)
    assert buy(customer) == buy(customer)


def test_a_second_code_takes_the_place_of_the_waiting_one(a_code, customer, plan):
    a_code()
    a_code(code="BETTER", value=50)
    enter(customer)
    enter(customer, "better")
    assert price_for(customer, plan) == 100
    assert sorted(PromoUse.objects.values_list("status", flat=True)) == ["released", "reserved"]


def test_a_code_entered_twice_waits_once(a_code, customer):
    a_code(limit_total=1)
    assert enter(customer) is Verdict.WAITS
    assert enter(customer) is Verdict.WAITS
    assert PromoUse.objects.filter(status="reserved").count() == 1


def test_a_code_released_beside_another_waiting_one_is_given_up(a_code, customer, buy):
    a_code()
    a_code(code="OTHER")
    enter(customer)
    payment = buy(customer)
    enter(customer, "other")
    cancel_payment(payment_id=payment.pk, customer_id=customer.pk)
    assert {use.code.code: use.status for use in PromoUse.objects.all()} == {
        "MARCH": "released",
        "OTHER": "reserved",
    }


def test_who_does_not_pay_keeps_nobody_out_for_ever(a_code, make_customer, plan, move_clock):
    a_code(limit_total=1)
    slow, quick = make_customer(), make_customer()
    enter(slow)
    assert enter(quick) is Verdict.USED_UP
    move_clock(timedelta(days=1, minutes=1))
    assert enter(quick) is Verdict.WAITS
    assert price_for(slow, plan) == plan.amount
