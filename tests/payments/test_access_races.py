"""Many have paid, two workers with helpers: one access for each payment, and the panel ends up with the whole term."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections

from integrations.clock import wall_clock
from integrations.errors import ServiceUnreachable
from integrations.models import OutboxMessage
from integrations.remnawave.users import PanelUser
from integrations.services import draining
from payments.models import Payment, Subscription
from payments.provider import EventKind
from payments.services import fulfilment
from payments.services.audit import audit_ledgers
from tests.payments.events import send

GRANT = "payments.services.fulfilment.grant_access"
CUSTOMERS, EACH = 6, 3

pytestmark = pytest.mark.django_db(transaction=True)


class Panel:
    """Slow enough for several calls to be on their way at once; the later call of two stands."""

    def __init__(self) -> None:
        self.ends: dict[int, datetime] = {}
        self.down = False
        self.now = self.most = self.calls = 0
        self.lock = threading.Lock()

    def ensure_user(self, *, telegram_id: int, expires_at: datetime, known: bool) -> PanelUser:
        with self.lock:
            self.calls += 1
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            time.sleep(0.02)
            if self.down:
                raise ServiceUnreachable("the panel did not answer", service="remnawave")
            self.ends[telegram_id] = expires_at
        finally:
            with self.lock:
                self.now -= 1
        return PanelUser(
            username=f"tg_{telegram_id}",
            remote_id=str(telegram_id),
            short_uuid="k3PqX9sVb2Lm0TzR",
            status="ACTIVE",
            expires_at=expires_at,
            subscription_url=f"https://sub.example/{telegram_id}",
        )


@pytest.fixture
def panel(monkeypatch, settings) -> Panel:
    fake = Panel()
    monkeypatch.setattr(fulfilment, "get_panel", lambda: fake)
    monkeypatch.setattr(draining, "ALONE", 0.0)
    settings.OUTBOX_LANES, settings.OUTBOX_THREADS = ("payments",), 4
    return fake


@pytest.fixture
def bought(make_payment, make_customer, panel) -> list[Payment]:
    """Every customer has bought several terms; nobody has been served."""
    customers = [make_customer() for _ in range(CUSTOMERS)]
    payments = [make_payment(customer=one) for one in customers for _ in range(EACH)]
    for payment in payments:
        send(payment, EventKind.PAID)
    only_access()
    return payments


def only_access() -> None:
    OutboxMessage.objects.exclude(reaction=GRANT).filter(delivered_at=None).update(
        delivered_at=wall_clock()
    )


def two_workers() -> None:
    def worker() -> None:
        try:
            draining.drain(seconds=10)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        for work in [workers.submit(worker), workers.submit(worker)]:
            work.result()


def test_each_payment_gets_one_access_and_each_customer_his_whole_term(bought, panel, monkeypatch):
    told: Counter[int] = Counter()
    monkeypatch.setattr(
        "bot.notifications.access_granted", lambda *, payment_id: told.update([payment_id])
    )
    two_workers()
    assert panel.most > 2  # the control: they did work at once
    assert told == Counter(payment.pk for payment in bought)
    assert set(Payment.objects.values_list("access", flat=True)) == {Payment.Access.GRANTED}
    wanted = Subscription.objects.values_list("customer__telegram_id", "expires_at")
    assert panel.ends == dict(wanted)
    assert not Subscription.objects.exclude(panel_expires_at__isnull=False, panel_error="").exists()
    assert audit_ledgers().differences == []


def test_a_panel_that_is_down_is_asked_once_for_each_and_then_less_and_less(bought, panel):
    """By one thread of each worker, as if there were no helpers; then each reaction waits for its own time."""
    panel.down = True
    two_workers()
    assert panel.most <= 2
    waiting = OutboxMessage.objects.filter(reaction=GRANT, delivered_at=None)
    attempts = list(waiting.values_list("attempts", flat=True))
    assert len(attempts) == len(bought)
    assert min(attempts) >= 1
    assert panel.calls == sum(attempts)
    panel.down = False
    only_access()
    waiting.update(not_before=wall_clock())
    two_workers()
    assert set(Payment.objects.values_list("access", flat=True)) == {Payment.Access.GRANTED}
