"""Exceptions from the payer's bank to the decision of a person, through the real processes and in a browser.

`SCREENSHOTS=<folder>` keeps pictures of the pages.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.browser import Window
from tests.e2e.customer import Customer
from tests.faults.orders import SECRET, SHOP_ID
from tests.support.stack import Stack

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
]

# Other tests of the same shop leave cases of their own.
OPEN = (
    "SELECT max(id) FROM payments_incident WHERE kind = %s AND status = 'open' AND payment_id = %s"
)
STRANGERS = (
    "SELECT max(id) FROM payments_incident"
    " WHERE kind = 'unknown_payer' AND status = 'open' AND external_id = %s"
)
STATUS = "SELECT status FROM payments_payment WHERE id = %s"


def incident_of(stack: Stack, kind: str, payment_id: int) -> int:
    found = stack.until(lambda: stack.value(OPEN, kind, payment_id), what=f"an exception: {kind}")
    return int(found)


def page_of(stack: Stack, number: int) -> str:
    return f"{stack.web}/admin/payments/incident/{number}/change/"


def decide(seen: Window, title: str, reason: str) -> None:
    """Press a decision, read what it will do, give the reason, press again."""
    seen.page.get_by_role("link", name=title).click()
    seen.sees("Что произойдёт")
    seen.page.get_by_label("Причина").fill(reason)
    seen.page.get_by_role("button", name=title).click()


def test_money_that_is_too_little_is_accepted_and_gives_the_whole_term(
    stack, desk, sign_in, new_customer
):
    anna = new_customer()
    anna.order_card()
    anna.pays("less")
    number = incident_of(stack, "underpaid", anna.payment_id)
    anna.sees("сумма отличается")
    sign_in(desk)
    desk.page.get_by_role("link", name="Исключения").first.click()
    desk.sees("оплачено меньше")
    desk.shot("incidents", whole=True)
    desk.open(page_of(stack, number))
    desk.sees("меньше, чем стоит счёт")
    desk.shot("incident", whole=True)
    desk.page.get_by_role("link", name="Засчитать эту сумму").click()
    desk.page.get_by_label("Причина").fill("сами назвали не ту сумму")
    desk.page.get_by_role("button", name="Показать ответ").click()
    desk.sees("Мы засчитали", within=".office-letter")
    desk.shot("decision", whole=True)
    desk.page.get_by_role("button", name="Засчитать эту сумму").click()
    desk.sees("Решено: сумма засчитана")
    assert anna.link()
    anna.sees("Мы засчитали вашу оплату")
    assert anna.days() == 30
    desk.open(page_of(stack, number))
    desk.sees("сами назвали не ту сумму")
    stack.manage("audit_ledgers")


def test_what_was_paid_twice_goes_back_and_the_term_stays(stack, phone, sign_in, new_customer):
    vera = new_customer("Вера")
    vera.to_ways()
    vera.press("Карта · CloudPayments")
    vera.sees("К оплате:")
    pay_by_card(vera, "pay")
    assert vera.link()
    pay_by_card(vera, "late")
    number = incident_of(stack, "paid_twice", vera.payment_id)
    sign_in(phone)
    phone.open(f"{stack.web}/admin/payments/incident/")
    assert phone.overhang() == 0
    phone.shot("incidents_phone", whole=True)
    phone.open(page_of(stack, number))
    assert phone.overhang() == 0
    phone.shot("incident_phone", whole=True)
    phone.page.get_by_role("link", name="Вернуть деньги").click()
    assert phone.overhang() == 0
    phone.shot("decision_phone", whole=True)
    phone.page.get_by_label("Причина").fill("оплатила дважды по ошибке")
    phone.page.get_by_role("button", name="Вернуть деньги").click()
    vera.sees("Мы возвращаем вам")
    status = "SELECT status FROM payments_incident WHERE id = %s"
    stack.until(lambda: stack.value(status, number) == "resolved", what="the money to go back")
    assert stack.value(STATUS, vera.payment_id) == "paid"
    assert vera.days() == 30
    stack.manage("audit_ledgers")


def pay_by_card(customer: Customer, mode: str, **details: Any) -> None:
    customer.stack.control("cloudpayments/pay", invoice_id=customer.reference, mode=mode, **details)


def test_an_unknown_payer_is_found_and_served(stack, desk, sign_in, new_customer):
    gleb = new_customer("Глеб")
    gleb.order_card()
    guid = pays_a_strangers_order(stack)
    number = stack.until(lambda: stack.value(STRANGERS, guid), what="an unknown payer's exception")
    sign_in(desk)
    desk.open(page_of(stack, number))
    desk.sees("такого заказа у нас нет")
    desk.page.get_by_role("link", name="Привязать к платежу").click()
    desk.shot("link", whole=True)
    desk.page.get_by_label("Счёт").fill("нет такого")
    desk.page.get_by_label("Причина").fill("клиент прислал чек")
    desk.page.get_by_role("button", name="Привязать к платежу").click()
    desk.sees("Никого не нашли")
    desk.shot("link_error", whole=True)
    desk.page.get_by_label("Счёт").fill(str(gleb.payment_id))
    desk.page.get_by_role("button", name="Привязать к платежу").click()
    desk.sees("Решено: привязано к платежу")
    assert gleb.link()
    assert gleb.days() == 30
    expect(desk.page.locator(".office-badges")).to_contain_text(re.compile("привязано"))
    stack.manage("audit_ledgers")


def pays_a_strangers_order(stack: Stack) -> str:
    """Money for an order that was opened at 1Plat by somebody else's hands; nobody waits the minute it may be ours.

    Returns what 1Plat calls the order.
    """
    reference = uuid4().hex
    opened = requests.post(
        f"{stack.sandbox}/oneplat/api/merchant/order/create/by-api",
        json={
            "merchant_order_id": reference,
            "user_id": 5,
            "amount": 200,
            "method": "card",
            "email": "nobody@customer.invalid",
        },
        headers={"x-shop": SHOP_ID, "x-secret": SECRET},
        timeout=15,
    )
    opened.raise_for_status()
    stack.control("oneplat/pay", merchant_order_id=reference, mode="pay")
    mine = "status = 'waiting' AND position(convert_to(%s, 'UTF8') IN body) > 0"
    waits = f"SELECT count(*) FROM integrations_inboundcallback WHERE {mine}"
    stack.until(lambda: stack.value(waits, reference), what="the call to wait for its order")
    stack.rows(
        "UPDATE integrations_inboundcallback SET received_at = received_at - interval '5 minutes'"
        f" WHERE {mine}",
        reference,
    )
    return str(opened.json()["guid"])
