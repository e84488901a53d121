"""What the Crypto Pay API answers, in our words: over real HTTP, from answers as integrators saw them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method
from payments.providers.cryptobot import adapter
from payments.providers.cryptobot.adapter import Provider
from tests.support.http_server import HttpServer, answer

CREATED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "recorded" / "create_invoice.json").read_text()
)["answer"]["result"]
REQUEST = InvoiceRequest(
    reference="0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6",
    money=Money(Decimal("199.00"), "RUB"),
    method=Method.CRYPTO,
    description="№ 1",
    payer_id=555000111,
    return_url="https://shop.example/",
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def provider(api: HttpServer) -> Provider:
    return Provider(token="12345:AAdemo", api_url=api.url)


def ok(result: Any) -> Any:
    return answer(200, {"ok": True, "result": result})


def error(name: Any, *, code: int = 400, status: int = 200) -> Any:
    return answer(status, {"ok": False, "error": {"code": code, "name": name}})


def listed(*invoices: Any) -> Any:
    return ok({"items": list(invoices)})


def paid(number: int, *, at: datetime | None = NOON) -> dict[str, Any]:
    dated = {"paid_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}"} if at else {}
    return CREATED | {"invoice_id": number, "status": "paid"} | dated


# --- opening an invoice


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
def test_the_address_may_end_in_api(api, suffix):
    api.plan(ok(CREATED))
    Provider(token="1:s", api_url=api.url + suffix).create_invoice(REQUEST)
    assert api.paths() == ["POST /api/createInvoice"]


def test_assets_are_sent_as_one_string(provider, api):
    api.plan(ok(CREATED))
    provider.create_invoice(REQUEST)
    assert api.received[0].json["accepted_assets"] == "USDT,TON,BTC"


def test_a_sum_is_sent_as_exact_text(provider, api):
    api.otherwise = ok(CREATED)
    for amount in ("125.50", "1E+3"):
        provider.create_invoice(replace(REQUEST, money=Money(Decimal(amount), "RUB")))
    assert [call.json["amount"] for call in api.received] == ["125.50", "1000"]


def test_a_long_description_is_cut(provider, api):
    api.plan(ok(CREATED))
    provider.create_invoice(replace(REQUEST, description="№" * 2000))
    assert len(api.received[0].json["description"]) == 1024


def test_an_invoice_lapses_when_they_say(provider, api):
    api.plan(ok(CREATED))
    assert provider.create_invoice(REQUEST).expires_at == datetime(2026, 3, 1, 12, 59, tzinfo=UTC)


@pytest.mark.parametrize("date", ["soon", "", None, 1772368200, "0001-01-01T00:00:00+10:00"])
def test_a_date_that_cannot_be_read_is_no_error(provider, api, date):
    api.plan(ok(CREATED | {"expiration_date": date}))
    assert provider.create_invoice(REQUEST).expires_at is None


def test_without_a_mini_app_the_bot_and_the_web_page_stand_in(provider, api):
    shown = []
    for missing in (
        ("mini_app_invoice_url",),
        ("mini_app_invoice_url", "bot_invoice_url"),
        ("mini_app_invoice_url", "bot_invoice_url", "web_app_invoice_url"),
    ):
        api.plan(ok({name: value for name, value in CREATED.items() if name not in missing}))
        shown.append(provider.create_invoice(REQUEST).pay_url)
    bot = "https://t.me/CryptoBot?start=IVdemo0001"
    assert shown == [bot, "https://app.send.tg/invoices/IVdemo0001", bot]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://x", 7, "https://a b", None])
def test_only_a_web_address_is_shown_as_a_link(provider, api, url):
    names = ("mini_app_invoice_url", "bot_invoice_url", "web_app_invoice_url", "pay_url")
    api.plan(ok(CREATED | dict.fromkeys(names, url)))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


# --- being refused


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("AMOUNT_TOO_SMALL", Refusal.AMOUNT_OUT_OF_RANGE),
        ("TOO_MANY_REQUESTS", Refusal.TOO_SOON),
        ("UNSUPPORTED_ACCEPTED_ASSET", Refusal.OTHER),
        ("EXPIRES_IN_INVALID", Refusal.OTHER),
        ("Something new: 12345:AAdemo", Refusal.OTHER),
        (None, Refusal.OTHER),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_ok_decides_and_a_refusal_says_what_to_do_next(provider, api, name, reason, status):
    api.plan(error(name, status=status))
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(REQUEST)
    assert caught.value.reason is reason
    assert "AAdemo" not in str(caught.value)


def test_too_many_calls_opened_nothing(provider, api):
    api.plan(answer(429))
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(REQUEST)
    assert caught.value.reason is Refusal.TOO_SOON


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("UNAUTHORIZED", 401),
        ("UNAUTHORIZED", 200),
        ("METHOD_DISABLED", 403),
        ("METHOD_NOT_FOUND", 405),
        ("APP_LOCKED", 423),
    ],
)
def test_a_problem_of_our_app_is_our_mistake(provider, api, name, status):
    api.plan(error(name, status=status))
    with pytest.raises(ServiceRefused, match=name):
        provider.create_invoice(REQUEST)


def test_their_own_failure_leaves_the_outcome_open(provider, api):
    api.plan(error("APP_ERROR", code=500, status=500))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


@pytest.mark.parametrize("changes", [{"method": Method.CARD}, {"money": Money(Decimal(5), "USD")}])
def test_what_is_not_offered_is_not_asked_for(provider, api, changes):
    with pytest.raises(InvoiceRefused):
        provider.create_invoice(replace(REQUEST, **changes))
    assert api.paths() == []


# --- asking


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("active", EventKind.PENDING),
        ("paid", EventKind.PAID),
        ("expired", EventKind.CANCELED),
        ("frozen", EventKind.UNKNOWN),
    ],
)
def test_the_present_state_of_an_invoice(provider, api, status, kind):
    api.plan(listed(CREATED | {"status": status}))
    event = provider.fetch("528890")
    assert (event.kind, event.event_id) == (kind, f"528890:{status}")
    assert (event.reference, event.money) == (REQUEST.reference, Money(Decimal(199), "RUB"))
    assert (api.paths(), api.received[0].query) == (
        ["GET /api/getInvoices"],
        {"invoice_ids": "528890"},
    )


@pytest.mark.parametrize(
    "items",
    [
        [CREATED | {"invoice_id": 111}],
        [CREATED, CREATED | {"invoice_id": 111}],
        ["528890"],
        [CREATED | {"amount": None}],
        [CREATED | {"status": None}],
        None,
        {},
    ],
    ids=["another", "several", "no object", "no sum", "no status", "no list", "an object"],
)
def test_an_answer_that_is_none_moves_nothing(provider, api, items):
    api.otherwise = ok({"items": items})
    with pytest.raises(ServiceUnreachable):
        provider.fetch("528890")


def test_a_deleted_invoice_is_not_there(provider, api):
    api.plan(listed())
    with pytest.raises(ServiceRefused, match="no such invoice"):
        provider.fetch("528890")


def test_the_app_introduces_itself(provider, api):
    api.plan(ok({"app_id": 12345, "name": "Проводник"}), ok({"app_id": 12345}), ok({}))
    assert [provider.whoami(), provider.whoami()] == ["Проводник", "app 12345"]
    with pytest.raises(ServiceUnreachable):
        provider.whoami()


def test_a_wrong_token_is_named_so(provider, api):
    api.otherwise = error("UNAUTHORIZED", code=401, status=401)
    with pytest.raises(ServiceRefused, match="UNAUTHORIZED"):
        provider.whoami()


# --- listing


def ids(provider: Provider, since: datetime = NOON) -> list[str]:
    return [event.external_id for event in provider.list_payments(since=since)]


def test_paid_invoices_since_a_moment(provider, api):
    early = NOON - timedelta(seconds=1)
    api.plan(listed(paid(3), paid(2, at=early), paid(1, at=None), CREATED))
    assert ids(provider) == ["3", "1"]
    assert api.received[0].query["status"] == "paid"


def test_pages_are_read_to_the_end(provider, api, monkeypatch):
    monkeypatch.setattr(adapter, "PAGE", 2)
    api.plan(listed(paid(5), paid(4)), listed(paid(3), paid(2)), listed(paid(1)))
    assert ids(provider) == ["5", "4", "3", "2", "1"]
    assert [call.query["offset"] for call in api.received] == ["0", "2", "4"]


def test_older_pages_are_left_alone_where_newer_ones_come_first(provider, api, monkeypatch):
    monkeypatch.setattr(adapter, "PAGE", 2)
    old = NOON - timedelta(days=1)
    api.plan(listed(paid(5), paid(4, at=old)), listed(paid(3, at=old), paid(2, at=old)))
    assert ids(provider) == ["5"]
    assert len(api.received) == 2


def test_a_list_in_the_other_order_hides_nothing(provider, api, monkeypatch):
    monkeypatch.setattr(adapter, "PAGE", 2)
    old = NOON - timedelta(days=1)
    api.plan(listed(paid(1, at=old), paid(2, at=old)), listed(paid(3)))
    assert ids(provider) == ["3"]


def test_a_row_that_cannot_be_read_stops_no_list(provider, api):
    api.plan(listed({"invoice_id": "x"}, "row", paid(1)))
    with capture_logs() as logs:
        assert ids(provider) == ["1"]
    assert [line["event"] for line in logs].count("cryptobot.unreadable_row") == 2
