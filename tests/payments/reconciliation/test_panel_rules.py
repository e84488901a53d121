"""What is a difference between the panel's users and our subscriptions: the simulated panel, both versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integrations.clock import now
from integrations.models import OutboxMessage
from integrations.remnawave import listing
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.remnawave.panel import Panel
from integrations.sandbox.remnawave.state import DISABLED
from integrations.services import outbox
from payments.models import DayEntry, ReconciliationLine, Subscription
from payments.provider import EventKind
from payments.services.fulfilment import sync_subscription
from payments.services.reconciliation.fixes import fix
from tests import factories
from tests.payments.reconciliation.scenario import kinds, reconciled
from tests.support.sandbox import plan_fault

Kind = ReconciliationLine.Kind


@pytest.fixture
def sandbox(settings, db) -> Iterator[Sandbox]:
    settings.SANDBOX = True
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | {
            "REMNAWAVE_BASE_URL": f"{server.url}/remnawave"
        }
        yield server.sandbox


@pytest.fixture(params=["2", "3"], ids=["v2", "v3"])
def panel(request, sandbox) -> Panel:
    found: Panel = sandbox.get(Panel)
    found.state.version = request.param
    return found


def a_subscriber() -> Subscription:
    """Paid, and the panel follows."""
    subscription: Subscription = factories.a_paid_payment().customer.subscription
    sync_subscription(subscription_id=subscription.pk)
    subscription.refresh_from_db()
    return subscription


def user_of(panel: Panel, subscription: Subscription):
    return panel.one(lambda user: user.username == subscription.panel_username)


def found(panel: Panel) -> list[str]:
    return kinds(reconciled("panel"))


def fixed(run, olga) -> None:
    """Every button pressed, and what it ordered done by the worker."""
    OutboxMessage.objects.all().delete()
    for line in run.lines.all():
        fix(line_id=line.pk, staff=olga)
    assert outbox.drain() == run.lines.count()


def test_a_panel_that_follows_is_in_order_page_by_page(panel, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    for _number in range(5):
        a_subscriber()
    run = reconciled("panel")
    assert (run.status, run.theirs, run.ours, kinds(run)) == ("done", 5, 5, [])


def test_a_panel_before_the_stream_is_read_by_numbers(sandbox, panel, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    for _number in range(3):
        a_subscriber()
    plan_fault(sandbox, "remnawave", "reset", operation="users.stream", times=None)
    run = reconciled("panel")
    assert (run.status, run.theirs, kinds(run)) == ("done", 3, [])


@pytest.mark.parametrize("state", ["deleted", "disabled"])
def test_money_without_access(panel, state, olga):
    subscription = a_subscriber()
    with panel.hub.lock:
        user = user_of(panel, subscription)
        if state == "deleted":
            panel.delete(user)
        else:
            user.status = DISABLED
    run = reconciled("panel")
    line = run.lines.get()
    assert (line.kind, line.subscription) == (Kind.MONEY_WITHOUT_ACCESS, subscription)
    fixed(run, olga)
    assert found(panel) == []


def test_another_date_on_the_panel(panel, olga):
    subscription = a_subscriber()
    with panel.hub.lock:
        user_of(panel, subscription).expire_at += timedelta(days=30)
    run = reconciled("panel")
    assert kinds(run) == [Kind.PANEL_DATE]
    fixed(run, olga)
    assert found(panel) == []


def test_access_that_nobody_bought(panel, olga):
    """A name of ours without a subscription, and one whose term is over; strangers' names are theirs."""
    ended = a_subscriber()
    Subscription.objects.filter(pk=ended.pk).update(expires_at=now() - timedelta(days=1))
    end = (now() + timedelta(days=9)).isoformat()
    with panel.hub.lock:
        panel.create({"username": "tg_700999111", "expireAt": end})
        panel.create({"username": "the_owner", "expireAt": end})
    run = reconciled("panel")
    assert {line.reference for line in run.lines.all()} == {"tg_700999111", ended.panel_username}
    assert set(kinds(run)) == {Kind.ACCESS_WITHOUT_MONEY}
    fixed(run, olga)
    assert found(panel) == []


def test_an_access_that_is_being_opened_is_left_for_the_next_run(panel):
    factories.a_paid_payment()
    assert found(panel) == []
    assert DayEntry.objects.exists()


def test_days_of_grace_belong_to_the_panels_end(panel, settings):
    """Given ones agree; ones the setting took away are on their way; after a clawback there are none."""
    settings.GRACE_DAYS = 3
    a_subscriber()
    refunded = factories.a_paid_payment()
    sync_subscription(subscription_id=refunded.customer.subscription.pk)
    factories.told(refunded, EventKind.REFUNDED)
    sync_subscription(subscription_id=refunded.customer.subscription.pk)
    assert found(panel) == []
    settings.GRACE_DAYS = 0
    assert found(panel) == []
    Subscription.objects.update(panel_grace_days=0)
    assert found(panel) == [Kind.PANEL_DATE]


def test_a_panel_that_is_down_fails_the_run(sandbox, panel):
    plan_fault(sandbox, "remnawave", "status", status=500, times=None)
    run = reconciled("panel")
    assert (run.status, "500" in run.error) == ("failed", True)
