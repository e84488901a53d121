"""What YooKassa's API answers, in our words: over real HTTP, from answers as documented."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.abilities import RefundRequest
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method
from payments.providers.yookassa.adapter import Provider
from tests.payments.providers.yookassa.case import MISSING, PAYMENT_ID, SECRET, SHOP_ID
from tests.support.http_server import HttpServer, answer

CREATED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "recorded" / "create_invoice.json").read_text()
)["answer"]
REQUEST = InvoiceRequest(
    reference="0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6",
    money=Money(Decimal("199.00"), "RUB"),
    method=Method.CARD,
    description="№ 1",
    payer_id=555000111,
    return_url="https://shop.example/",
)
SETTINGS = {"YUKASSA_SHOP_ID": SHOP_ID, "YUKASSA_SECRET_KEY": SECRET}


@pytest.fixture
def provider(api: HttpServer) -> Provider:
    return Provider.from_credentials(SETTINGS | {"YUKASSA_BASE_URL": api.url})


def rub(amount: str) -> Money:
    return Money(Decimal(amount), "RUB")


def error(code: str = "invalid_request", said: str = "No", parameter: str = "") -> dict[str, str]:
    return {"type": "error", "id": "e1", "code": code, "description": said, "parameter": parameter}


# --- opening a payment


def test_sbp_is_asked_for_by_name_and_taken_at_once(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, method=Method.SBP))
    sent = api.received[0].json
    assert (sent["payment_method_data"], sent["capture"]) == ({"type": "sbp"}, True)


def test_an_invoice_lives_an_hour(provider, api):
    api.plan(answer(200, CREATED))
    wanted = datetime(2026, 3, 1, 12, 59, 0, 120000, tzinfo=UTC)
    assert provider.create_invoice(REQUEST).expires_at == wanted


@pytest.mark.parametrize(("amount", "wire"), [("1", "1.00"), ("199.5", "199.50"), ("0.99", "0.99")])
def test_a_sum_has_two_decimals_on_the_wire(provider, api, amount, wire):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, money=rub(amount)))
    assert api.received[0].json["amount"] == {"value": wire, "currency": "RUB"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"money": rub("199.005")}, Refusal.AMOUNT_OUT_OF_RANGE),
        ({"money": rub("0")}, Refusal.AMOUNT_OUT_OF_RANGE),
        ({"money": Money(Decimal(2), "USD")}, Refusal.OTHER),
        ({"method": Method.CRYPTO}, Refusal.OTHER),
    ],
    ids=str,
)
def test_what_it_cannot_take_is_not_even_sent(provider, api, changes, reason):
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(replace(REQUEST, **changes))
    assert caught.value.reason is reason
    assert api.received == []


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (400, error(parameter="amount.value"), Refusal.AMOUNT_OUT_OF_RANGE),
        (400, error(parameter="receipt"), Refusal.OTHER),
        (400, error(said="Idempotence key duplicated"), Refusal.OTHER),
        (404, error("not_found"), Refusal.OTHER),
        (429, error("too_many_requests"), Refusal.TOO_SOON),
    ],
    ids=str,
)
def test_a_refusal_says_what_to_do_next(provider, api, status, said, reason):
    api.plan(answer(status, said))
    with pytest.raises(InvoiceRefused, match=said["code"]) as caught:
        provider.create_invoice(REQUEST)
    assert caught.value.reason is reason


def test_a_payment_born_dead_is_a_refusal(provider, api):
    details = {"party": "yoo_money", "reason": "fraud_suspected"}
    api.plan(answer(200, CREATED | {"status": "canceled", "cancellation_details": details}))
    with pytest.raises(InvoiceRefused, match="fraud_suspected"):
        provider.create_invoice(REQUEST)


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"order_id": "f" * 32}},
        {"metadata": {}},
        {"confirmation": None},
        {"confirmation": {"confirmation_url": "javascript:alert(1)"}},
        {"id": 7},
        {"amount": {"value": 199, "currency": "RUB"}},
    ],
    ids=str,
)
def test_an_answer_that_is_not_about_our_order_leaves_the_outcome_open(provider, api, changes):
    api.plan(answer(200, CREATED | changes))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


def test_the_old_answer_still_processing_leaves_the_outcome_open(provider, api):
    api.plan(answer(202, {"type": "processing", "retry_after": 1800}))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


# --- receipts


def with_receipts(api: HttpServer, **codes: str) -> Provider:
    receipt = {f"YUKASSA_RECEIPT_{name.upper()}": value for name, value in codes.items()}
    address = {"YUKASSA_BASE_URL": api.url, "YUKASSA_RECEIPT_EMAIL": "till@shop.example"}
    return Provider.from_credentials(SETTINGS | address | receipt)


def test_a_receipt_adds_up_to_the_payment(api):
    api.plan(answer(200, CREATED))
    with_receipts(api, vat_code="7", tax_system_code="2").create_invoice(REQUEST)
    assert api.received[0].json["receipt"] == {
        "customer": {"email": "till@shop.example"},
        "items": [
            {
                "description": "Доступ к сервису, заказ № 1",
                "quantity": 1,
                "amount": {"value": "199.00", "currency": "RUB"},
                "vat_code": 7,
                "payment_subject": "service",
                "payment_mode": "full_payment",
            }
        ],
        "tax_system_code": 2,
    }


def test_a_customer_with_an_address_gets_the_receipt(api):
    api.plan(answer(200, CREATED))
    with_receipts(api).create_invoice(replace(REQUEST, email="anna@example.com"))
    receipt = api.received[0].json["receipt"]
    assert receipt["customer"] == {"email": "anna@example.com"}
    assert "tax_system_code" not in receipt


def test_a_refund_has_its_receipt_too(api):
    api.plan(answer(500))
    asked = RefundRequest(
        reference="5f0c1d2e3b4a59687786958473625140",
        payment_reference=REQUEST.reference,
        external_id="2f3c1a00-000f-5000-8000-1a2b3c4d5e6f",
        operation="",
        money=Money(Decimal("50.00"), "RUB"),
        payer_id=555000111,
        description="№ 1",
        email="anna@example.com",
        asked_since=datetime(2026, 3, 2, tzinfo=UTC),
    )
    with pytest.raises(ServiceUnreachable):
        with_receipts(api).refund(asked)
    [item] = api.received[0].json["receipt"]["items"]
    assert item["amount"] == {"value": "50.00", "currency": "RUB"}
    assert api.received[0].json["receipt"]["customer"] == {"email": "anna@example.com"}


@pytest.mark.parametrize("codes", [{"vat_code": "20%"}, {"tax_system_code": "УСН"}], ids=str)
def test_a_code_that_is_none_is_named(api, codes):
    with pytest.raises(ServiceRefused, match="YUKASSA_RECEIPT_"):
        with_receipts(api, **codes).create_invoice(REQUEST)
    assert api.received == []


# --- asking


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, EventKind.PENDING),
        ({"status": "succeeded"}, EventKind.PAID),
        ({"status": "waiting_for_capture", "paid": True}, EventKind.PENDING),
        ({"status": "canceled"}, EventKind.FAILED),
        (
            {"status": "canceled", "cancellation_details": {"reason": "expired_on_confirmation"}},
            EventKind.CANCELED,
        ),
        ({"status": "succeeded", "metadata": {}}, EventKind.UNKNOWN),
    ],
    ids=str,
)
def test_the_state_of_a_payment(provider, api, changes, kind):
    api.plan(answer(200, CREATED | changes))
    event = provider.fetch(PAYMENT_ID)
    assert (event.kind, event.external_id, event.money) == (kind, PAYMENT_ID, rub("199"))
    assert api.paths() == [f"GET /payments/{PAYMENT_ID}"]


def test_a_payment_whose_money_has_gone_back_is_a_refund_of_all_that_is_left(provider, api):
    api.plan(answer(200, CREATED | {"status": "succeeded", "refunded_amount": CREATED["amount"]}))
    event = provider.fetch(PAYMENT_ID)
    assert (event.kind, event.money) == (EventKind.REFUNDED, None)
    assert event.event_id == f"{PAYMENT_ID}:succeeded:refunded"


def test_a_payment_refunded_in_part_is_paid(provider, api):
    back = {"value": "50.00", "currency": "RUB"}
    api.plan(answer(200, CREATED | {"status": "succeeded", "refunded_amount": back}))
    assert provider.fetch(PAYMENT_ID).kind is EventKind.PAID


def test_an_answer_about_another_payment_is_no_answer(provider, api):
    api.otherwise = answer(200, CREATED | {"id": "another"})
    with pytest.raises(ServiceUnreachable):
        provider.fetch(PAYMENT_ID)


def test_an_unknown_payment_is_a_refusal_in_their_words(provider, api):
    api.plan(answer(404, MISSING))
    with pytest.raises(ServiceRefused, match="Payment not found") as caught:
        provider.fetch(PAYMENT_ID)
    assert caught.value.status == 404


def test_payments_are_listed_to_the_end_of_the_list(provider, api):
    paid = CREATED | {"status": "succeeded"}
    api.plan(
        answer(200, {"type": "list", "items": [paid, "odd", {}], "next_cursor": "c2"}),
        answer(200, {"type": "list", "items": [paid | {"refunded_amount": paid["amount"]}]}),
    )
    since = datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=3)))
    kinds = [event.kind for event in provider.list_payments(since=since)]
    assert kinds == [EventKind.PAID, EventKind.REFUNDED]
    asked = {"created_at.gte": "2026-03-01T12:00:00.000Z", "status": "succeeded", "limit": "100"}
    assert [dict(call.query) for call in api.received] == [asked, asked | {"cursor": "c2"}]


@pytest.mark.parametrize("cursor", ["c1", 7])
def test_a_list_without_an_end_is_given_up(provider, api, cursor):
    api.otherwise = answer(200, {"items": [], "next_cursor": cursor})
    with pytest.raises(ServiceUnreachable):
        list(provider.list_payments(since=datetime(2026, 3, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("me", "name"), [({"test": True}, "shop 100500, test mode"), ({}, "shop 100500")], ids=str
)
def test_the_shops_name(provider, api, me, name):
    api.plan(answer(200, {"account_id": "100500", "status": "enabled"} | me))
    assert provider.whoami() == name
    assert api.paths() == ["GET /me"]
