"""What 1Plat's API answers, in our words: over real HTTP, from answers as integrators saw them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Limits, Method, Requisites
from payments.providers.oneplat.adapter import Provider
from tests.support.http_server import HttpServer, answer

GUID = "3f8e2c1a-add6-4b69-9222-725f7099a32f"
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
SYSTEMS = {
    "success": 1,
    "systems": [
        {"system_group": "card", "min": 512, "max": 500000},
        {"system_group": "sbp", "min": 100, "max": 500000.5},
        {"system_group": "crypto", "min": 1, "max": 500000},
        {"system_group": "qr"},
    ],
}


@pytest.fixture
def provider(api: HttpServer) -> Provider:
    return Provider(shop_id="4242", secret="plat-demo-secret-01", base_url=api.url)


def created(**changes: Any) -> dict[str, Any]:
    return CREATED | {"payment": CREATED["payment"] | changes}


def rub(amount: str) -> Money:
    return Money(Decimal(amount), "RUB")


# --- opening an invoice


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
def test_the_base_url_may_end_in_api(api, suffix):
    api.plan(answer(200, CREATED))
    Provider(shop_id="1", secret="s", base_url=api.url + suffix).create_invoice(REQUEST)
    assert api.paths() == ["POST /api/merchant/order/create/by-api"]


def test_without_a_method_the_payer_picks_one(provider, api):
    api.plan(answer(200, created(note=None, method_group=None, status=-1)))
    invoice = provider.create_invoice(replace(REQUEST, method=Method.ANY))
    assert "method" not in api.received[0].json
    assert invoice.requisites is None
    assert invoice.pay_url.endswith(GUID)


def test_a_known_email_is_sent(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, email="anna@example.org"))
    assert api.received[0].json["email"] == "anna@example.org"


def test_a_card_with_its_owner_and_the_sum_to_show(provider, api):
    api.plan(answer(200, CREATED))
    invoice = provider.create_invoice(REQUEST)
    assert invoice.requisites == Requisites(
        card_number="2200 0000 1111 2222", recipient="Имя Фамилия", bank="Банк"
    )
    assert invoice.amount_to_pay == rub("199.37")
    assert invoice.expires_at == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "payment",
    [
        {"note": {"pan": "+79001234567", "bank": "Банк"}, "phone": None},
        {"note": {"pan": None, "bank": "Банк"}, "phone": "+79001234567"},
    ],
    ids=["in pan", "in phone"],
)
def test_sbp_is_paid_to_a_phone_number(provider, api, payment):
    api.plan(answer(200, created(method_group="sbp", **payment)))
    invoice = provider.create_invoice(replace(REQUEST, method=Method.SBP))
    assert invoice.requisites == Requisites(phone="+79001234567", bank="Банк")


def test_a_qr_code_as_text_and_as_a_picture(provider, api):
    note = {"qr": "https://qr.nspk.ru/AB", "qr_img": "https://1plat.cash/qr/AB.png"}
    api.plan(answer(200, created(method_group="qr", note=note)))
    invoice = provider.create_invoice(replace(REQUEST, method=Method.QR))
    assert invoice.requisites == Requisites(qr_payload=note["qr"], qr_image_url=note["qr_img"])


@pytest.mark.parametrize("expired", ["date", "", None, 1772368200, "9999-99-99", [], "0001-01-01"])
def test_a_date_that_cannot_be_read_is_no_error(provider, api, expired):
    api.plan(answer(200, created(expired=expired)))
    invoice = provider.create_invoice(REQUEST)
    assert invoice.expires_at is None or invoice.expires_at.tzinfo is UTC


def test_a_date_in_another_zone_is_turned_into_utc(provider, api):
    moscow = datetime(2026, 3, 1, 15, 30, tzinfo=timezone(timedelta(hours=3)))
    api.plan(answer(200, created(expired=moscow.isoformat())))
    assert str(provider.create_invoice(REQUEST).expires_at) == "2026-03-01 12:30:00+00:00"


def test_the_guid_may_stand_in_the_payment_only(provider, api):
    api.plan(answer(200, {name: CREATED[name] for name in ("success", "payment")}))
    invoice = provider.create_invoice(REQUEST)
    assert invoice.external_id == GUID
    assert invoice.pay_url == f"https://pay.1plat.cash/pay/{GUID}"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://x", 7, "https://a b"])
def test_only_a_web_address_is_shown_as_a_link(provider, api, url):
    api.plan(answer(200, CREATED | {"url": url}))
    assert provider.create_invoice(REQUEST).pay_url == f"https://pay.1plat.cash/pay/{GUID}"


# --- being refused


def refusal(provider: Provider, request: InvoiceRequest = REQUEST) -> InvoiceRefused:
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(request)
    return caught.value


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (500, "Не удалось получить реквизиты", Refusal.NO_REQUISITES),
        (500, "Could not obtain requisites", Refusal.NO_REQUISITES),
        (500, "Подождите 1 минуту или измените сумму", Refusal.TOO_SOON),
        (400, "Please wait a minute", Refusal.TOO_SOON),
        (429, "slow down", Refusal.TOO_SOON),
        (400, "Минимальная сумма 144 ₽", Refusal.AMOUNT_OUT_OF_RANGE),
        (400, "Amount is above the limit", Refusal.AMOUNT_OUT_OF_RANGE),
        (400, "Something new", Refusal.OTHER),
        (200, "Something new", Refusal.OTHER),
    ],
)
def test_a_refusal_says_what_to_do_next(provider, api, status, said, reason):
    api.plan(answer(status, {"success": 0, "error": said}))
    api.otherwise = answer(200, SYSTEMS)
    assert refusal(provider).reason is reason


def test_the_text_may_stand_under_message(provider, api):
    api.plan(answer(500, {"message": "no  requisites\n available"}))
    assert str(refusal(provider)) == "no requisites available"


@pytest.mark.parametrize(
    ("said", "minimum"),
    [("Минимальная сумма: 1 000 ₽", "1000"), ("min 144, max 500000", "144"), ("amount", "512")],
)
def test_the_minimum_is_read_or_asked_for(provider, api, said, minimum):
    api.plan(answer(400, {"error": said}))
    api.otherwise = answer(200, SYSTEMS)
    assert refusal(provider).minimum == rub(minimum)


def test_a_sum_above_every_minimum_names_none(provider, api):
    api.plan(answer(400, {"error": "amount"}))
    api.otherwise = answer(200, SYSTEMS)
    assert refusal(provider, replace(REQUEST, money=rub("600000"))).minimum is None


def test_a_refusal_stands_where_limits_cannot_be_asked(provider, api):
    api.plan(answer(400, {"error": "amount"}))
    api.otherwise = answer(500)
    assert refusal(provider).minimum is None


def test_an_order_born_dead_is_a_refusal(provider, api):
    api.plan(answer(200, created(status=-2, note=None)))
    assert refusal(provider).reason is Refusal.NO_REQUISITES


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_wrong_secret_is_our_mistake(provider, api, status):
    api.plan(answer(status, {"success": 0, "error": "Merchant secret is wrong"}))
    with pytest.raises(ServiceRefused):
        provider.create_invoice(REQUEST)


def test_an_unknown_failure_leaves_the_outcome_open(provider, api):
    api.plan(answer(500, {"error": "Internal Server Error"}))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"money": rub("199.50")}, Refusal.AMOUNT_OUT_OF_RANGE),
        ({"money": Money(Decimal(2), "USD")}, Refusal.OTHER),
        ({"method": Method.CRYPTO}, Refusal.OTHER),
    ],
)
def test_what_1plat_cannot_take_is_not_even_sent(provider, api, changes, reason):
    assert refusal(provider, replace(REQUEST, **changes)).reason is reason
    assert api.received == []


# --- asking


def test_the_state_of_an_order(provider, api):
    api.plan(answer(200, created(status=1)))
    event = provider.fetch(GUID)
    assert (event.kind, event.money) == (EventKind.PAID, rub("199"))
    assert (event.external_id, event.reference) == (GUID, REQUEST.reference)
    assert api.paths() == [f"GET /api/merchant/order/info/{GUID}/by-api"]


def test_an_answer_about_another_order_is_no_answer(provider, api):
    api.otherwise = answer(200, created(status=1, guid="another"))
    with pytest.raises(ServiceUnreachable):
        provider.fetch(GUID)


def test_an_unknown_order_is_a_refusal(provider, api):
    api.plan(answer(200, {"success": 0, "error": "not found"}))
    with pytest.raises(ServiceRefused, match="not found"):
        provider.fetch(GUID)


def test_limits_of_the_methods_we_offer(provider, api):
    api.plan(answer(200, SYSTEMS))
    assert provider.limits() == {
        Method.CARD: Limits(minimum=rub("512"), maximum=rub("500000")),
        Method.SBP: Limits(minimum=rub("100"), maximum=rub("500000.5")),
    }


def test_paid_orders_since_a_moment(provider, api):
    row = {"merchant_id": REQUEST.reference, "status": 1, "amount_to_pay": 199}
    full = row | {"guid": GUID, "amount": 199, "status": 2}
    api.plan(answer(200, {"payments": [row, "odd", {}]}), answer(200, {"payments": [full]}))
    since = datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=3)))
    first, second = provider.list_payments(since=since)
    assert [call.json for call in api.received] == [
        {"date_start": "2026-03-01 12:00:00", "status": status} for status in (1, 2)
    ]
    assert (first.reference, first.external_id, first.money) == (REQUEST.reference, "", None)
    assert (second.event_id, second.money) == (f"{GUID}:2", rub("199"))


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ({"shop": {"name": "Проводник", "balance": 10.5}}, "Проводник"),
        ({"name": "Проводник"}, "Проводник"),
        ({}, "shop 4242"),
    ],
)
def test_the_shops_name(provider, api, card, name):
    api.plan(answer(200, {"success": 1} | card))
    assert provider.whoami() == name


def test_the_shops_card_has_two_addresses(provider, api):
    api.plan(answer(404), answer(200, {"success": 1, "name": "Проводник"}))
    assert provider.whoami() == "Проводник"
    assert api.paths() == ["GET /api/shop/info/by-api", "GET /api/merchant/shop/info/by-api"]
