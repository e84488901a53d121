"""What CloudPayments' API answers, in our words: over real HTTP, from answers as documented."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.errors import InvoiceRefused, Refusal
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method
from payments.providers.cloudpayments.adapter import Provider
from tests.support.http_server import HttpServer, Reply, answer

REFERENCE = "0b9c1f6e2a7d4c35b8e4f1a2c3d4e5f6"
CREATED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "recorded" / "create_invoice.json").read_text()
)["answer"]
REQUEST = InvoiceRequest(
    reference=REFERENCE,
    money=Money(Decimal("199.90"), "RUB"),
    method=Method.CARD,
    description="№ 1",
    payer_id=555000111,
    return_url="https://shop.example/",
)
OPERATION = {
    "TransactionId": 504001,
    "Amount": 199.9,
    "Currency": "RUB",
    "InvoiceId": REFERENCE,
    "Status": "Completed",
    "Type": 0,
    "Refunded": False,
}
NOT_FOUND = {"Success": False, "Message": "Not found"}


@pytest.fixture
def provider(api: HttpServer) -> Provider:
    return Provider(public_id=" pk_demo\n", secret="\tsecret\r\n", base_url=api.url)


def found(*, success: bool = True, **changes: Any) -> Reply:
    return answer(200, {"Success": success, "Message": None, "Model": OPERATION | changes})


# --- opening a link


def test_the_sum_is_sent_to_the_last_digit(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(REQUEST)
    assert b'"Amount": 199.90,' in api.received[0].body


def test_a_known_email_is_sent(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(replace(REQUEST, email="anna@example.org"))
    assert api.received[0].json["Email"] == "anna@example.org"


def test_white_space_around_credentials_is_no_part_of_them(provider, api):
    api.plan(answer(200, CREATED))
    provider.create_invoice(REQUEST)
    assert api.received[0].headers["authorization"] == "Basic cGtfZGVtbzpzZWNyZXQ="


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"money": Money(Decimal(2), "USD")}, Refusal.OTHER),
        ({"method": Method.SBP}, Refusal.OTHER),
        ({"money": Money(Decimal("1.005"), "RUB")}, Refusal.AMOUNT_OUT_OF_RANGE),
    ],
    ids=str,
)
def test_what_they_cannot_take_is_not_asked(provider, api, changes, reason):
    with pytest.raises(InvoiceRefused) as caught:
        provider.create_invoice(replace(REQUEST, **changes))
    assert (caught.value.reason, api.received) == (reason, [])


def test_a_refusal_comes_with_status_200(provider, api):
    api.plan(answer(200, {"Success": False, "Message": "Amount is secret\n wrong", "Model": None}))
    with pytest.raises(InvoiceRefused, match=r"^Amount is \*\*\* wrong$"):
        provider.create_invoice(REQUEST)


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https://a b", 1])
def test_a_link_must_be_a_web_address(provider, api, url):
    api.plan(answer(200, CREATED | {"Model": CREATED["Model"] | {"Url": url}}))
    with pytest.raises(ServiceUnreachable):
        provider.create_invoice(REQUEST)


def test_too_many_calls_at_once_are_tried_later(provider, api):
    api.plan(answer(429))
    with pytest.raises(ServiceUnreachable) as caught:
        provider.create_invoice(REQUEST)
    assert not caught.value.maybe_executed


# --- asking about an order


def test_an_order_is_asked_for_by_our_own_number(provider, api):
    api.plan(found())
    event = provider.fetch(REFERENCE)
    assert api.paths() == ["POST /v2/payments/find"]
    assert api.received[0].json == {"InvoiceId": REFERENCE}
    assert (event.kind, event.money) == (EventKind.PAID, REQUEST.money)
    assert event.event_id == "504001:Completed"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Status": "AwaitingAuthentication"}, EventKind.PENDING),
        ({"Status": "Authorized"}, EventKind.PENDING),
        ({"Status": "Declined", "Reason": "ExpiredCard", "ReasonCode": 5054}, EventKind.PENDING),
        ({"Status": "Cancelled"}, EventKind.CANCELED),
        ({"Status": "Reversed"}, EventKind.UNKNOWN),
        ({"Type": 1}, EventKind.REFUNDED),
        ({"Type": 1, "Status": "Declined"}, EventKind.UNKNOWN),
        ({"Type": 2}, EventKind.UNKNOWN),
        ({"Refunded": True}, EventKind.UNKNOWN),
    ],
    ids=str,
)
def test_the_status_of_the_latest_operation_decides(provider, api, changes, kind):
    api.plan(found(**changes))
    assert provider.fetch(REFERENCE).kind is kind


def test_a_declined_attempt_may_come_without_success(provider, api):
    api.plan(found(success=False, Status="Declined", Reason="ExpiredCard", ReasonCode=5054))
    event = provider.fetch(REFERENCE)
    assert (event.kind, event.reason) == (EventKind.PENDING, "ExpiredCard 5054")


def test_an_order_nobody_tried_to_pay_is_pending(provider, api):
    api.plan(answer(200, NOT_FOUND))
    event = provider.fetch(REFERENCE)
    assert (event.kind, event.reference, event.money) == (EventKind.PENDING, REFERENCE, None)


def test_any_other_refusal_is_no_answer_about_the_order(provider, api):
    api.plan(answer(200, {"Success": False, "Message": "Site is blocked", "Model": None}))
    with pytest.raises(ServiceRefused, match="Site is blocked"):
        provider.fetch(REFERENCE)


@pytest.mark.parametrize(
    "changes", [{"InvoiceId": "f" * 32}, {"InvoiceId": None}, {"Status": None}, {"Amount": "x"}]
)
def test_an_answer_about_something_else_is_none(provider, api, changes):
    api.plan(found(**changes))
    with pytest.raises(ServiceUnreachable):
        provider.fetch(REFERENCE)


# --- the list, and the credentials


def test_the_list_is_read_page_by_page(provider, api):
    rows = [OPERATION | {"TransactionId": number} for number in range(101)]
    for page in (rows[:100], rows[100:]):
        api.plan(answer(200, {"Success": True, "Model": page}))
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert len(list(provider.list_payments(since=since))) == 101
    sent = [call.json for call in api.received]
    assert [one["PageNumber"] for one in sent] == [1, 2]
    assert sent[0]["CreatedDateGte"] == "2026-03-01T12:00:00Z"


def test_a_listed_refund_names_no_sum(provider, api):
    refund = OPERATION | {"TransactionId": 504100, "Type": 1, "Amount": 50}
    api.plan(answer(200, {"Success": True, "Model": [OPERATION, refund, {"Status": 1}]}))
    paid, refunded = provider.list_payments(since=datetime.now(UTC))
    assert (paid.kind, paid.money) == (EventKind.PAID, REQUEST.money)
    assert (refunded.kind, refunded.money) == (EventKind.REFUNDED, None)


def test_a_list_without_an_end_is_given_up(provider, api, monkeypatch):
    monkeypatch.setattr("payments.providers.cloudpayments.client.MOST_PAGES", 3)
    api.otherwise = answer(200, {"Success": True, "Model": [OPERATION] * 100})
    with pytest.raises(ServiceUnreachable):
        list(provider.list_payments(since=datetime.now(UTC)))
    assert len(api.received) == 3


def test_right_credentials_name_the_site(provider, api):
    api.plan(answer(200, {"Success": True, "Message": "bd6353c3"}))
    assert provider.whoami() == "site pk_demo"


def test_wrong_credentials_are_named_so(provider, api):
    api.plan(answer(401))
    with pytest.raises(ServiceRefused):
        provider.whoami()
