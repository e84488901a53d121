"""What a company is written about its money: each of the news, in both languages, once."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bot import notifications
from integrations.clock import now
from integrations.models import MailMessage
from partners.models import Partner
from partners.services.accounts import ensure_account
from payments.models import (
    AutoRenewal,
    Customer,
    Incident,
    Payment,
    ProviderSubscription,
    Refund,
    SavedMethod,
)
from tests.partners.money.support import buy, invoice, plan

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["ru", "en"])
def company(request, partner) -> Partner:
    partner.language = request.param
    partner.save()
    ensure_account(partner)
    found: Partner = partner
    return found


def account(company: Partner) -> Customer:
    assert company.account is not None
    return company.account


def renewal(company: Partner, **fields) -> AutoRenewal:
    method = SavedMethod.objects.create(
        customer=account(company), provider="yookassa", token="t", title="Visa ·· 4242"
    )
    row: AutoRenewal = AutoRenewal.objects.create(
        **{
            "customer": company.account,
            "method": method,
            "plan": plan("basic"),
            "amount": Decimal("5000.00"),
            "currency": "RUB",
            "next_try_at": now() + timedelta(hours=24),
            **fields,
        }
    )
    return row


def the_letter(company: Partner) -> str:
    """Subject and text of the only letter; it is well formed, escaped and in the company's language."""
    written = MailMessage.objects.get()
    assert written.to == company.email
    assert written.subject
    for words in (written.subject, written.text, written.html):
        assert "%(" not in words
        assert "None" not in words
        if company.language == "en":
            plain = re.sub(r"<[^>]*>|Ромашка \d+|простите", "", words)
            assert not re.search("[А-Яа-яЁё]", plain.replace("Проводник", "")), plain
    return f"{written.subject}\n{written.text}"


def twice(tell, **about) -> None:
    """A reaction may run again: nothing is said a second time."""
    tell(**about)
    tell(**about)


def test_a_charge_to_come(company):
    buy(company)
    row = renewal(company)
    end = company.account.subscription.expires_at
    twice(notifications.renewal_upcoming, renewal_id=row.pk, end=end.isoformat())
    said = the_letter(company)
    assert "Visa ·· 4242" in said
    assert "5\N{NO-BREAK SPACE}000" in said or "5,000" in said


def test_a_declined_charge(company):
    buy(company)
    row = renewal(company, attempts=1, last_error="нет денег")
    payment = invoice(company, renewal_key=f"renewal:{row.pk}:1:1", pay_link=None, status="failed")
    twice(notifications.renewal_declined, payment_id=payment.pk)
    said = the_letter(company)
    assert f"{'no.' if company.language == 'en' else '№'} {payment.number}," in said
    assert plan("basic").title(company.language) in said  # and the page to pay on by hand
    assert MailMessage.objects.get().context["page_id"]


@pytest.mark.parametrize(
    "reason", ["declined", "revoked", "price", "archived", "refund", "late", "staff"]
)
def test_renewing_is_off(company, reason):
    buy(company)
    row = renewal(company, is_on=False, next_try_at=None)
    moment = now().isoformat()
    twice(notifications.renewal_off, renewal_id=row.pk, reason=reason, at=moment)
    assert the_letter(company)


@pytest.mark.parametrize("tell", ["subscription_past_due", "subscription_stopped"])
def test_a_provider_that_charges_by_itself(company, tell):
    buy(company)
    running = ProviderSubscription.objects.create(
        provider="cloudpayments",
        external_id="sc_1",
        customer=company.account,
        plan=plan("basic"),
        amount=Decimal("5000.00"),
        currency="RUB",
        status="past_due",
    )
    twice(getattr(notifications, tell), subscription_id=running.pk)
    assert the_letter(company)


@pytest.mark.parametrize(
    ("tell", "fields"),
    [
        ("payment_found", {}),
        ("payment_failed", {"status": "failed", "reason": "declined"}),
        ("payment_expired", {"status": "expired"}),
        ("payment_held", {"held_at": now()}),
        ("hold_released", {"status": "canceled"}),
        ("payment_under_review", {"status": "review"}),
    ],
)
def test_what_becomes_of_an_invoice(company, tell, fields):
    payment = invoice(company, **fields)
    twice(getattr(notifications, tell), payment_id=payment.pk)
    assert str(payment.number) in the_letter(company)


@pytest.mark.parametrize(
    ("tell", "status"), [("payment_partly_refunded", "succeeded"), ("refund_rejected", "rejected")]
)
def test_a_refund_in_part_or_none(company, tell, status):
    payment = buy(company)
    refund = Refund.objects.create(
        payment=payment,
        origin=Refund.Origin.STAFF,
        status=status,
        amount=Decimal("100.00"),
        currency="RUB",
        days=2,
        reason="agreed",
    )
    about = {"payment_id": payment.pk} if tell == "payment_partly_refunded" else {}
    twice(getattr(notifications, tell), refund_id=refund.pk, **about)
    assert "100" in the_letter(company)


def test_an_answer_of_staff_is_sent_as_it_was_written(company):
    payment = invoice(company)
    incident = Incident.objects.create(
        kind=Incident.Kind.OVERPAID,
        key="k",
        provider="yookassa",
        payment=payment,
        customer=company.account,
    )
    text = "1 < 2 & <b>sorry</b>"
    twice(notifications.incident_answered, incident_id=incident.pk, text=text, number="1")
    assert text in the_letter(company)
    assert "<b>sorry</b>" not in MailMessage.objects.get().html


def test_without_an_address_nothing_is_written(company):
    company.account.email = ""
    company.account.save()
    notifications.payment_failed(payment_id=invoice(company, status="failed").pk)
    assert not MailMessage.objects.exists()
    assert Payment.objects.count() == 1
