"""Keeping a way of paying at YooKassa: asked for only with consent, and never a reason to lose a sale."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.abilities import ChargeRequest
from payments.errors import MethodRevoked
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method
from payments.providers.yookassa.adapter import Provider
from payments.providers.yookassa.receipt import ReceiptSettings
from tests.support.http_server import HttpServer, answer

RECORDED = Path(__file__).parent / "recorded"
CREATED: dict[str, Any] = json.loads((RECORDED / "create_invoice.json").read_text())["answer"]
CHARGED: dict[str, Any] = json.loads((RECORDED / "charge.json").read_text())["answers"]["paid"]
REFERENCE = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
FORBIDDEN = {
    "type": "error",
    "id": "e1",
    "code": "forbidden",
    "description": "This store can't make recurring payments. Contact the YooMoney manager",
}
REQUEST = InvoiceRequest(
    reference=REFERENCE,
    money=Money(Decimal("199.00"), "RUB"),
    method=Method.CARD,
    description="№ 1",
    payer_id=555000111,
    return_url="https://shop.example/",
    save_method=True,
)
CHARGE = ChargeRequest(
    reference=REFERENCE,
    money=Money(Decimal("199.00"), "RUB"),
    token="2f3c1a00-000f-5000-8000-1a2b3c4d5e6f",
    description="№ 2",
    payer_id=555000111,
    email="anna@example.org",
)


@pytest.fixture
def provider(api: HttpServer) -> Provider:
    receipts = ReceiptSettings(email="shop@example.org", vat_code="1")
    return Provider(shop_id="100500", secret="test_key", base_url=api.url, receipts=receipts)


@pytest.mark.parametrize("agreed", [True, False])
def test_the_card_is_kept_only_with_consent(provider, api, agreed):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, save_method=agreed))
    assert api.received[0].json.get("save_payment_method", False) is agreed


def test_a_shop_that_may_not_save_sells_all_the_same(provider, api):
    api.plan(answer(403, FORBIDDEN), answer(200, CREATED))
    invoice = provider.create_invoice(REQUEST)
    first, second = api.received
    assert invoice.external_id == CREATED["id"]
    assert (first.json["save_payment_method"], "save_payment_method" in second.json) == (
        True,
        False,
    )
    # Another body needs another key, and a repetition must meet the same two keys again.
    keys = [sent.headers["idempotence-key"] for sent in (first, second)]
    assert keys == [REFERENCE, f"{REFERENCE}.unsaved"]


def test_wrong_credentials_are_not_taken_for_that(provider, api):
    api.otherwise = answer(403, FORBIDDEN)
    with pytest.raises(ServiceRefused):
        provider.create_invoice(REQUEST)
    assert len(api.received) == 2


def test_a_saved_card_is_told_with_its_title(provider, api):
    api.otherwise = answer(200, CHARGED)
    kept = provider.fetch(CHARGED["id"]).method_kept
    assert kept is not None
    assert (kept.token, kept.title) == (CHARGE.token, "MasterCard ·· 4444")


@pytest.mark.parametrize(
    ("method", "title"),
    [
        ({"type": "sbp", "title": "СБП"}, "СБП"),
        ({"type": "yoo_money", "title": "YooMoney wallet 410"}, "YooMoney wallet 410"),
        ({"type": "sberbank"}, "sberbank"),
        ({"type": "bank_card", "card": {"last4": "4444"}}, "·· 4444"),
    ],
)
def test_a_title_is_found_for_every_way_of_paying(provider, api, method, title):
    saved = {"id": CHARGE.token, "saved": True}
    api.otherwise = answer(200, CHARGED | {"payment_method": saved | method})
    kept = provider.fetch(CHARGED["id"]).method_kept
    assert kept is not None
    assert kept.title == title


def test_what_is_not_saved_is_not_kept(provider, api):
    method = CHARGED["payment_method"] | {"saved": False}
    api.otherwise = answer(200, CHARGED | {"payment_method": method})
    assert provider.fetch(CHARGED["id"]).method_kept is None


def test_a_charge_has_a_receipt(provider, api):
    api.plan(answer(200, CHARGED))
    provider.charge(CHARGE)
    receipt = api.received[0].json["receipt"]
    assert receipt["customer"] == {"email": "anna@example.org"}
    assert receipt["items"][0]["amount"] == {"value": "199.00", "currency": "RUB"}


def test_a_method_they_do_not_know_is_gone(provider, api):
    error = {
        "code": "invalid_request",
        "description": "not saved",
        "parameter": "payment_method_id",
    }
    api.plan(answer(400, error))
    with pytest.raises(MethodRevoked):
        provider.charge(CHARGE)


def test_a_repeated_key_with_another_body_says_nothing_about_the_charge(provider, api):
    error = {"code": "invalid_request", "description": "Idempotence key duplicated"}
    api.plan(answer(400, error))
    with pytest.raises(ServiceUnreachable):
        provider.charge(CHARGE)


def test_a_charge_that_was_given_up_has_failed(provider, api):
    details = {"party": "yoo_money", "reason": "expired_on_confirmation"}
    api.plan(answer(200, CHARGED | {"status": "canceled", "cancellation_details": details}))
    assert provider.charge(CHARGE).kind is EventKind.FAILED


def test_a_smaller_capture_has_a_receipt_of_its_own(provider, api):
    held = CHARGED | {"status": "waiting_for_capture"}
    taken = CHARGED | {"amount": {"value": "150.00", "currency": "RUB"}}
    api.plan(answer(200, held), answer(200, held), answer(200, taken))
    told = provider.fetch(CHARGED["id"])
    assert told.held
    provider.capture(told, money=Money(Decimal("150.00"), "RUB"))
    receipt = api.received[2].json["receipt"]
    assert receipt["items"][0]["amount"] == {"value": "150.00", "currency": "RUB"}


def test_sbp_is_never_held(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, method=Method.SBP, hold=True))
    assert api.received[0].json["capture"] is True
