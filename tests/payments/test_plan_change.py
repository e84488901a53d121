"""What a change to another plan costs, and that the arithmetic never gives or takes money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.clock import now
from payments.errors import NotForSale
from payments.models import DayEntry, Payment, Plan, PromoCode, PromoUse
from payments.provider import EventKind, Method
from payments.services import days
from payments.services.audit import audit_ledgers
from payments.services.checkout import start_checkout
from payments.services.effects import changes_offered, purchase_effect
from payments.services.plan_change import credit_of
from payments.services.pricing import reduced
from tests.payments.conftest import order
from tests.payments.events import send
from tests.support.http_server import answer

PAID, REFUNDED = EventKind.PAID, EventKind.REFUNDED


@pytest.fixture
def year(db) -> Plan:
    return Plan.objects.create(
        code="12m", title_ru="год", title_en="year", length=365, amount=Decimal("1550.00")
    )


def pay(payment: Payment, kind: EventKind = PAID) -> None:
    send(payment, kind, amount=str(payment.amount))


def effect(customer, plan):
    return purchase_effect(
        customer_id=customer.pk, plan_id=plan.pk, language="ru", purpose=Payment.Purpose.CHANGE
    )


@pytest.mark.parametrize(
    ("lived", "credit"), [(0, 199), (1, 192), (10, 132), (15, 99), (29, 6), (29.9, 0), (30, 0)]
)
def test_the_credit_is_the_unused_value_in_whole_units(
    customer, make_payment, year, move_clock, lived, credit
):
    pay(make_payment(customer=customer))
    DayEntry.objects.get()  # a moment has passed since: whole days round down
    move_clock(timedelta(days=lived) - timedelta(seconds=5))
    found = effect(customer, year)
    if not credit:
        assert found is None
    else:
        assert found.quote.discount == credit
        assert found.amount == 1550 - credit


@given(
    worth=st.integers(1, 100_000),
    bought=st.integers(1, 400 * 86400),
    rest=st.integers(0, 400 * 86400),
)
def test_a_credit_is_never_more_than_what_is_left(worth, bought, rest):
    rest = min(rest, bought)
    credit = credit_of(Fraction(worth), rest=rest, bought=bought)
    exact = Fraction(worth) * rest / bought
    assert 0 <= credit <= exact < credit + 1


@given(price=st.decimals("0.01", "100000", places=2), by=st.decimals("0", "100000", places=2))
def test_a_reduced_price_is_whole_at_least_one_and_never_more(price, by):
    asked = reduced(price, by)
    assert 0 < asked <= price
    if by > 0 and asked != price:
        assert asked == asked.to_integral_value()
        assert asked >= 1
        assert asked == 1 or abs(asked - (price - by)) <= Decimal("0.5")


def test_nothing_is_offered_where_nothing_runs(customer, plan, year):
    assert effect(customer, year) is None


def test_days_without_money_are_no_credit(customer, plan, year):
    days.grant_bonus(customer, kind=DayEntry.Kind.TRIAL, days=30, key="trial")
    assert effect(customer, year) is None


def test_neither_the_same_plan_nor_a_cheaper_one_nor_another_currency(
    customer, make_payment, plan, year
):
    pay(make_payment(customer=customer, plan=year, length=365, amount=year.amount))
    assert effect(customer, year) is None
    assert effect(customer, plan) is None
    euro = Plan.objects.create(
        code="eur", title_ru="е", title_en="e", length=900, amount=Decimal(9000), currency="EUR"
    )
    assert effect(customer, euro) is None
    assert changes_offered(customer_id=customer.pk, language="ru") == []


def test_the_newest_purchase_counts_and_what_lies_before_it_stays(customer, make_payment, year):
    first, second = make_payment(customer=customer), make_payment(customer=customer)
    pay(first)
    pay(second)
    found = effect(customer, year)
    assert found.quote.replaces == second
    assert (found.days, found.rest_days) == (365, 30)
    assert (found.starts_at - now()).days in (29, 30)


def test_a_refunded_purchase_is_no_credit(customer, make_payment, year):
    payment = make_payment(customer=customer)
    pay(payment)
    pay(payment, REFUNDED)
    assert effect(customer, year) is None


def test_a_change_brings_its_credit_into_the_next_change(
    customer, make_payment, year, plan, move_clock
):
    pay(make_payment(customer=customer))
    move_clock(timedelta(days=15))
    found = effect(customer, year)
    change = make_payment(
        customer=customer,
        purpose="change",
        plan=year,
        length=365,
        amount=found.amount,
        discount=found.quote.discount,
        replaces=found.quote.replaces,
    )
    pay(change)
    two_years = Plan.objects.create(
        code="24m", title_ru="два", title_en="two", length=730, amount=Decimal(2900)
    )
    assert effect(customer, two_years).quote.discount in (1549, 1550)
    assert audit_ledgers().differences == []


def test_the_invoice_freezes_what_was_shown(oneplat, customer, make_payment, year):
    bought = make_payment(customer=customer)
    pay(bought)
    oneplat.plan(answer(200, order("guid-c")))
    shown = effect(customer, year)
    payment = start_checkout(
        customer_id=customer.pk,
        plan_id=year.pk,
        provider="oneplat",
        method=Method.CARD,
        shown_amount=shown.amount,
        purpose=Payment.Purpose.CHANGE,
    )
    assert (payment.purpose, payment.replaces) == ("change", bought)
    assert payment.amount + payment.discount == year.amount
    assert oneplat.received[0].json["amount"] == int(payment.amount)
    pay(payment)
    customer.subscription.refresh_from_db()
    assert (customer.subscription.expires_at - now()).days in (364, 365)
    assert audit_ledgers().differences == []


def test_a_change_that_is_not_offered_any_more_is_not_opened(customer, make_payment, year):
    payment = make_payment(customer=customer)
    pay(payment)
    shown = effect(customer, year).amount
    pay(payment, REFUNDED)
    with pytest.raises(NotForSale):
        start_checkout(
            customer_id=customer.pk,
            plan_id=year.pk,
            provider="oneplat",
            method=Method.CARD,
            shown_amount=shown,
            purpose=Payment.Purpose.CHANGE,
        )


def test_a_promo_code_does_not_make_a_change_cheaper(customer, make_payment, year):
    code = PromoCode.objects.create(code="HALF", kind="percent", value=50)
    PromoUse.objects.create(code=code, customer=customer)
    pay(make_payment(customer=customer))
    assert effect(customer, year).quote.use is None
