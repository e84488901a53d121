"""CloudPayments through the services and commands people use."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from payments.models import DayEntry, Payment, PaymentEvent
from payments.money import NO_CURRENCY
from payments.providers.cloudpayments.adapter import Provider
from payments.services.checks import check_payment
from tests.support.http_server import HttpServer, answer

CREDENTIALS = {
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_demo000000000000000000000001",
    "CLOUDPAYMENTS_API_SECRET": "cp-demo-api-secret-01",
}


@pytest.fixture
def payment(settings: Any, api: HttpServer, make_payment: Any) -> Payment:
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    settings.CREDENTIALS = CREDENTIALS | {"CLOUDPAYMENTS_BASE_URL": api.url}
    settings.PUBLIC_URL = api.url
    made: Payment = make_payment(provider="cloudpayments")
    Payment.objects.update(external_id=made.reference)
    return made


def check(payment: Payment, api: HttpServer, **operation: Any) -> str:
    model = {"TransactionId": 1, "Amount": 199.0, "Currency": "RUB", "Status": "Completed"}
    model |= {"InvoiceId": payment.reference, "Type": 0} | operation
    api.plan(answer(200, {"Success": True, "Model": model}))
    return check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF).status


def test_a_lost_pay_is_made_good_by_the_button(payment, api):
    assert check(payment, api, Status="Declined") == Payment.Status.PENDING
    assert check(payment, api, TransactionId=2) == Payment.Status.PAID


def test_a_payment_hidden_by_a_declined_attempt_is_found_in_the_list(payment, api):
    attempt = {
        "TransactionId": 2,
        "Amount": 199.0,
        "Currency": "RUB",
        "InvoiceId": payment.reference,
    }
    declined = attempt | {"Status": "Declined", "CreatedDateIso": "2026-03-01T12:10:00"}
    paid = attempt | {"TransactionId": 1, "Status": "Completed", "Type": 0}
    others = [paid | {"InvoiceId": "0" * 32}, {"TransactionId": "x"}, paid | {"Status": "Declined"}]
    api.plan(answer(200, {"Success": False, "Model": declined}))
    api.plan(answer(200, {"Success": True, "Model": [*others, paid]}))
    checked = check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF)
    assert checked.status == Payment.Status.PAID
    asked = api.received[-1].json
    assert asked["CreatedDateGte"] == "2026-02-28T12:10:00Z"
    assert asked["CreatedDateLte"] == "2026-03-01T12:11:00Z"
    assert payment.events.get(kind="paid").operation == "1"


def test_a_declined_attempt_that_hides_nothing_stays_one(payment, api):
    declined = {"TransactionId": 2, "Amount": 199.0, "Currency": "RUB", "Status": "Declined"}
    declined |= {"InvoiceId": payment.reference, "CreatedDateIso": "2026-03-01T12:10:00"}
    api.plan(answer(200, {"Success": False, "Model": declined}))
    api.plan(answer(200, {"Success": True, "Model": [declined]}))
    checked = check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF)
    assert checked.status == Payment.Status.PENDING


def test_a_lost_refund_is_made_good_too(payment, api):
    check(payment, api)
    refund = {"TransactionId": 2, "Type": 1, "Amount": 99}
    assert check(payment, api, **refund) == Payment.Status.PARTLY_REFUNDED
    assert check(payment, api, **refund) == Payment.Status.PARTLY_REFUNDED


def test_money_that_came_and_went_unseen_gives_nothing(payment, api):
    assert check(payment, api, Refunded=True) == Payment.Status.PENDING
    assert check(payment, api, Type=1) == Payment.Status.REFUNDED
    assert not DayEntry.objects.exists()


@pytest.mark.parametrize(
    ("status", "kind"),
    [("Completed", "pay"), ("Declined", "fail"), ("Refunded", "refund"), ("Check", "check")],
)
def test_a_test_callback_goes_to_the_address_of_its_type(payment, api, status, kind):
    call_command(
        "send_test_callback", "cloudpayments", status=status, sign="hmac", stdout=StringIO()
    )
    assert api.paths() == [f"POST /payments/callbacks/cloudpayments/{kind}"]


@pytest.mark.parametrize("status", Provider.test_statuses)
def test_test_callbacks_are_believed_like_genuine_ones(status, payment):
    provider = Provider.from_credentials(CREDENTIALS)
    raw = provider.build_test_callback(
        reference=payment.reference,
        external_id="",
        money=payment.money,
        status=status,
        signature="hmac",
    )
    [event] = provider.parse(raw)
    names_no_currency = status in ("Refunded", "Cancelled")
    money = replace(payment.money, currency=NO_CURRENCY) if names_no_currency else payment.money
    assert (event.trust, event.raw["status"], event.money) == ("signed", status, money)
