"""What people see: the chat and the bank of the sandbox, and the back office, in a real browser.

`SCREENSHOTS=docs/images ./dev test tests/e2e/test_browser.py -p no:randomly -n 0` makes the pictures of the README.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Route, expect

from integrations.services.heartbeats import PROCESSES
from tests.e2e.browser import DESK, Window, window
from tests.e2e.conftest import STAFF

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
]

INLINE = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.head.append(script);
}"""


def press(seen: Window, label: str) -> None:
    """The newest button of the chat with these words."""
    seen.page.locator("#messages").get_by_role("button", name=label).last.click()


def test_a_customer_buys_in_the_chat(stack, desk):
    desk.open(f"{stack.sandbox}/chat/")
    desk.page.get_by_role("button", name="Новый клиент").click()
    desk.page.get_by_label("Имя", exact=True).fill("Анна")
    desk.page.get_by_label("@username").fill("anna")
    desk.page.get_by_role("button", name="Открыть чат").click()
    desk.page.get_by_role("button", name="Запустить").click()
    for label in ("Принимаю", "Выбрать тариф", "3 месяца", "Карта · 1Plat"):
        press(desk, label)
    invoice = desk.sees("Переведите: 500 ₽", within="#messages").inner_text()
    assert re.search(r"Карта: \d{4} \d{4} \d{4} \d{4}", invoice)
    assert desk.page.locator(".toast").count() == 0
    desk.shot("chat")

    bank = desk.opened_by(lambda: press(desk, "Оплатить на странице"))
    bank.page.get_by_role("link", name="в банке").click()
    bank.page.get_by_role("button", name="Оплатить", exact=True).click()
    bank.sees("принят", within="#order")
    bank.shot("bank", whole=True)

    desk.sees("Ваша ссылка:", within="#messages")
    desk.sees("Оплата получена: счёт №", within="#messages")  # the invoice, edited after it
    paid = desk.text("#messages")
    assert re.search(r"Доступ открыт до \d+ \w+ 20\d\d", paid)
    assert len(re.findall(r"/sub/\w+", paid)) == 1
    desk.shot("access")


def test_a_chat_made_before_the_page_has_heard_of_any_stays_open(stack, desk):
    held: list[Callable[[], None]] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
            return
        older = route.fetch()
        held.append(lambda: route.fulfill(response=older))

    desk.page.route("**/control/telegram/changes*", hold)
    desk.page.goto(f"{stack.sandbox}/chat/")
    desk.page.get_by_role("button", name="Новый клиент").click()
    desk.page.get_by_label("Имя", exact=True).fill("Анна")
    desk.page.get_by_role("button", name="Открыть чат").click()
    desk.page.wait_for_url("**/chat/#*")
    answer = held[0]
    answer()
    desk.page.get_by_role("button", name="Запустить").wait_for()
    desk.page.unroute_all(behavior="ignoreErrors")


def test_the_first_page_leads_to_what_needs_a_person(stack, desk, sign_in, new_customer):
    boris, vera, gleb = (new_customer(name) for name in ("Борис", "Вера", "Глеб"))
    for customer, mode in ((boris, "less"), (vera, "pay"), (gleb, "bad_signature")):
        customer.order_card()
        customer.pays(mode)
    stack.until(lambda: state_of(stack, boris) == "review", what="the payment to be held")
    assert vera.link()
    stack.until(lambda: refused_calls(stack), what="the forged call to be kept")
    stack.until(lambda: all_is_well(stack), what="every process to prove itself")
    sign_in(desk)
    assert desk.text(".office-lights").count("работает") == len(PROCESSES)
    desk.shot("dashboard", whole=True)

    desk.page.get_by_role("link", name="На проверке").click()
    number = desk.page.get_by_role("link", name=str(boris.payment_id), exact=True)
    row = desk.page.get_by_role("row").filter(has=number)
    assert "на проверке" in row.inner_text()
    desk.open(f"{stack.web}/admin/payments/payment/")
    desk.shot("payments")


def test_a_payments_page_tells_the_whole_story(stack, desk, sign_in, new_customer):
    anna = new_customer()
    anna.order_card()
    anna.pays()
    assert anna.link()
    sign_in(desk)
    desk.page.get_by_role("link", name="Платежи").first.click()
    desk.page.get_by_role("link", name=str(anna.payment_id), exact=True).click()

    expect(desk.page.locator(".office-step-done")).to_have_count(5)
    for title, told in {
        "Сведения": anna.reference,
        "Наши данные ↔ данные платёжной системы": "Расхождений нет",
        "Реквизиты для оплаты": "2200",
        "Вызовы платёжной системы": "принят",
        "События платежа": "ждёт оплаты → оплачен",
        "Денежные проводки": "200 ₽",
        "Проводки дней": "+30",
        "Исходящие действия": "выполнено",
        "Сообщения": "ссылка доступа",
    }.items():
        assert told in desk.text(f".office-panel:has(h2:text('{title}'))"), title
    assert anna.link() not in desk.text()
    desk.shot("payment", whole=True)


def test_staff_make_good_a_lost_callback_with_one_button(stack, desk, sign_in, new_customer):
    anna = new_customer()
    anna.order_card()
    anna.pays("lost")
    sign_in(desk)
    desk.open(f"{stack.web}/admin/payments/payment/{anna.payment_id}/change/")
    expect(desk.page.locator(".office-step-done")).to_have_count(2)
    desk.page.get_by_role("button", name="Проверить у платёжной системы").click()
    desk.sees("оплачен", within=".office-badges")
    assert anna.link()
    assert anna.days() == 30


def test_the_office_works_under_its_content_policy(stack, desk, sign_in, browser):
    """`desk` fails on anything a console shows in red: every violation of the policy is."""
    sign_in(desk)
    for path in (
        "",
        "payments/payment/?status__exact=paid",
        "payments/plan/add/",
        "payments/customer/",
        "integrations/inboundcallback/",
        "auth/user/",
        "auth/user/add/",
        "two-factor/",
        "password_change/",
    ):
        answer = desk.page.goto(f"{stack.web}/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert "'unsafe-eval'" in answer.headers["content-security-policy"], path
    desk.open(f"{stack.web}/admin/payments/payment/")
    menu = desk.page.locator("nav[x-show=openUserLinks]")
    expect(menu).to_be_hidden()
    desk.page.locator("[x-data='{ openUserLinks: false }']").get_by_text(STAFF).first.click()
    expect(menu).to_be_visible()

    with window(browser, DESK) as strict:
        strict.open(f"{stack.web}/admin/login/")
        strict.page.evaluate(INLINE)
        assert strict.page.evaluate("window.ran") is None
        assert "Content Security Policy" in strict.complaints[-1]


def test_no_page_has_to_be_scrolled_sideways_on_a_phone(stack, phone, sign_in, new_customer):
    anna = new_customer("Анна-Мария Константинопольская")
    anna.order_card()
    anna.pays()
    assert anna.link()
    phone.open(f"{stack.sandbox}/")
    linked = phone.page.locator("a[href^='/']").evaluate_all("all => all.map(one => one.pathname)")
    assert {"/bank/", "/chat/", "/panel/"} <= set(linked)
    for path in (*sorted(set(linked)), f"/chat/#{anna.chat_id}"):
        phone.open(f"{stack.sandbox}{path}")
        assert phone.overhang() == 0, path
    sign_in(phone)
    for path in (
        "",
        "payments/payment/",
        f"payments/payment/{anna.payment_id}/change/",
        "payments/customer/",
        "payments/subscription/",
        "integrations/inboundcallback/",
        "integrations/outboxmessage/",
        "bot/message/",
    ):
        phone.open(f"{stack.web}/admin/{path}")
        assert phone.overhang() == 0, path


def state_of(stack, customer) -> str:
    return str(
        stack.value("SELECT status FROM payments_payment WHERE id = %s", customer.payment_id)
    )


def all_is_well(stack) -> bool:
    health = requests.get(f"{stack.web}/health/ready", timeout=5).json()
    return bool(health["status"] == "ok")


def refused_calls(stack) -> int:
    return int(
        stack.value("SELECT count(*) FROM integrations_inboundcallback WHERE verdict = 'rejected'")
    )
