"""The bank pages of the payment services in a real browser: paying, the log of calls, the settings, the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.cryptobot.simulator import Cryptobot
from integrations.sandbox.oneplat.simulator import Oneplat
from integrations.sandbox.yookassa.simulator import Yookassa
from tests.e2e.browser import CHROMIUM, DESK, NO_CHROMIUM, Window, launched, window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

RECEIPT = {
    "amount": {"value": "199.00", "currency": "RUB"},
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
    "payment_method_data": {"type": "bank_card"},
}
CREATE: dict[str, Callable[[Sandbox], Any]] = {
    "oneplat": lambda sandbox: sandbox.get(Oneplat).create(
        merchant_order_id="ord-1", user_id="5", amount=Decimal(199), method="card"
    ),
    "cryptobot": lambda sandbox: sandbox.get(Cryptobot).create(
        {"currency_type": "fiat", "fiat": "RUB", "amount": "199", "payload": "ord-1"}
    ),
    "yookassa": lambda sandbox: sandbox.get(Yookassa).create(RECEIPT),
    "cloudpayments": lambda sandbox: sandbox.get(CloudPayments).create(
        {"Amount": 199, "Description": "Месяц"}
    ),
}
PAGES = {slug: f"/bank/{'' if slug == 'oneplat' else slug + '/'}" for slug in CREATE}
SETTINGS = {
    "oneplat": ("Прибавка к сумме, ₽", "1,5", "shift", "1.5"),
    "cryptobot": ("Минимум, ₽", "7,5", "minimum", "7.5"),
    "yookassa": ("Время на оплату, мин", "7", "lifetime_minutes", 7),
    "cloudpayments": (
        "Адрес уведомлений",
        " http://127.0.0.1:9/x ",
        "callback_url",
        "http://127.0.0.1:9/x",
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def desk(browser) -> Iterator[Window]:
    with window(browser, DESK) as opened:
        yield opened
        assert opened.complaints == []


@pytest.mark.parametrize("slug", CREATE)
def test_an_entry_is_paid_on_its_bank_page(sandbox, receiver, desk, slug):
    sandbox.post(f"{slug}/options", callback_url=receiver.url, retry_seconds=[])
    with sandbox.server.sandbox.lock:
        CREATE[slug](sandbox.server.sandbox)
    desk.open(f"{sandbox.url}{PAGES[slug]}")
    desk.page.get_by_role("button", name="Оплатить", exact=True).click()
    expect(desk.page.locator(".toast").first).to_have_text("Готово: Оплатить")
    assert receiver.wait(1)
    call = desk.page.locator("#order .log details")
    call.get_by_text("1) 200").wait_for()
    call.click()
    assert desk.text("#order .log pre:last-child")


@pytest.mark.parametrize("slug", CREATE)
def test_settings_and_faults_are_set_on_the_bank_page(sandbox, desk, slug):
    label, typed, option, kept = SETTINGS[slug]
    desk.open(f"{sandbox.url}{PAGES[slug]}")
    desk.page.get_by_role("button", name="Поведение сервиса").click()
    desk.page.get_by_label(label).fill(typed)
    desk.page.get_by_role("button", name="Применить").click()
    expect(desk.page.locator(".toast").first).to_have_text("Применено")
    assert sandbox.get(f"{slug}/options")["options"][option] == kept
    desk.page.get_by_role("button", name="Ошибка 500").click()
    expect(desk.page.locator("#planned")).to_contain_text("Ошибка 500 × 3")
    desk.page.get_by_role("button", name="Отменить").click()
    expect(desk.page.locator("#planned")).to_be_empty()
