"""A customer pays on CloudPayments' page, through the real processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.customer import Customer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

CALLS = "SELECT count(*) FROM integrations_inboundcallback WHERE source = 'cloudpayments'"
UNSETTLED = (
    "SELECT count(*) FROM integrations_inboundcallback"
    " WHERE source = 'cloudpayments' AND status IN ('received', 'confirming', 'waiting')"
)


def pays(customer: Customer, mode: str = "pay", **details: Any) -> None:
    customer.stack.control("cloudpayments/pay", invoice_id=customer.reference, mode=mode, **details)


def deliveries(customer: Customer, mode: str, count: int) -> list[dict[str, Any]]:
    """What the product was told, awaited until it has answered."""

    def told() -> list[dict[str, Any]]:
        order = customer.stack.ask(f"cloudpayments/orders/{customer.reference}")["order"]
        found: list[dict[str, Any]] = [one for one in order["deliveries"] if one["attempts"]]
        return found if len(found) >= count else []

    pays(customer, mode)
    heard: list[dict[str, Any]] = customer.stack.until(told, what=f"{count} calls")
    return heard


@pytest.fixture
def anna(new_customer) -> Customer:
    customer: Customer = new_customer()
    customer.to_ways()
    customer.press("Карта · CloudPayments")
    customer.sees("К оплате:")
    return customer


def test_a_customer_buys_by_card(anna):
    pays(anna)
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert anna.days() == 30
    assert anna.links_received() == 1


def test_the_invoice_leads_to_its_page(anna, stack):
    message = anna.sees("К оплате:")
    rows = message["message"]["reply_markup"]["inline_keyboard"]
    links = [button["url"] for row in rows for button in row if "url" in button]
    assert any(url.startswith(f"{stack.sandbox}/cloudpayments/d/") for url in links)


def test_another_card_after_a_decline_is_welcome(anna):
    pays(anna, "retry")
    assert anna.link()
    assert anna.days() == 30


@pytest.mark.parametrize("form", ["form", "json"])
def test_five_copies_pay_once(anna, stack, form):
    stack.control("cloudpayments/options", format=form)
    try:
        pays(anna, "duplicated", count=5)
        assert anna.link()
    finally:
        stack.control("cloudpayments/options", format="form")
    assert anna.days() == 30
    assert anna.links_received() == 1


def test_a_held_sum_gives_nothing_until_it_is_charged(anna):
    heard = deliveries(anna, "authorize", 2)
    assert [one["code"] for one in heard] == [0, 0]
    assert anna.days() == 0
    pays(anna, "confirm")
    assert anna.link()


def test_a_paid_order_is_not_charged_again(anna):
    pays(anna)
    assert anna.link()
    heard = deliveries(anna, "pay", 3)
    assert (heard[-1]["kind"], heard[-1]["code"]) == ("check", 13)


@pytest.mark.parametrize("mode", ["bad_signature", "unsigned", "check_as_pay"])
def test_a_claim_without_money_gives_nothing(anna, stack, mode):
    before = stack.value(CALLS)
    pays(anna, mode)
    stack.until(lambda: stack.value(CALLS) > before, what="the call to be kept")
    stack.until(lambda: not stack.value(UNSETTLED), what="the call to be judged")
    assert anna.days() == 0
    assert anna.links_received() == 0
