"""The plan's page: what runs, what is left, what a press opens; and the list of what was paid."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from integrations.clock import now
from partners.models import Partner, QuotaMonth
from partners.services import plans
from partners.services.accounts import ensure_account
from partners.services.quotas import this_month
from payments.models import AutoRenewal, PayLink, Payment, Plan, SavedMethod
from payments.registry import forget_providers
from tests.partners.cabinet.test_pages import text_of
from tests.partners.factories import a_partner
from tests.partners.money.support import buy
from tests.payments.providers.banktransfer.test_banktransfer import TestBanktransfer as Bank

pytestmark = pytest.mark.django_db

PLAN = "/cabinet/plan/"


@pytest.fixture
def payer(partner: Partner) -> Partner:
    """The partner with an account: who has only looked needs none."""
    ensure_account(partner)
    return partner


@pytest.fixture
def renewing(payer) -> AutoRenewal:
    payment = buy(payer, "basic")
    method = SavedMethod.objects.create(
        customer=payment.customer, provider="yookassa", title="Карта ··4242", token="t"
    )
    renewal: AutoRenewal = AutoRenewal.objects.create(
        customer=payment.customer,
        plan=payment.plan,
        method=method,
        amount=payment.plan.amount,
        currency="RUB",
        is_on=True,
    )
    return renewal


def test_the_free_tier_and_what_is_left_of_it(partner, cabinet):
    QuotaMonth.objects.create(partner=partner, month=this_month(), used=4)
    text = text_of(cabinet, PLAN)
    assert "Обращения в этом месяце: 4 из 10" in text
    assert "Осталось 6" in text
    assert "На месяц · 5 000 ₽" in text
    assert "На год · 50 000 ₽" in text
    assert "<strong>6</strong>" in text_of(cabinet, "/cabinet/")
    QuotaMonth.objects.update(used=12)
    assert "закончились" in text_of(cabinet, PLAN)


def test_a_paid_tier_says_until_when(payer, cabinet):
    buy(payer, "basic")
    text = text_of(cabinet, PLAN)
    assert re.search(r"Оплачен до \d+ \w+ \d{4}", text)
    assert "Обращения в этом месяце: 0 из 100" in text
    assert "ваш тариф" in text


def test_a_press_opens_a_payment_page_of_the_partner(partner, cabinet):
    plan = Plan.objects.get(code="p-basic-year")
    answer = cabinet.post(f"{PLAN}buy/", {"plan": str(plan.pk)})
    page = PayLink.objects.get()
    assert answer["Location"] == f"/pay/{page.token}/"
    partner.refresh_from_db()
    assert (page.customer, page.plan) == (partner.account, plan)
    assert "50 000 ₽" in text_of(cabinet, answer["Location"])


@pytest.mark.parametrize("chosen", ["", "abc", "999999", "customers"])
def test_only_what_is_for_sale_to_partners_can_be_bought(cabinet, chosen):
    if chosen == "customers":
        foreign = Plan.objects.create(
            code="1m", title_ru="1 месяц", title_en="1 month", length=30, amount=199
        )
        chosen = str(foreign.pk)
    answer = cabinet.post(f"{PLAN}buy/", {"plan": chosen}, follow=True)
    assert "больше не продаётся" in answer.content.decode()
    assert not PayLink.objects.exists()


def test_renewal_is_switched_off_and_on(renewing, cabinet):
    text = text_of(cabinet, PLAN)
    assert "Включено: Базовый, месяц, 5 000 ₽. Карта ··4242." in text
    cabinet.post(f"{PLAN}renewal/stop/")
    renewing.refresh_from_db()
    assert not renewing.is_on
    assert "Включить за 5 000 ₽" in text_of(cabinet, PLAN)
    cabinet.post(f"{PLAN}renewal/start/", {"shown": "1.00"})
    renewing.refresh_from_db()
    assert not renewing.is_on  # not the price that was shown
    cabinet.post(f"{PLAN}renewal/start/", {"shown": "5000.00"})
    renewing.refresh_from_db()
    assert renewing.is_on


@pytest.mark.parametrize("shown", ["", "дорого"])
def test_a_price_that_is_none_switches_nothing_on(renewing, cabinet, shown):
    cabinet.post(f"{PLAN}renewal/stop/")
    answer = cabinet.post(f"{PLAN}renewal/start/", {"shown": shown}, follow=True)
    assert "не получилось" in answer.content.decode()


def test_payments_are_listed_with_their_pages(payer, cabinet):
    buy(payer, "basic")
    cabinet.post(f"{PLAN}buy/", {"plan": str(Plan.objects.get(code="p-basic-month").pk)})
    page = PayLink.objects.latest("id")
    Payment.objects.create(
        customer=page.customer, plan=page.plan, length=1, unit="month", provider="yookassa",
        amount=5000, currency="RUB", status="pending", pay_link=page, opened_at=now(),
        invoice_expires_at=now() + timedelta(hours=1),
    )  # fmt: skip
    text = text_of(cabinet, "/cabinet/payments/")
    assert text.count("Счёт №") == 2
    assert "✅ оплачен" in text
    assert f'href="/pay/{page.token}/">Оплатить' in text


def test_an_invoice_for_a_company_is_downloaded_from_the_list(payer, cabinet, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "banktransfer"]
    settings.PARTNER_PAYMENT_PROVIDERS = ["banktransfer"]
    settings.CREDENTIALS = {**settings.CREDENTIALS, **Bank.credentials}
    forget_providers()
    assert "по счёту для юридического лица" in text_of(cabinet, PLAN)
    plan = Plan.objects.get(code="p-basic-month")
    page = cabinet.post(f"{PLAN}buy/", {"plan": str(plan.pk)})["Location"]
    cabinet.post(f"{page}choose", {"provider": "banktransfer", "method": "", "shown": "5000.00"})
    text = text_of(cabinet, "/cabinet/payments/")
    assert f'href="{page}invoice.pdf">Скачать счёт (PDF)' in text
    sheet = cabinet.get(f"{page}invoice.pdf")
    assert sheet.content.startswith(b"%PDF-")


def test_another_partners_payments_are_not_there(cabinet):
    other = a_partner()
    ensure_account(other)
    buy(other, "basic")
    assert "Платежей ещё не было" in text_of(cabinet, "/cabinet/payments/")


def test_a_closed_company_buys_nothing(partner, enter):
    Partner.objects.filter(pk=partner.pk).update(status="closed")
    browser = enter(partner)
    assert "На месяц" not in text_of(browser, PLAN)
    browser.post(f"{PLAN}buy/", {"plan": str(Plan.objects.get(code="p-basic-month").pk)})
    assert not PayLink.objects.exists()
    assert plans.tier_of(partner).code == "start"
