"""A refund as people see it: asked for with a phone in the chat, decided at a desk."""

from __future__ import annotations

import pytest

from tests.e2e.browser import Window
from tests.e2e.customer import Customer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def anna(new_customer) -> Customer:
    customer: Customer = new_customer()
    customer.order_card()
    customer.pays()
    assert customer.link()
    return customer


def refund_of(customer: Customer) -> int:
    return int(
        customer.stack.value(
            "SELECT max(id) FROM payments_refund WHERE payment_id = %s", customer.payment_id
        )
    )


def test_a_refund_from_the_wish_to_the_proof(anna, stack, desk: Window, phone: Window, sign_in):
    phone.open(f"{stack.sandbox}/chat/#{anna.chat_id}")
    stack.control("telegram/send", chat_id=anna.chat_id, text="/refund")
    anna.press(f"↩️ № {anna.payment_id}")
    phone.sees("Доступ останется до решения")
    phone.shot("refund-1-offer-phone")
    anna.press("Подтвердить")
    anna.sees("Просьба о возврате принята")
    phone.shot("refund-2-asked-phone")

    sign_in(desk)
    desk.sees("ждут решения или перевода")
    desk.shot("refund-3-dashboard", whole=True)
    desk.open(f"{stack.web}/admin/payments/refund/?queue=waiting")
    desk.sees("ждёт решения")
    desk.shot("refund-4-list")
    desk.open(f"{stack.web}/admin/payments/refund/{refund_of(anna)}/change/")
    desk.shot("refund-5-card", whole=True)
    desk.page.get_by_role("link", name="Одобрить").click()
    desk.sees("Что произойдёт")
    desk.shot("refund-6-approve", whole=True)
    desk.page.get_by_label("Причина").fill("не подошло")
    desk.page.get_by_role("button", name="Одобрить возврат").click()
    desk.sees("Переведите деньги и запишите подтверждение")
    desk.page.get_by_role("link", name="Деньги переведены").click()
    desk.page.get_by_label("Подтверждение перевода").fill("Сбер, № 77, 12:40")
    desk.page.get_by_role("button", name="Деньги переведены").click()
    desk.sees("Сбер, № 77, 12:40")
    desk.shot("refund-7-done", whole=True)
    anna.sees("возвращены")
    phone.shot("refund-8-told-phone")
    desk.open(f"{stack.web}/admin/payments/payment/{anna.payment_id}/change/")
    desk.sees(f"№ {refund_of(anna)}")
    desk.shot("refund-9-payment", whole=True)


def test_the_pages_fit_a_phone(anna, stack, phone: Window, sign_in):
    sign_in(phone)
    for name, path in {
        "list": "payments/refund/",
        "give-back": f"payments/payment/{anna.payment_id}/refund/",
    }.items():
        phone.open(f"{stack.web}/admin/{path}")
        assert phone.overhang() == 0, path
        phone.shot(f"refund-phone-{name}")
    phone.page.get_by_label("Сколько вернуть").fill("50")
    phone.page.get_by_label("Снять дней").fill("5")
    phone.page.get_by_label("Причина").fill("перерыв связи")
    phone.page.get_by_role("button", name="Вернуть деньги").click()
    phone.sees("запишите подтверждение")
    assert phone.overhang() == 0
    phone.shot("refund-phone-card")
