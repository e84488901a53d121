"""The payment page of a gift, a change and a reduced price: the same purchase at the same price in other ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import Gift, Payment, Plan, PromoCode
from payments.provider import EventKind, Method
from payments.services import promotions
from payments.services.checkout import start_checkout
from payments.services.effects import purchase_effect
from payments.services.page_state import state_of
from tests.payments.conftest import order
from tests.payments.events import send
from tests.support.http_server import answer


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


@pytest.fixture
def buy(oneplat, customer):
    def buy(plan: Plan, purpose: str = "term") -> Payment:
        effect = purchase_effect(
            customer_id=customer.pk,
            plan_id=plan.pk,
            language="ru",
            purpose=Payment.Purpose(purpose),
        )
        assert effect is not None
        oneplat.plan(answer(200, order(f"guid-{len(oneplat.received)}")))
        return start_checkout(
            customer_id=customer.pk,
            plan_id=plan.pk,
            provider="oneplat",
            method=Method.CARD,
            shown_amount=effect.amount,
            purpose=Payment.Purpose(purpose),
        )

    return buy


def page_of(payment: Payment):
    payment = Payment.objects.select_related("pay_link__customer", "pay_link__plan").get(
        pk=payment.pk
    )
    return payment.pay_link


def other_way(client, oneplat, payment: Payment, *, method: str = "sbp") -> Payment:
    """Press another way on the payment's page."""
    page = page_of(payment)
    way = next(way for way in state_of(page).ways if way.method == method)
    oneplat.plan(answer(200, order(f"guid-{len(oneplat.received)}")))
    client.post(
        f"/pay/{page.token}/choose",
        {"provider": way.provider, "method": way.method, "shown": way.shown},
    )
    opened = Payment.objects.latest("pk")
    assert opened != payment
    return opened


def test_another_way_sells_the_gift_again(buy, oneplat, client, plan):
    first = buy(plan, "gift")
    second = other_way(client, oneplat, first)
    assert (second.purpose, second.amount) == ("gift", plan.amount)


def test_another_way_keeps_the_reduced_price(buy, oneplat, client, customer, plan):
    PromoCode.objects.create(code="MARCH", kind="percent", value=25)
    promotions.enter(customer_id=customer.pk, text="march")
    first = buy(plan)
    second = other_way(client, oneplat, first)
    first.refresh_from_db()
    assert (first.status, second.amount, second.discount) == ("canceled", Decimal(149), Decimal(50))


def test_another_way_sells_the_same_change(buy, oneplat, client, customer, plan, make_payment):
    bought = make_payment(customer=customer)
    send(bought, EventKind.PAID)
    year = Plan.objects.create(
        code="12m", title_ru="год", title_en="year", length=365, amount=Decimal("1550.00")
    )
    second = other_way(client, oneplat, buy(year, "change"))
    assert (second.purpose, second.replaces) == ("change", bought)
    assert second.amount + second.discount == year.amount


def test_a_paid_gift_is_told_of_without_its_link(buy, client, plan):
    payment = buy(plan, "gift")
    send(payment, EventKind.PAID)
    page = page_of(payment)
    assert state_of(page).stage == "gift"
    shown = client.get(f"/pay/{page.token}/").content.decode()
    assert Gift.objects.get().token not in shown
    assert "Ссылка на подарок пришла вам в бот" in shown
