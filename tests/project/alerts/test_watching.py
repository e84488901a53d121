"""Alerts begin within a minute, are told once, and end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from bot.models import Notice, NoticeSource, Topic
from integrations.callbacks import RawCallback
from integrations.clock import now, wall_clock
from integrations.models import Alert, Heartbeat, InboundCallback, OutboxMessage
from integrations.services import heartbeats, inbox
from payments.models import Payment
from project.alerts import watching
from project.alerts.judging import Finding, judged
from project.alerts.watching import watch
from project.tasks import watch_alerts
from tests import factories
from tests.support.crowd import at_once

State = Alert.State
EVERY = 15  # seconds between two looks of the bot


@pytest.fixture
def all_well(db) -> None:
    heartbeats.beat(*heartbeats.PROCESSES)


def fires() -> set[tuple[str, str]]:
    return set(Alert.objects.filter(state=State.FIRING).values_list("name", "subject"))


def silence(process: str) -> None:
    Heartbeat.objects.filter(process=process).update(seen_at=wall_clock() - timedelta(seconds=36))


def later(seconds: float) -> None:
    """Time passes: whatever has been written down is so much older, and the living have just beaten."""
    step = timedelta(seconds=seconds)
    living = list(heartbeats.machines())
    Heartbeat.objects.update(seen_at=F("seen_at") - step)
    heartbeats.beat(*living)
    Heartbeat.objects.filter(process="alerts").update(seen_at=F("seen_at") - step)
    Alert.objects.update(since=F("since") - step, quiet_since=F("quiet_since") - step)
    for queue in (InboundCallback, OutboxMessage):
        queue.objects.update(not_before=F("not_before") - step)


def a_minute_passes() -> None:
    for _look in range(60 // EVERY):
        later(EVERY)
        watch()


def test_nothing_is_wrong_while_everything_beats(all_well):
    assert watch() == 0
    assert not Notice.objects.exists()


@pytest.mark.parametrize("process", heartbeats.PROCESSES)
def test_a_dead_process_is_told_by_its_name_and_no_other(all_well, process):
    silence(process)
    assert watch() == 1
    assert fires() == {("ProcessSilent", process)}
    notice = Notice.objects.get()
    assert (notice.topic, notice.title) == (Topic.SYSTEM, f"🔴 Процесс молчит: {process}")
    assert "systemctl" in notice.text


def test_a_process_that_was_never_seen_is_dead_too(db):
    watch()
    assert ("ProcessSilent", "worker@money") in fires()
    assert Alert.objects.get(subject="worker@money").value is None


def test_it_is_told_once_however_often_somebody_looks(all_well):
    silence("bot")
    for _look in range(3):
        watch_alerts()
    assert Alert.objects.count() == 1
    assert Notice.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_looks_at_once_tell_it_once():
    heartbeats.beat(*heartbeats.PROCESSES)
    silence("bot")
    at_once(*[watch] * 4, late=())
    assert NoticeSource.objects.count() == 1
    assert Alert.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_look_that_another_has_overtaken_changes_nothing(monkeypatch):
    """It saw the bot dead; whoever looked after it saw it alive."""
    heartbeats.beat(*heartbeats.PROCESSES)
    silence("bot")
    old = judged()
    heartbeats.beat("bot")

    def slow() -> list[Finding]:
        monkeypatch.setattr(watching, "judged", list)
        watch()
        return old

    monkeypatch.setattr(watching, "judged", slow)
    watch()
    assert not Alert.objects.exists()


def test_it_is_over_when_it_has_been_quiet_for_a_while(all_well):
    silence("worker@money")
    watch()
    heartbeats.beat("worker@money")
    for seconds, left in ((15, 1), (20, 1), (15, 0)):
        later(seconds)
        assert watch() == left
    assert Alert.objects.get().cleared_at is not None
    titles = Notice.objects.order_by("id").values_list("title", flat=True)
    assert list(titles) == [
        "🔴 Процесс молчит: worker@money",
        "✅ Прошло: Процесс молчит: worker@money",
    ]


def test_what_flaps_is_one_alert(all_well):
    for _round in range(5):
        silence("bot")
        assert watch() == 1
        heartbeats.beat("bot")
        later(20)
        assert watch() == 1
    assert Alert.objects.count() == 1
    assert NoticeSource.objects.count() == 1


def test_what_lasts_too_short_is_nobodys_business(all_well, settings):
    url = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert watch() == 0
    assert Alert.objects.get().state == State.PENDING
    settings.REDIS_URL = url
    watch()
    later(40)
    watch()
    assert not Alert.objects.exists()
    assert not Notice.objects.exists()


def test_what_only_one_of_two_machines_sees_fires_all_the_same(all_well, settings):
    here, there = "redis://127.0.0.1:1/0", settings.REDIS_URL
    for _round in range(4):
        settings.REDIS_URL = here
        watch()
        later(7)
        settings.REDIS_URL = there
        watch()
        later(8)
    assert fires() == {("RedisAway", "")}


def test_redis_down(all_well, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    a_minute_passes()
    assert fires() == {("RedisAway", "")}


def test_a_poison_call(all_well):
    factories.a_call(status="dead")
    watch()
    assert fires() == {("CallDead", "dead")}


def test_money_without_access(all_well):
    payment = factories.a_paid_payment()
    Payment.objects.filter(pk=payment.pk).update(paid_at=now() - timedelta(minutes=6))
    watch()
    assert ("PaidWithoutAccess", "") in fires()


def test_an_inbox_and_an_outbox_that_stand_still(all_well):
    inbox.store_callback(source="oneplat", raw=RawCallback(body=b"{}", headers={}))
    OutboxMessage.objects.create(topic="t", reaction="r", key="k", payload={})
    a_minute_passes()
    assert fires() == {("QueueOverdue", "inbox"), ("QueueOverdue", "outbox")}
    InboundCallback.objects.update(status="applied")
    OutboxMessage.objects.update(delivered_at=now())
    a_minute_passes()
    assert fires() == set()


def test_a_rule_that_is_gone_ends_without_a_word(all_well):
    Alert.objects.create(name="OfAnOldRelease", severity="warning", state=State.FIRING)
    a_minute_passes()
    assert Alert.objects.get().state == State.CLEARED
    assert not Notice.objects.exists()
