from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from integrations.callbacks import RawCallback
from integrations.clock import now
from integrations.models import InboundCallback
from integrations.services import heartbeats, inbox
from payments.models import Incident, Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services.transitions import apply_event
from tests.payments.events import send

TOKEN = "metrics-token-for-the-suite"


@pytest.fixture
def scrape(client, settings, db):
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, ...], float]:
        answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return read


def pay(payment: Payment) -> None:
    event = ProviderEvent(
        kind=EventKind.PAID,
        trust=Trust.SIGNED,
        event_id=f"paid-{payment.pk}",
        money=Money(payment.amount, payment.currency),
    )
    apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.CALLBACK)


def test_money_comes_from_the_ledger(scrape, make_payment):
    pay(make_payment())
    pay(make_payment(amount=Decimal("500.00")))
    make_payment()
    figures = scrape()
    assert figures["provodnik_money", "RUB", "capture", "oneplat"] == 699
    assert figures["provodnik_payments", "paid"] == 2
    assert figures["provodnik_payments", "pending"] == 1
    assert figures["provodnik_payments", "refunded"] == 0


def test_exceptions_are_counted_by_kind_with_the_age_of_the_oldest(scrape, make_payment):
    for amount in ("150.00", "160.00"):
        send(make_payment(), EventKind.PAID, amount=amount)
    Incident.objects.filter(pk=Incident.objects.earliest("pk").pk).update(
        opened_at=now() - timedelta(hours=1)
    )
    shown = scrape()
    assert shown["provodnik_incidents", "underpaid"] == 2
    assert 3600 <= shown["provodnik_incident_seconds", "underpaid"] < 3700


def test_paid_without_access_shows_how_long(scrape, make_payment):
    payment = make_payment()
    pay(payment)
    Payment.objects.filter(pk=payment.pk).update(paid_at=now() - timedelta(minutes=5))
    figures = scrape()
    assert figures["provodnik_paid_without_access",] == 1
    assert 299 < figures["provodnik_paid_without_access_seconds",] < 310


def test_access_times_of_the_last_hour(scrape, make_payment):
    for seconds in (1, 2, 30):
        payment = make_payment()
        pay(payment)
        Payment.objects.filter(pk=payment.pk).update(
            access=Payment.Access.GRANTED,
            paid_at=now() - timedelta(minutes=9),
            access_at=now() - timedelta(minutes=9) + timedelta(seconds=seconds),
        )
    figures = scrape()
    assert figures["provodnik_access_seconds", "0.5"] == pytest.approx(2, abs=0.1)
    assert figures["provodnik_access_seconds", "1.0"] == pytest.approx(30, abs=0.1)


def test_queues_refusals_and_heartbeats(scrape):
    heartbeats.beat("worker@money")
    inbox.store_callback(source="oneplat", raw=RawCallback(body=b"1", headers={}))
    inbox.store_refused(
        source="oneplat",
        raw=RawCallback(body=b"2", headers={}),
        verdict=InboundCallback.Verdict.REJECTED,
        reason="signature",
    )
    figures = scrape()
    assert figures["provodnik_queue_waiting", "inbox"] == 1
    assert figures["provodnik_queue_waiting", "outbox"] == 0
    assert figures["provodnik_calls_refused_24h", "oneplat", "rejected"] == 1
    assert figures["provodnik_heartbeat_age_seconds", "worker@money"] < 5


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}]
)
def test_metrics_need_their_token(client, settings, header):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers=header).status_code == 404


def test_without_a_token_nobody_reads_metrics(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404


def test_a_sandbox_shows_them_to_its_own_machine_only(client, settings, db):
    settings.METRICS_TOKEN = ""
    settings.SANDBOX = True
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
