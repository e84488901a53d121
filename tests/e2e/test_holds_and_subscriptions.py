"""Two-stage payments, and subscriptions the provider charges itself, through the real processes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.e2e.customer import Customer
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("holds"), pytest.mark.timeout(300)]

BUTTONS = {"yookassa": "Карта · ЮKassa", "cloudpayments": "Карта · CloudPayments"}
KEYS = {"yookassa": "order_id", "cloudpayments": "invoice_id"}
STATUS = "SELECT status FROM payments_payment WHERE id = %s"
RUNNING = (
    "SELECT s.external_id, s.status FROM payments_providersubscription s"
    " JOIN payments_customer c ON c.id = s.customer_id WHERE c.telegram_id = %s"
)
_chat_ids = count(700_500_100)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product whose owner wants both."""
    env = {"HOLD_PAYMENTS": "true", "RENEWALS_BY_PROVIDER": "cloudpayments"}
    with Stack(tmp_path_factory.mktemp("holds"), env) as running:
        yield running


def pays(customer: Customer, provider: str) -> None:
    stack = customer.stack
    stack.control(f"{provider}/pay", **{KEYS[provider]: customer.reference}, mode="pay")
    customer.sees("Деньги заморожены")


def settles(customer: Customer, call: str) -> None:
    """What the button of the back office does."""
    code = f"from decimal import Decimal; from payments.services import holds; holds.{call}"
    customer.stack.manage("shell", "-v0", "-c", code)


def becomes(customer: Customer, status: str) -> None:
    stack, number = customer.stack, customer.payment_id
    stack.until(lambda: stack.value(STATUS, number) == status, what=f"the payment to be {status}")


@pytest.fixture
def anna(stack) -> Customer:
    customer = Customer(stack, next(_chat_ids), name="Анна")
    customer.to_ways()
    return customer


@pytest.mark.parametrize("provider", BUTTONS)
class TestHolds:
    def test_captured_money_gives_access(self, anna, provider):
        anna.press(BUTTONS[provider])
        anna.sees("К оплате:")
        pays(anna, provider)
        assert (anna.days(), anna.links_received()) == (0, 0)
        settles(anna, f"capture_hold(payment_id={anna.payment_id}, amount=Decimal(150))")
        assert anna.link()
        becomes(anna, "paid")
        assert anna.days() == 30

    def test_released_money_gives_none(self, anna, provider):
        anna.press(BUTTONS[provider])
        anna.sees("К оплате:")
        pays(anna, provider)
        settles(anna, f"release_hold(payment_id={anna.payment_id})")
        becomes(anna, "canceled")
        anna.sees("Заморозка снята")
        assert (anna.days(), anna.links_received()) == (0, 0)


def charges(customer: Customer, name: str, mode: str = "recurring") -> None:
    customer.stack.control("cloudpayments/pay", id=name, mode=mode)


def test_a_subscription_of_the_provider_extends_once_per_charge(stack, anna):
    anna.press("☐ Продлевать автоматически")
    anna.sees("С автопродлением")
    anna.press(BUTTONS["cloudpayments"])
    anna.sees("К оплате:")
    pays(anna, "cloudpayments")
    settles(anna, f"capture_hold(payment_id={anna.payment_id}, amount=Decimal(200))")
    anna.link()
    running = stack.until(lambda: stack.rows(RUNNING, anna.chat_id), what="a subscription")
    [(name, status)] = running
    assert status == "active"

    for days in (60, 90):
        charges(anna, name)
        stack.until(lambda days=days: anna.days() == days, what=f"{days} days")
    anna.sees("Доступ продлён до")

    charges(anna, name, "recurring_decline")
    anna.sees("повторит его завтра")
    stack.until(lambda: stack.rows(RUNNING, anna.chat_id) == [(name, "past_due")], what="past due")
    assert anna.days() == 90
    charges(anna, name)
    stack.until(lambda: anna.days() == 120, what="120 days")
    stack.until(lambda: stack.rows(RUNNING, anna.chat_id) == [(name, "active")], what="active")

    anna.start()
    anna.press("Автопродление")
    anna.press("Выключить автопродление")
    stack.until(
        lambda: stack.rows(RUNNING, anna.chat_id) == [(name, "canceled")], what="the end of it"
    )
    order = stack.until(
        lambda: (
            found
            if (found := stack.ask(f"cloudpayments/orders/{name}")["order"])["subscription"][
                "status"
            ]
            == "Cancelled"
            else None
        ),
        what="the provider to know",
    )
    assert len([one for one in order["operations"] if one["status"] == "Completed"]) == 3
    assert anna.days() == 120


def test_three_failures_in_a_row_end_it(stack, anna):
    anna.press("☐ Продлевать автоматически")
    anna.sees("С автопродлением")
    anna.press(BUTTONS["cloudpayments"])
    anna.sees("К оплате:")
    pays(anna, "cloudpayments")
    settles(anna, f"capture_hold(payment_id={anna.payment_id}, amount=Decimal(200))")
    anna.link()
    [(name, _status)] = stack.until(
        lambda: stack.rows(RUNNING, anna.chat_id), what="a subscription"
    )
    for failures in (1, 2, 3):
        charges(anna, name, "recurring_decline")
        stack.until(
            lambda failures=failures: (
                stack.ask(f"cloudpayments/orders/{name}")["order"]["subscription"]["failed"]
                == failures
            ),
            what=f"{failures} failures",
        )
    stack.until(lambda: stack.rows(RUNNING, anna.chat_id) == [(name, "ended")], what="its end")
    anna.sees("платёжная система больше не списывает")
    assert anna.days() == 30
