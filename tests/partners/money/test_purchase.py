"""A partner pays on its page, over real HTTP, at the simulated providers; and what follows from the money."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.contrib.auth import get_user_model
from django.test import Client

from integrations.clock import now
from integrations.models import MailMessage
from integrations.sandbox.core.sandbox import Sandbox
from partners.models import Partner
from partners.services import plans, quotas
from payments.models import AutoRenewal, PayLink, Payment
from payments.registry import forget_providers
from payments.services.audit import audit_ledgers
from payments.services.refund_sending import send_refunds
from payments.services.refunds import start_refund
from payments.services.renewal_runs import renew_due
from tests.partners.money.support import buy, plan, react
from tests.support.sandbox import running_sandbox

pytestmark = pytest.mark.django_db

CREDENTIALS = {
    "YUKASSA_SHOP_ID": "100500",
    "YUKASSA_SECRET_KEY": "test_sandboxSecretKey",
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_sandbox",
    "CLOUDPAYMENTS_API_SECRET": "cloudpayments-sandbox-secret",
}
NAMED_BY = {"yookassa": "order_id", "cloudpayments": "invoice_id"}


@pytest.fixture(autouse=True)
def sandbox(settings) -> Iterator[Sandbox]:
    settings.PAYMENT_PROVIDERS = ["oneplat", "yookassa", "cloudpayments"]
    settings.STAFF_CHAT_ID = ""
    settings.CHECK_COOLDOWN_SECONDS = 0
    with running_sandbox(**CREDENTIALS) as running:
        settings.CREDENTIALS.update(
            YUKASSA_BASE_URL=f"{running.base_url}/yookassa",
            CLOUDPAYMENTS_BASE_URL=f"{running.base_url}/cloudpayments",
        )
        forget_providers()
        control(running, "cloudpayments/options", check=False)  # nobody is there to be asked
        yield running


def control(sandbox: Sandbox, path: str, **document: Any) -> None:
    requests.post(
        f"{sandbox.base_url}/control/{path}", json=document, timeout=30
    ).raise_for_status()


def shown(client: Client, page: PayLink) -> str:
    return re.sub(r"\s+", " ", client.get(f"/pay/{page.token}/").content.decode())


def page_for(partner: Partner, tier: str, term: str = "month") -> PayLink:
    url = plans.pay_page(partner, plan(tier, term))
    return PayLink.objects.get(token=url.rstrip("/").rpartition("/")[2])


def choose(client: Client, page: PayLink, slug: str, shown: Decimal, **fields: str) -> Payment:
    html = client.get(f"/pay/{page.token}/").content.decode()
    offered = re.search(rf'value="{slug}"><input type="hidden" name="method" value="(\w*)"', html)
    assert offered is not None
    method = "card" if slug == "yookassa" else offered[1]
    form = {"provider": slug, "method": method, "shown": f"{shown:f}"} | fields
    answer = client.post(f"/pay/{page.token}/choose", form)
    assert answer.status_code == 302, re.findall(
        r'class="said"[^>]*>([^<]*)', answer.content.decode()
    )
    return page.payments.get()


def pay(sandbox: Sandbox, client: Client, page: PayLink, payment: Payment) -> None:
    """The money is there and no call comes: the button on the page finds it."""
    named = {NAMED_BY[payment.provider]: payment.reference}
    control(sandbox, f"{payment.provider}/pay", **named, mode="lost")
    until = time.monotonic() + 10
    while payment.paid_at is None and time.monotonic() < until:
        client.post(f"/pay/{page.token}/check")
        payment.refresh_from_db()
    react()
    payment.refresh_from_db()


@pytest.mark.parametrize("slug", ["yookassa", "cloudpayments"])
def test_a_partner_pays_and_the_quota_grows(client, sandbox, partner, slug):
    page = page_for(partner, "premium")
    text = shown(client, page)
    assert "Тариф включится сразу после оплаты" in text
    assert 'value="oneplat"' not in text  # a way for customers only
    payment = choose(client, page, slug, Decimal("15000.00"))
    pay(sandbox, client, page, payment)
    assert (payment.status, payment.access) == ("paid", "granted")
    text = shown(client, page)
    assert "Тариф включён" in text
    assert "ступ" not in text  # nothing is said of access
    assert plans.tier_of(partner).code == "premium"
    assert quotas.left(partner) == 300
    assert MailMessage.objects.get(context__what="active").to == partner.email
    assert audit_ledgers().differences == []


def test_money_sent_back_by_the_provider_takes_the_tier_back(client, sandbox, partner):
    page = page_for(partner, "basic")
    payment = choose(client, page, "yookassa", Decimal("5000.00"))
    pay(sandbox, client, page, payment)
    olga = get_user_model().objects.create_user("olga")
    start_refund(
        payment_id=payment.pk,
        staff=olga,
        amount=Decimal("5000.00"),
        days=0,
        reason="передумали",
        key=uuid4(),
    )
    send_refunds()
    react()
    payment.refresh_from_db()
    assert payment.status == "refunded"
    assert plans.tier_of(partner).code == "start"
    assert quotas.left(partner) == 10
    assert "действует бесплатный тариф" in MailMessage.objects.get(context__what="refunded").text
    assert audit_ledgers().differences == []


def test_a_dearer_tier_is_paid_for_by_the_difference(client, sandbox, partner):
    buy(partner, "basic")
    page = page_for(partner, "premium")
    text = shown(client, page)
    assert "Смена тарифа сразу после оплаты" in text
    asked = plans.offer_of(partner, plan("premium")).price.amount
    payment = choose(client, page, "yookassa", asked)
    assert (payment.purpose, payment.amount) == ("change", asked)
    pay(sandbox, client, page, payment)
    assert plans.tier_of(partner).code == "premium"
    assert audit_ledgers().differences == []


def test_an_agreed_card_is_charged_for_the_next_month(client, sandbox, partner, move_clock):
    page = page_for(partner, "basic")
    assert 'name="save"' in shown(client, page)
    agreed = "Продлевать автоматически: 5\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽ за каждый"
    assert agreed in client.get(f"/pay/{page.token}/").content.decode()
    payment = choose(client, page, "yookassa", Decimal("5000.00"), save="on")
    pay(sandbox, client, page, payment)
    renewal = AutoRenewal.objects.get(customer=partner.account)
    assert (renewal.is_on, renewal.amount) == (True, Decimal("5000.00"))
    end = plans.paid_until(partner)
    assert end is not None
    move_clock(end - now() - timedelta(hours=25))
    renew_due()
    react()
    assert MailMessage.objects.filter(context__what="renewal_upcoming").exists()
    move_clock(timedelta(days=1))
    renew_due()
    react()
    later = plans.paid_until(partner)
    assert later is not None
    assert later > end + timedelta(days=27)
    assert MailMessage.objects.filter(context__what="active").count() == 2
    assert plans.stop_renewal(partner)
    renewal.refresh_from_db()
    assert not renewal.is_on
    assert audit_ledgers().differences == []


def test_nobody_keeps_a_card_that_was_not_agreed_to(client, sandbox, partner):
    page = page_for(partner, "basic")
    payment = choose(client, page, "yookassa", Decimal("5000.00"))
    pay(sandbox, client, page, payment)
    assert not AutoRenewal.objects.exists()
