from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.errors import ServiceUnreachable
from integrations.models import OutboxMessage
from integrations.remnawave.users import PanelUser
from payments.models import Payment, Subscription
from payments.provider import EventKind
from payments.services import fulfilment
from tests.payments.events import send


class FakePanel:
    """The last hop only: the real client is tested against the simulator."""

    def __init__(self) -> None:
        self.ends: list[datetime] = []
        self.down = False
        self.meanwhile = lambda: None

    def ensure_user(self, *, telegram_id, expires_at, known):
        if self.down:
            raise ServiceUnreachable("the panel did not answer", service="remnawave")
        self.ends.append(expires_at)
        self.meanwhile()
        return PanelUser(
            username=f"tg_{telegram_id}",
            remote_id="417",
            short_uuid="k3PqX9sVb2Lm0TzR",
            status="ACTIVE",
            expires_at=expires_at,
            subscription_url="https://sub.example/k3PqX9sVb2Lm0TzR",
        )


@pytest.fixture
def panel(monkeypatch) -> FakePanel:
    fake = FakePanel()
    monkeypatch.setattr(fulfilment, "get_panel", lambda: fake)
    return fake


@pytest.fixture
def paid(make_payment) -> Payment:
    payment: Payment = make_payment()
    send(payment, EventKind.PAID)
    return payment


def topics() -> list[str]:
    return sorted(OutboxMessage.objects.values_list("topic", flat=True).distinct())


def test_money_in_is_access_out(panel, paid):
    fulfilment.grant_access(payment_id=paid.pk)
    paid.refresh_from_db()
    subscription = paid.customer.subscription
    assert paid.access == Payment.Access.GRANTED
    assert panel.ends == [subscription.expires_at]
    subscription.refresh_from_db()
    assert subscription.access_url == "https://sub.example/k3PqX9sVb2Lm0TzR"
    assert "access.granted" in topics()


def test_a_second_run_gives_nothing_twice(panel, paid):
    fulfilment.grant_access(payment_id=paid.pk)
    fulfilment.grant_access(payment_id=paid.pk)
    assert len(panel.ends) == 1
    assert OutboxMessage.objects.filter(topic="access.granted").count() == 1


def test_a_dead_panel_delays_and_tells_the_customer_once(panel, paid):
    panel.down = True
    for _attempt in range(3):
        with pytest.raises(ServiceUnreachable):
            fulfilment.grant_access(payment_id=paid.pk)
    paid.refresh_from_db()
    assert paid.access == Payment.Access.FAILING
    delayed = OutboxMessage.objects.filter(
        topic="access.delayed", reaction="bot.notifications.access_delayed"
    )
    assert delayed.count() == 1
    panel.down = False
    fulfilment.grant_access(payment_id=paid.pk)
    paid.refresh_from_db()
    assert paid.access == Payment.Access.GRANTED


def test_a_term_that_grows_meanwhile_is_written_again(panel, paid):
    def grow():
        panel.meanwhile = lambda: None
        subscription = Subscription.objects.get()
        subscription.expires_at += timedelta(days=7)
        subscription.save()

    panel.meanwhile = grow
    fulfilment.grant_access(payment_id=paid.pk)
    assert panel.ends[-1] == Subscription.objects.get().expires_at
    assert len(panel.ends) == 2


def test_the_sweep_finds_what_the_panel_does_not_follow(panel, paid):
    assert fulfilment.republish_unsynced() == 1
    fulfilment.sync_subscription(subscription_id=paid.customer.subscription.pk)
    assert fulfilment.republish_unsynced() == 0
