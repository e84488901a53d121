"""Calls that never come, through the real processes with the poller on: it settles, or it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.e2e.customer import Customer
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("polling"), pytest.mark.timeout(240)]

WAYS = {
    "yookassa": ("Карта · ЮKassa", "order_id"),
    "cryptobot": ("Криптовалюта", "payload"),
    "cloudpayments": ("Карта · CloudPayments", "invoice_id"),
}
DUE = "UPDATE payments_payment SET poll_at = now() WHERE id = %s"
STATE = "SELECT failures, error, silent_until > now() FROM payments_providerstate WHERE slug = %s"
_chat_ids = count(700_900_100)


@pytest.fixture(scope="module")
def polling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("polling"), {"POLLS_A_MINUTE": "600"}) as running:
        yield running


@pytest.fixture
def buyer(polling: Stack) -> Callable[[str], Customer]:
    """Somebody with an open invoice of this provider."""
    polling.control("faults/clear")

    def meet(provider: str) -> Customer:
        customer = Customer(polling, next(_chat_ids), name="Анна")
        if provider == "oneplat":
            customer.order_card()
            return customer
        customer.to_ways()
        customer.press(WAYS[provider][0])
        customer.sees("К оплате:")
        return customer

    return meet


def pays(customer: Customer, provider: str, mode: str, **options: object) -> None:
    names = {WAYS[provider][1]: customer.reference}
    customer.stack.control(f"{provider}/pay", mode=mode, **names, **options)


def ask_now(customer: Customer) -> None:
    customer.stack.rows(DUE, customer.payment_id)


def origins(customer: Customer) -> list[str]:
    sql = (
        "SELECT origin FROM payments_paymentevent WHERE payment_id = %s AND kind = 'paid'"
        " AND outcome = 'moved'"
    )
    return [origin for (origin,) in customer.stack.rows(sql, customer.payment_id)]


@pytest.mark.parametrize("provider", WAYS)
def test_asking_makes_a_missing_call_good_and_the_late_call_pays_no_second_time(
    buyer, polling, provider
):
    anna = buyer(provider)
    calls = (
        "SELECT count(*) FROM integrations_inboundcallback WHERE source = %s AND status = 'applied'"
    )
    before = polling.value(calls, provider)
    pays(anna, provider, "slow", seconds=8)
    ask_now(anna)
    assert anna.link()
    polling.until(lambda: polling.value(calls, provider) > before, what="the late call")
    ask_now(anna)
    assert (anna.days(), anna.links_received(), origins(anna)) == (30, 1, ["poll"])


def test_where_only_a_call_may_pay_one_message_has_the_button(buyer, polling):
    anna = buyer("oneplat")
    anna.pays("lost")
    ask_now(anna)
    found = "SELECT found_at FROM payments_payment WHERE id = %s"
    polling.until(lambda: polling.value(found, anna.payment_id), what="the first look")
    ask_now(anna)
    anna.sees("Похоже, вы уже оплатили")
    ask_now(anna)
    opened = "SELECT kind, status FROM payments_incident WHERE payment_id = %s"
    assert polling.rows(opened, anna.payment_id) == [("no_callback", "open")]
    assert (anna.days(), anna.links_received()) == (0, 0)

    anna.press("Проверить оплату")

    assert anna.link()
    assert (anna.days(), origins(anna)) == (30, ["check"])
    kept = "SELECT count(*) FROM bot_message WHERE kind = 'found' AND payment_id = %s"
    assert polling.value(kept, anna.payment_id) == 1


def test_a_provider_that_is_down_is_left_alone_and_asked_again(buyer, polling):
    anna = buyer("yookassa")
    polling.control("faults", service="yookassa", kind="status", status=500, times=None)
    pays(anna, "yookassa", "lost")
    ask_now(anna)
    silent = polling.until(
        lambda: next((row for row in polling.rows(STATE, "yookassa") if row[0]), None),
        what="the back-off",
    )
    assert silent[0] == 1
    assert "500" in silent[1]
    assert silent[2]
    assert anna.days() == 0
    polling.control("faults/clear")
    assert anna.link(within=60)
    assert polling.rows(STATE, "yookassa") == [(0, "", None)]


def test_the_books_are_in_order_after_all_that(polling):
    polling.manage("audit_ledgers")
