"""What is not let in, each with its answer and its row."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from integrations import views
from integrations.models import InboundCallback
from payments.models import DayEntry, Payment
from payments.money import Money
from payments.providers.oneplat.adapter import Provider
from payments.registry import forget_providers
from payments.services.callbacks import drain_callbacks

pytestmark = pytest.mark.django_db

Status = InboundCallback.Status
Verdict = InboundCallback.Verdict


@pytest.fixture(autouse=True)
def _no_flood_before_us():
    views._refused.clear()


@pytest.fixture
def payment(make_payment) -> Payment:
    made: Payment = make_payment(external_id="guid-of-refusals")
    return made


def body(payment: Payment, *, signature: str = "both", **changes: Any) -> bytes:
    provider = Provider(shop_id="4242", secret="plat-demo-secret-01")
    fields: dict[str, Any] = {
        "reference": payment.reference,
        "external_id": payment.external_id,
        "money": payment.money,
        "status": "1",
    }
    return provider.build_test_callback(signature=signature, **(fields | changes)).body


def post(client, content: bytes, content_type: str = "application/json"):
    return client.post("/1plat-webhook", data=content, content_type=content_type)


def the_row() -> InboundCallback:
    return InboundCallback.objects.get()


def test_a_bad_signature_is_rejected_and_kept(client, payment):
    answer = post(client, body(payment, signature="bad"))
    assert (answer.status_code, answer.content) == (403, b"rejected")
    row = the_row()
    assert (row.verdict, row.status, row.verdict_reason) == (
        Verdict.REJECTED,
        Status.REFUSED,
        "signature",
    )


def test_a_changed_body_is_rejected(client, payment):
    content = body(payment, signature="hmac").replace(b'"status":1', b'"status":2')
    assert post(client, content).status_code == 403
    assert the_row().verdict == Verdict.REJECTED


def test_without_a_secret_everything_is_rejected(client, payment, settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "ONEPLAT_SHOP_SECRET": ""}
    forget_providers()
    assert post(client, body(payment)).status_code == 403
    assert the_row().status == Status.REFUSED


def test_more_than_64_kib_is_not_read(client):
    answer = post(client, b"[" + b"1," * 40_000 + b"1]")
    assert (answer.status_code, answer.content) == (413, b"too large")
    row = the_row()
    assert row.verdict_reason == "too_large"
    assert len(row.body) <= 4096


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(client, payment, content_type):
    answer = post(client, body(payment), content_type)
    assert (answer.status_code, answer.content) == (415, b"content type")
    assert the_row().verdict_reason == "content_type"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"status":1,"status":2}',
        b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
        b"[" * 1_000 + b"]" * 1_000,
        b'{"amount":NaN}',
        b'{"merchant_id":"\xff"}',
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_what_cannot_be_read_is_malformed(client, content):
    answer = post(client, content)
    assert (answer.status_code, answer.content) == (400, b"malformed")
    row = the_row()
    assert (row.verdict, row.status) == (Verdict.MALFORMED, Status.REFUSED)


def test_a_second_key_cannot_hide_another_sum(client, payment):
    content = body(payment)
    fields = content[1:-1].decode()
    assert post(client, f'{{{fields},"amount":1}}'.encode()).status_code == 400


@pytest.mark.parametrize("amount", ["198", "200", "198.99", "1990"])
def test_another_sum_is_held_for_a_person(client, payment, amount):
    content = body(payment, money=Money(Decimal(amount), "RUB"))
    assert post(client, content).status_code == 200
    drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.REVIEW
    assert amount in payment.reason
    assert not DayEntry.objects.exists()
    assert (the_row().status, the_row().outcome) == (Status.APPLIED, "review")


def test_another_currency_is_held_for_a_person(client, payment):
    """1Plat speaks of roubles alone; an order in anything else cannot be paid by its word."""
    Payment.objects.filter(pk=payment.pk).update(currency="USD")
    assert post(client, body(payment)).status_code == 200
    drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.REVIEW
    assert not DayEntry.objects.exists()


def test_an_order_of_nobody_is_kept_and_answered_with_success(client, payment):
    content = body(payment, reference="f" * 32, external_id="guid-of-nobody")
    assert post(client, content).status_code == 200
    drain_callbacks()
    assert the_row().status == Status.WAITING
    assert not DayEntry.objects.exists()


def test_a_flood_of_bad_signatures_is_answered_and_sampled(client, payment):
    for number in range(views.REFUSED_ROWS_A_MINUTE + 40):
        content = json.loads(body(payment, signature="bad")) | {"n": number}
        assert post(client, json.dumps(content).encode()).status_code == 403
    assert InboundCallback.objects.count() <= views.REFUSED_ROWS_A_MINUTE
    assert post(client, body(payment)).status_code == 200
    drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
