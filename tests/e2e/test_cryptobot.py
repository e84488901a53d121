"""A customer pays in coins, through the real processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.customer import Customer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stack"), pytest.mark.timeout(240)]

STATUS = "SELECT status FROM payments_payment WHERE id = %s"
CALLS = "SELECT count(*) FROM integrations_inboundcallback WHERE source = 'cryptobot'"


def order_coins(customer: Customer) -> None:
    customer.to_ways()
    customer.press("Криптовалюта")
    customer.sees("К оплате:")


def pays(customer: Customer, mode: str = "pay", **details: Any) -> None:
    customer.stack.control("cryptobot/pay", payload=customer.reference, mode=mode, **details)


def becomes(customer: Customer, status: str) -> None:
    stack, number = customer.stack, customer.payment_id
    stack.until(lambda: stack.value(STATUS, number) == status, what=f"the payment to be {status}")


@pytest.fixture
def anna(new_customer) -> Customer:
    customer: Customer = new_customer()
    order_coins(customer)
    return customer


@pytest.mark.parametrize("asset", ["USDT", "TON", "BTC"])
def test_a_customer_buys_with_coins(anna, asset):
    pays(anna, asset=asset)
    assert anna.link() == anna.on_panel()["subscription_url"]
    assert anna.days() == 30
    assert anna.links_received() == 1


def test_the_invoice_leads_to_its_page(anna, stack):
    message = anna.sees("К оплате:")
    rows = message["message"]["reply_markup"]["inline_keyboard"]
    links = [button["url"] for row in rows for button in row if "url" in button]
    assert any(url.startswith(f"{stack.sandbox}/cryptobot/pay/") for url in links)


@pytest.mark.parametrize("mode", ["duplicated", "renumbered", "escaped"])
def test_news_told_oddly_pays_once(anna, mode):
    pays(anna, mode, count=5)
    assert anna.link()
    assert anna.days() == 30
    assert anna.links_received() == 1


@pytest.mark.parametrize(
    "mode", ["bad_signature", "unsigned", "token_key", "hex_key", "changed", "empty", "other_type"]
)
def test_what_is_no_news_gives_nothing(anna, stack, mode):
    before = stack.value(CALLS)
    pays(anna, mode)
    stack.until(lambda: stack.value(CALLS) > before, what="the call to be kept")
    stack.until(
        lambda: not stack.value(f"{CALLS} AND status = 'received'"), what="the call to be judged"
    )
    assert stack.value(STATUS, anna.payment_id) == "pending"
    assert anna.days() == 0
    assert anna.links_received() == 0


@pytest.mark.parametrize("mode", ["less", "more", "usd", "crypto"])
def test_another_price_goes_to_a_person(anna, mode):
    pays(anna, mode)
    becomes(anna, "review")
    assert anna.days() == 0


def test_check_payment_finds_out_that_an_invoice_expired(anna):
    pays(anna, "expire")
    anna.press("Проверить оплату")
    becomes(anna, "canceled")
    assert anna.days() == 0


@pytest.mark.parametrize("fault", ["reset", "garbage"])
def test_a_service_that_is_down_is_named_and_another_try_succeeds(new_customer, stack, fault):
    stack.control("faults", service="cryptobot", kind=fault, operation="createInvoice", times=1)
    anna = new_customer()
    anna.to_ways()
    anna.press("Криптовалюта")
    anna.press("Повторить")
    anna.sees("К оплате:")
    pays(anna)
    assert anna.link()


def test_the_books_and_the_providers_list_agree_after_all_that(stack):
    done = stack.try_manage("audit_ledgers")
    assert done.returncode == 0, done.stdout + done.stderr
    done = stack.try_manage("reconcile", "--provider", "cryptobot")
    assert "differences" in done.stdout, done.stdout + done.stderr
    assert "cryptobot" in stack.try_manage("doctor", "--json").stdout


def test_no_process_prints_the_token(anna, stack):
    """Whatever the tests above did with this stack is in these logs too."""
    pays(anna)
    assert anna.link()
    printed = {name: stack.log(name).read_text() for name in ("web", "worker", "beat", "bot")}
    assert printed["web"]
    assert printed["worker"]
    assert [name for name, text in printed.items() if "AAsandboxCryptoPayToken" in text] == []
