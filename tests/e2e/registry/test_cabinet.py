"""The cabinet on a phone: in by a letter, a plan paid by two providers, renewal on and off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.registry.cabinet import chooses, enters, reference

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.xdist_group("registry"),
    pytest.mark.timeout(240),
]

PAGES = (
    "",
    "leads/",
    "profile/",
    "profile/edit/",
    "services/",
    "documents/",
    "statistics/",
    "plan/",
)


def test_a_partner_comes_in_and_buys_a_plan_with_a_card_that_is_charged_again(
    stack, phone, new_partner
):
    firm = new_partner()
    enters(phone, firm)
    for path in PAGES:
        phone.open(f"{stack.web}/cabinet/{path}")
        assert phone.overhang() == 0, path
        phone.shot(f"cabinet-{path.replace('/', '-') or 'overview-'}phone", whole=True)
    chooses(phone, firm, "Базовый", "Карта · ЮKassa", renew=True)
    phone.shot("cabinet-pay-phone", whole=True)
    stack.control("yookassa/pay", order_id=reference(firm, "yookassa"), mode="pay")
    phone.sees("Тариф включён")
    phone.shot("cabinet-paid-phone", whole=True)
    firm.letter("Базовый")
    phone.open(f"{stack.web}/cabinet/plan/")
    phone.sees("0 из 100")
    phone.sees("Включено")
    phone.shot("cabinet-plan-paid-phone", whole=True)
    phone.page.get_by_role("button", name="Выключить автопродление").click()
    phone.sees("Автопродление выключено")
    phone.page.get_by_role("button", name="Включить за").click()
    phone.sees("Автопродление включено")
    phone.open(f"{stack.web}/cabinet/payments/")
    phone.sees("5 000 ₽".replace(" ", "\u00a0"))
    phone.shot("cabinet-payments-phone", whole=True)
    stack.manage("audit_ledgers")


def test_another_partner_pays_by_cloudpayments(stack, desk, new_partner):
    firm = new_partner()
    enters(desk, firm)
    desk.shot("cabinet-overview", whole=True)
    chooses(desk, firm, "Премиум", "Карта · CloudPayments")
    stack.control("cloudpayments/pay", invoice_id=reference(firm, "cloudpayments"), mode="pay")
    desk.sees("Тариф включён")
    firm.letter("Премиум")
    desk.open(f"{stack.web}/cabinet/plan/")
    desk.sees("0 из 300")
    desk.shot("cabinet-plan", whole=True)
    desk.page.get_by_role("button", name="Выйти", exact=True).first.click()
    desk.open(f"{stack.web}/cabinet/plan/")
    expect(desk.page.get_by_label("E-mail")).to_be_visible()
    stack.manage("audit_ledgers")
