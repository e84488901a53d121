"""Calls that come through the bot: kept like any other, answered where they ask."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import InboundCallback
from payments.models import MoneyEntry, Payment
from payments.provider import Verdict
from payments.registry import forget_providers
from payments.services.callbacks import drain_callbacks
from payments.services.transitions import close_open
from payments.services.updates import receive_update

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "tgstars"]
    settings.CREDENTIALS = {**settings.CREDENTIALS, "BOT_TOKEN": "12345:test"}
    forget_providers()
    yield
    forget_providers()


@pytest.fixture
def payment(make_payment) -> Payment:
    made: Payment = make_payment(provider="tgstars", method="", amount=150, currency="XTR")
    Payment.objects.filter(pk=made.pk).update(external_id=made.reference)
    made.refresh_from_db()
    return made


def paid(payment: Payment, *, charge: str = "charge_1", amount: int = 150) -> dict[str, Any]:
    said = {
        "currency": "XTR",
        "total_amount": amount,
        "invoice_payload": payment.reference,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    }
    return {"update_id": 1, "message": {"message_id": 1, "successful_payment": said}}


def asked(payment: Payment, *, amount: int = 150) -> dict[str, Any]:
    said = {"currency": "XTR", "total_amount": amount, "invoice_payload": payment.reference}
    return {"update_id": 1, "pre_checkout_query": {"id": "1", "from": {"id": 1}} | said}


def test_stars_that_came_pay_once_however_often_they_are_told(payment):
    for _ in range(3):
        assert receive_update(paid(payment)) is Verdict.ACCEPT
    drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert InboundCallback.objects.get().deliveries == 3
    assert MoneyEntry.objects.filter(kind="capture", currency="XTR", amount=150).count() == 1


def test_the_question_is_answered_and_nothing_is_kept(payment):
    assert receive_update(asked(payment)) is Verdict.ACCEPT
    assert receive_update(asked(payment, amount=1)) is Verdict.WRONG_AMOUNT
    close_open(payment_id=payment.pk, to=Payment.Status.CANCELED)
    assert receive_update(asked(payment)) is Verdict.NOT_PAYABLE
    Payment.objects.update(reference="f" * 32, external_id="")
    assert receive_update(asked(payment)) is Verdict.UNKNOWN_PAYMENT
    assert not InboundCallback.objects.exists()


def test_an_update_about_something_else_is_nobodys(payment):
    assert receive_update({"update_id": 1, "message": {"text": "оплатил"}}) is None
    assert not InboundCallback.objects.exists()


def test_an_update_that_cannot_be_read_is_no_error(payment):
    assert receive_update(paid(payment, amount=0)) is None
    assert not InboundCallback.objects.exists()


def test_a_switched_off_provider_takes_nothing(payment, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat"]
    assert receive_update(paid(payment)) is None


def test_two_charges_of_one_order_are_a_case_for_a_person(payment):
    for charge in ("charge_1", "charge_2"):
        receive_update(paid(payment, charge=charge))
    drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert payment.incidents.get().kind == "paid_twice"
