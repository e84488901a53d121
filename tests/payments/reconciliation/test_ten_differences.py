"""One planted difference of each kind between our books, a simulated provider and a simulated panel, over real HTTP.

The comparison finds each of the ten and nothing else, the buttons end them, and the next one finds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.urls import reverse

from integrations.clock import now
from integrations.models import OutboxMessage
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.remnawave.panel import Panel
from integrations.sandbox.yookassa.simulator import Yookassa
from integrations.services import outbox
from payments.abilities import ListsRefunds
from payments.models import Payment, PaymentEvent, ReconciliationLine
from payments.provider import EventKind, InvoiceRequest, Method
from payments.registry import forget_providers, get_provider
from payments.services.audit import audit_ledgers
from payments.services.checks import check_payment
from payments.services.fulfilment import sync_subscription
from tests import factories
from tests.payments.events import send
from tests.payments.reconciliation.scenario import reconciled, roubles
from tests.support.office import owner, page, signed_in

Kind = ReconciliationLine.Kind


@dataclass
class World:
    """The shop, YooKassa and the panel."""

    server: SandboxServer

    def opened(self) -> Payment:
        """Our payment with an invoice at the provider."""
        payment = factories.a_payment(provider="yookassa")
        Payment.objects.filter(pk=payment.pk).update(external_id=self.invoice(payment.reference))
        payment.refresh_from_db()
        return payment

    def invoice(self, reference: str) -> str:
        request = InvoiceRequest(
            reference=reference,
            money=roubles("199.00"),
            method=Method.CARD,
            description="№ 1",
            payer_id=1,
            return_url="https://shop.example.com",
        )
        return get_provider("yookassa").create_invoice(request).external_id

    def bank(self, external_id: str, mode: str) -> None:
        url = f"{self.server.url}/control/yookassa/pay"
        requests.post(url, json={"id": external_id, "mode": mode}, timeout=30).raise_for_status()

    def bought(self) -> Payment:
        """Paid there, known here, and the panel follows."""
        payment = self.opened()
        self.bank(payment.external_id, "lost")
        check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.STAFF)
        sync_subscription(subscription_id=payment.customer.subscription.pk)
        payment.refresh_from_db()
        return payment

    @contextmanager
    def theirs(self, payment: Payment) -> Iterator[Any]:
        """The provider's own row, to be bent."""
        with self.server.sandbox.lock:
            yield self.server.sandbox.get(Yookassa).state.payments[payment.external_id]

    @contextmanager
    def panel(self) -> Iterator[Panel]:
        with self.server.sandbox.lock:
            yield self.server.sandbox.get(Panel)

    def user(self, panel: Panel, payment: Payment) -> Any:
        name = f"tg_{payment.customer.telegram_id}"
        return panel.one(lambda user: user.username == name)


@pytest.fixture
def world(settings, db) -> Iterator[World]:
    settings.SANDBOX = True
    settings.PAYMENT_PROVIDERS = ["yookassa"]
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | {
            "YUKASSA_BASE_URL": f"{server.url}/yookassa",
            "YUKASSA_SHOP_ID": "100500",
            "YUKASSA_SECRET_KEY": "test_sandboxSecretKey",
            "REMNAWAVE_BASE_URL": f"{server.url}/remnawave",
        }
        forget_providers()
        yield World(server)


@pytest.fixture
def planted(world: World) -> dict[str, Any]:
    """What each difference is about; beside them, payments that are in order."""
    for _number in range(3):
        world.bought()
    stranger = world.invoice(uuid4().hex)
    world.bank(stranger, "lost")
    unheard = world.opened()
    world.bank(unheard.external_id, "lost")
    invented = factories.a_payment(provider="yookassa", external_id="2f3c-nobody-knows")
    send(invented, EventKind.PAID)
    sync_subscription(subscription_id=invented.customer.subscription.pk)
    refunded_there = world.bought()
    world.bank(refunded_there.external_id, "refund_lost")
    refunded_here = world.bought()
    send(refunded_here, EventKind.REFUNDED)
    sync_subscription(subscription_id=refunded_here.customer.subscription.pk)
    another_sum = world.bought()
    with world.theirs(another_sum) as row:
        row.amount += 50
    another_date = world.bought()
    with world.theirs(another_date) as row:
        row.captured -= timedelta(days=2)
    without_access, another_end = world.bought(), world.bought()
    with world.panel() as panel:
        end = (now() + timedelta(days=9)).isoformat()
        panel.create({"username": "tg_700999111", "expireAt": end})
        panel.delete(world.user(panel, without_access))
        world.user(panel, another_end).expire_at += timedelta(days=30)
    return {
        Kind.MISSING_HERE: stranger,
        Kind.PAID_THERE: unheard,
        Kind.MISSING_THERE: invented,
        Kind.REFUNDED_THERE: refunded_there,
        Kind.REFUNDED_HERE: refunded_here,
        Kind.AMOUNT: another_sum,
        Kind.DATE: another_date,
        Kind.ACCESS_WITHOUT_MONEY: "tg_700999111",
        Kind.MONEY_WITHOUT_ACCESS: f"tg_{without_access.customer.telegram_id}",
        Kind.PANEL_DATE: f"tg_{another_end.customer.telegram_id}",
    }


def lines() -> list[ReconciliationLine]:
    """Of one run with the provider and one with the panel."""
    runs = [reconciled("yookassa"), reconciled("panel")]
    assert [(run.status, run.error) for run in runs] == [("done", "")] * 2
    return [line for run in runs for line in run.lines.select_related("run", "payment")]


def about(line: ReconciliationLine) -> Any:
    return line.payment or line.reference


def test_each_of_the_ten_is_found_and_nothing_else(planted):
    assert {line.kind: about(line) for line in lines()} == planted
    assert len(lines()) == 10
    assert audit_ledgers().differences == []


def test_after_the_buttons_the_next_one_finds_none(world, planted):
    client = signed_in(owner())
    found = lines()
    OutboxMessage.objects.all().delete()
    for line in found:
        refused = client.post(page(line.run, "sign"), {"note": ""})
        assert refused.status_code == 302
        line.run.refresh_from_db()
        assert line.run.signed_at is None
        client.post(button(line, "fix"))
    # What no button of ours can change is put right where it went wrong, or explained.
    world.bank(planted[Kind.REFUNDED_HERE].external_id, "refund_lost")
    with world.theirs(planted[Kind.AMOUNT]) as row:
        row.amount -= 50
    with world.theirs(planted[Kind.DATE]) as row:
        row.captured += timedelta(days=2)
    (lost,) = (line for line in found if line.kind == Kind.MISSING_THERE)
    client.post(button(lost, "explain"), {"reason": "оплачено по старому магазину"})
    planted[Kind.PAID_THERE].refresh_from_db()
    planted[Kind.REFUNDED_THERE].refresh_from_db()
    assert planted[Kind.PAID_THERE].status == Payment.Status.PAID
    assert planted[Kind.REFUNDED_THERE].status == Payment.Status.REFUNDED
    drained()

    after = lines()

    assert [line for line in after if line.resolved_at is None] == []
    assert {line.kind for line in after} == {Kind.MISSING_HERE, Kind.MISSING_THERE}
    assert audit_ledgers().differences == []
    for run in {line.run for line in [*found, *after]}:
        client.post(page(run, "sign"), {"note": "сошлось"})
        run.refresh_from_db()
        assert run.signed_at is not None


def button(line: ReconciliationLine, name: str) -> str:
    return reverse(f"admin:payments_reconciliationrun_{name}", args=[line.pk])


def drained() -> None:
    """What the buttons ordered is done; what only talks to people has no Telegram here."""
    OutboxMessage.objects.filter(reaction__startswith="bot.").delete()
    outbox.drain()
    OutboxMessage.objects.filter(reaction__startswith="bot.").delete()
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()


def test_a_refund_booked_by_the_button_counts_once_when_its_call_comes_late(world):
    """Under the number its notification has."""
    client = signed_in(owner())
    payment = world.bought()
    world.bank(payment.external_id, "refund_part")
    (line,) = (one for one in lines() if one.kind == Kind.REFUNDED_THERE)
    client.post(button(line, "fix"))
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PARTLY_REFUNDED
    provider = get_provider("yookassa")
    assert isinstance(provider, ListsRefunds)
    (event,) = provider.refunds_of(payment.external_id, since=payment.created_at)
    assert event.money is not None
    send(payment, EventKind.REFUNDED, amount=str(event.money.amount), event_id=event.event_id)
    assert payment.money_entries.filter(kind="refund").count() == 1
    assert Decimal(50) == event.money.amount
