"""A customer pays through YooKassa, whose notifications nobody signs: through the real processes."""

from __future__ import annotations

import time

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


def opened_unheard(customer: Customer) -> bool:
    """Whether the create call has failed here and worked there."""
    orders = [one["order_id"] for one in customer.stack.ask("yookassa/payments")["payments"]]
    unheard = customer.stack.rows(
        "SELECT p.reference FROM payments_payment p JOIN payments_customer c ON c.id = p.customer_id"
        " WHERE c.telegram_id = %s AND p.external_id = '' AND p.reason <> ''",
        customer.chat_id,
    )
    return bool(unheard) and unheard[0][0] in orders


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


def test_a_lost_notification_is_made_good_by_check_payment(anna):
    assert "ещё не подтвердил" in anna.press("Проверить оплату")["answer"]["text"]
    at_the_bank(anna, "lost")
    time.sleep(1.1)  # the cooldown of this stack
    anna.press("Проверить оплату")
    assert anna.link()
    assert anna.days() == 30


def test_five_copies_at_once_pay_once(anna):
    at_the_bank(anna, "duplicated", count=5)
    assert anna.link()
    assert attempts(anna) == ["200"] * 5
    assert (anna.days(), anna.links_received()) == (30, 1)


@pytest.mark.parametrize(
    ("mode", "answered"),
    [("wrong_address", "403"), ("forged", "200"), ("foreign", "200"), ("other_payment", "200")],
)
def test_a_forgery_gives_nothing(anna, stack, mode, answered):
    at_the_bank(anna, mode)
    assert attempts(anna) == [answered]
    stack.until(lambda: judged(anna), what="the call to be judged")
    assert (status(anna), anna.days(), anna.links_received()) == ("pending", 0, 0)


@pytest.mark.parametrize("mode", ["less", "more", "currency"])
def test_another_sum_goes_to_a_person(anna, stack, mode):
    at_the_bank(anna, mode)
    stack.until(lambda: status(anna) == "review", what="the payment to be held")
    assert anna.days() == 0


def test_a_declined_card_is_told_to_the_customer(anna, stack):
    at_the_bank(anna, "decline")
    stack.until(lambda: status(anna) == "failed", what="the payment to fail")
    assert anna.days() == 0


def test_money_given_back_takes_the_days_back(anna, stack):
    at_the_bank(anna, "pay")
    assert anna.link()
    at_the_bank(anna, "refund_part")
    stack.until(lambda: status(anna) == "partly_refunded", what="the partial refund")
    assert anna.days() == 30
    at_the_bank(anna, "refund")
    stack.until(lambda: status(anna) == "refunded", what="the rest of the refund")
    assert anna.days() == 0


def test_a_payment_opened_while_the_answer_was_lost_is_still_paid(new_customer, stack):
    """The create call works but is never answered: our order number finds the order again."""
    stack.control("faults", service="yookassa", kind="after", operation="create")
    vera = new_customer("Вера")
    vera.to_ways()
    vera.press("Карта · ЮKassa")
    stack.until(lambda: opened_unheard(vera), what="the answer to be lost")
    at_the_bank(vera, "pay")
    assert vera.link()
    assert vera.days() == 30
