from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox, outbox
from payments.models import Payment
from payments.registry import get_provider
from payments.services import callbacks
from project import logs

MARKERS = {
    "ONEPLAT_SHOP_SECRET": "marker-shop-s3cret/with+signs",
    "REMNAWAVE_API_TOKEN": "marker-panel-token-0001",
    "BOT_TOKEN": "770077:marker-bot-token-AAAA",
    "BOT_WEBHOOK_SECRET": "marker-webhook-secret-01",
    "SMTP_PASSWORD": "marker-smtp-password-01",
}


class Output:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def output(settings) -> Iterator[Output]:
    """What production would print, with marker secrets configured."""
    settings.CREDENTIALS = settings.CREDENTIALS | MARKERS
    settings.LOG_FORMAT = "json"
    written = Output()
    handler = logging.StreamHandler(written.stream)
    handler.setFormatter(logs.formatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def assert_no_marker(text: str) -> None:
    found = [name for name, value in MARKERS.items() if value in text]
    assert found == []
    assert "marker-" not in text


def test_one_event_is_one_line_of_json(output):
    structlog.get_logger("shop").info("payment.event", case="payment:7", text="два\nслова")
    (event,) = output.events
    assert event["event"] == "payment.event"
    assert event["case"] == "payment:7"
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")


def test_a_librarys_line_looks_the_same(output):
    logging.getLogger("celery.worker").warning("Connection to broker lost: %s", "reset")
    (event,) = output.events
    assert event["event"] == "Connection to broker lost: reset"
    assert event["logger"] == "celery.worker"


def test_a_traceback_stays_on_its_line_and_hides_secrets(output):
    def fail() -> None:
        token = MARKERS["BOT_TOKEN"]
        raise ValueError(f"POST https://api.telegram.org/bot{token}/sendMessage")

    try:
        fail()
    except ValueError:
        logging.getLogger("telegram.ext").exception("failed with %s", MARKERS["SMTP_PASSWORD"])
    (event,) = output.events
    assert "ValueError" in event["exception"]
    assert_no_marker(output.text)


class Holder:
    def __repr__(self) -> str:
        return f"<Holder {MARKERS['REMNAWAVE_API_TOKEN']}>"


@pytest.mark.parametrize(
    "fields",
    [
        {
            "url": f"https://shop.example/integrations/callbacks/tilda/{MARKERS['BOT_WEBHOOK_SECRET']}"
        },
        {"query": "secret=marker-shop-s3cret%2Fwith%2Bsigns"},
        {"deep": {"headers": [{"X-Secret": "marker-anything"}]}},
        {"holder": Holder()},
        {"holders": (Holder(), {Holder()})},
        {"body": MARKERS["ONEPLAT_SHOP_SECRET"].encode()},
        {"error": ValueError(MARKERS["SMTP_PASSWORD"])},
        {"address": "redis://user:marker-pw@10.0.0.1:6379/0"},
        {"header": "Authorization: Bearer marker-of-somebody-else"},
        {"password": "marker-typed-by-staff"},
        {"text": "?key=prv_marker-of-a-key-pasted-by-somebody"},
    ],
)
def test_a_secret_is_found_wherever_it_stands(output, fields):
    structlog.get_logger("shop").warning("odd", **fields)
    assert_no_marker(output.text)


def test_personal_data_is_masked(output):
    structlog.get_logger("shop").info("seen", text="anna.k@example.com paid by 2200 1234 5678 9010")
    assert output.events[0]["text"] == "a***@example.com paid by ***9010"


def test_a_name_and_an_order_number_are_left_alone(output):
    reference = "0123456789abcdef0123456789abcdef"
    structlog.get_logger("shop").info("seen", reference=reference, customer="Анна", n=3, ok=None)
    event = output.events[0]
    assert (event["reference"], event["customer"], event["n"]) == (reference, "Анна", 3)


def test_the_console_shows_no_local_variables(settings, output):
    settings.LOG_FORMAT = "console"
    formatter = logs.formatter()
    try:
        hidden = MARKERS["BOT_TOKEN"]
        raise RuntimeError(len(hidden))
    except RuntimeError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, __file__, 1, "broke", (), __import__("sys").exc_info()
        )
    shown = formatter.format(record)
    assert "RuntimeError" in shown
    assert_no_marker(shown)


def signed(payment: Payment, status: str = "1", signature: str = "hmac") -> RawCallback:
    provider: Any = get_provider("oneplat")
    raw: RawCallback = provider.build_test_callback(
        reference=payment.reference,
        external_id="guid-1",
        money=payment.money,
        status=status,
        signature=signature,
    )
    return raw


def test_a_whole_purchase_logs_no_secret(
    output, client, make_payment, django_capture_on_commit_callbacks
):
    """Good and bad calls, the drain, reactions that fail with what they know, a sign-in with a wrong password."""
    payment = make_payment()
    for raw in (
        signed(payment),
        signed(payment, signature="bad"),
        signed(payment, signature="md5"),
    ):
        client.post("/1plat-webhook", data=raw.body, content_type="application/json")
    client.post("/1plat-webhook?secret=marker-in-query", data=b"{", content_type="application/json")
    callbacks.drain_callbacks()
    outbox.drain()
    client.post("/admin/login/", {"username": "anna", "password": "marker-typed-by-staff"})
    assert Payment.objects.get(pk=payment.pk).status == Payment.Status.PAID
    assert {"callback.stored", "callback.refused", "payment.event"} <= {
        event["event"] for event in output.events
    }
    assert_no_marker(output.text)


def test_a_call_is_followed_by_its_request_id(output, client, make_payment):
    """The request's lines and the worker's carry the same id; the answer names it."""
    raw = signed(make_payment())
    answer = client.post("/1plat-webhook", data=raw.body, content_type="application/json")
    callbacks.drain_callbacks()
    request_id = answer["X-Request-ID"]
    assert InboundCallback.objects.get().request_id == request_id
    named = {event["event"] for event in output.events if event.get("request_id") == request_id}
    assert {"callback.stored", "payment.event"} <= named


def test_a_call_that_waits_is_logged_with_its_request_id(output, db):
    raw = RawCallback(body=b'{"merchant_id":"nobody"}', headers={})
    inbox.store_callback(source="oneplat", raw=raw, request_id="r-17")
    callbacks.drain_callbacks()
    settled = [event for event in output.events if event["event"].startswith("callback.")]
    assert [event["request_id"] for event in settled] == ["r-17"]
