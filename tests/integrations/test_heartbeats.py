from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from integrations import tasks
from integrations.clock import wall_clock
from integrations.models import Heartbeat
from integrations.pulse import Pulse
from integrations.services import heartbeats


def test_a_process_that_beats_is_alive(db):
    heartbeats.beat("bot")
    assert heartbeats.alive(heartbeats.age("bot"))


def test_a_process_that_never_beat_is_not(db):
    assert heartbeats.age("bot") is None
    assert not heartbeats.alive(None)


def test_three_missed_beats_are_taken_for_death(db):
    heartbeats.beat("bot")
    Heartbeat.objects.update(seen_at=wall_clock() - timedelta(seconds=36))
    assert not heartbeats.alive(heartbeats.age("bot"))


def test_a_clock_that_was_put_back_is_no_negative_age(db):
    heartbeats.beat("bot")
    Heartbeat.objects.update(seen_at=wall_clock() + timedelta(minutes=5))
    assert heartbeats.age("bot") == timedelta()


def test_the_task_proves_beat_and_not_the_worker(db):
    tasks.heartbeat()
    assert set(heartbeats.ages()) == {"beat"}


def wait_for(condition) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_pulse_beats_while_its_loop_turns_and_no_longer():
    pulse = Pulse("worker", interval=0.1)
    pulse.turn()
    assert wait_for(lambda: heartbeats.age("worker") is not None)
    time.sleep(0.3)  # the loop hangs
    last = Heartbeat.objects.get(name="worker").seen_at
    time.sleep(0.3)
    assert Heartbeat.objects.get(name="worker").seen_at == last
    pulse.turn()
    assert wait_for(lambda: Heartbeat.objects.get(name="worker").seen_at > last)


def test_a_pulse_outlives_the_database(monkeypatch):
    def broken(name: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(heartbeats, "beat", broken)
    monkeypatch.setattr("integrations.pulse.connection.close", lambda: None)
    Pulse("worker").beat()
