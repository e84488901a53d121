"""A customer pays through YooKassa, whose notifications nobody signs: through the real processes."""

from __future__ import annotations

import pytest

from tests.e2e.customer import Customer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]


@pytest.fixture
def anna(new_customer) -> Customer:
    """With an open invoice of YooKassa."""
    customer: Customer = new_customer()
    customer.to_ways()
    customer.press("Карта · ЮKassa")
    customer.sees("К оплате:")
    return customer


def at_the_bank(customer: Customer, mode: str, **options: object) -> None:
    customer.stack.control("yookassa/pay", order_id=customer.reference, mode=mode, **options)


def attempts(customer: Customer) -> list[str]:
    """How the product answered each first try of a notification."""
    told = customer.stack.ask(f"yookassa/payments/{customer.reference}", wait=30)["payment"]
    return [one["attempts"][0].partition(" ")[0] for one in told["deliveries"]]


def judged(customer: Customer) -> bool:
    open_calls = customer.stack.value(
        "SELECT count(*) FROM integrations_inboundcallback WHERE source = 'yookassa'"
        " AND status IN ('received', 'confirming') AND not_before < now()"
    )
    return bool(open_calls == 0)


def status(customer: Customer) -> str:
    return str(
        customer.stack.value(
            "SELECT status FROM payments_payment WHERE id = %s", customer.payment_id
        )
    )


def test_a_customer_buys_by_card(anna):
    at_the_bank(anna, "pay")
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert (anna.days(), anna.links_received()) == (30, 1)


def test_a_customer_buys_by_sbp(new_customer):
    boris = new_customer("Борис")
    boris.to_ways()
    boris.press("СБП · ЮKassa")
    boris.sees("К оплате:")
    at_the_bank(boris, "pay")
    assert boris.link()


@pytest.mark.parametrize(
    ("mode", "answered"),
    [("wrong_address", "403"), ("forged", "200"), ("foreign", "200"), ("other_payment", "200")],
)
def test_a_forgery_gives_nothing(anna, stack, mode, answered):
    at_the_bank(anna, mode)
    assert attempts(anna) == [answered]
    stack.until(lambda: judged(anna), what="the call to be judged")
    assert (status(anna), anna.days(), anna.links_received()) == ("pending", 0, 0)


def test_a_declined_card_is_told_to_the_customer(anna, stack):
    at_the_bank(anna, "decline")
    stack.until(lambda: status(anna) == "failed", what="the payment to fail")
    assert anna.days() == 0
