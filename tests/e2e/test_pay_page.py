"""The payment page on a phone: opened from the chat, chosen, paid at the bank, live to the access link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
]


def page_of(stack, customer) -> str:
    """The address behind the invoice's button."""
    assert "Открыть в браузере" in customer.sees("Счёт №")["buttons"]
    token = stack.value(
        "SELECT token FROM payments_paylink page JOIN payments_payment payment"
        " ON payment.pay_link_id = page.id WHERE payment.id = %s",
        customer.payment_id,
    )
    return f"{stack.web}/pay/{token}/"


def test_a_customer_pays_on_the_page(stack, phone, new_customer):
    anna = new_customer()
    anna.order_card()
    phone.open(page_of(stack, anna))
    phone.sees("Ждём оплату")
    assert re.search(r"2200[ \d]+", phone.text("#state"))
    assert phone.overhang() == 0
    phone.shot("pay-open", whole=True)

    anna.pays()
    phone.sees("Доступ открыт")  # without touching the page
    link = phone.page.locator("code.wide").inner_text()
    assert link == anna.link()
    expect(phone.page.locator(".steps .done")).to_have_count(3)
    assert phone.page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    assert phone.overhang() == 0
    phone.shot("pay-ready", whole=True)


def test_another_way_and_back_again(stack, phone, new_customer):
    vera = new_customer("Вера")
    vera.order_card()
    phone.open(page_of(stack, vera))
    phone.page.get_by_role("button", name="Отменить счёт").click()
    phone.sees("Прошлый счёт отменён")
    phone.shot("pay-choose", whole=True)
    phone.page.get_by_role("button", name="Криптовалюта").click()
    phone.sees("Криптовалюта", within="header")
    assert phone.page.get_by_role("link", name="Оплатить").get_attribute("href")
    stack.control("cryptobot/pay", payload=vera.reference, mode="pay")
    phone.sees("Доступ открыт")
    assert vera.link()


def test_staff_make_a_page_for_somebody_without_telegram(stack, desk, phone, sign_in, new_customer):
    gleb = new_customer("Глеб")
    gleb.start()
    sign_in(desk)
    desk.open(f"{stack.web}/admin/payments/customer/?q={gleb.chat_id}")
    desk.page.locator("#result_list").get_by_role("link").first.click()
    desk.page.get_by_role("link", name="Страница оплаты", exact=True).last.click()
    desk.page.get_by_role("button", name="Создать страницу").click()
    desk.sees("Страница готова")
    desk.shot("pay-page-admin", whole=True)
    address = desk.page.get_by_text(re.compile(r"https?://\S+/pay/\S+")).first.inner_text()
    phone.open(address)
    phone.sees("Как заплатить")
    phone.page.get_by_role("button", name="Карта · 1Plat").click()
    phone.sees("Ждём оплату")
