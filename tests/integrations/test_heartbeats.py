from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery.beat import PersistentScheduler, SchedulingError
from django.db import OperationalError

from integrations import tasks
from integrations.clock import wall_clock
from integrations.models import Heartbeat
from integrations.pulse import Pulse
from integrations.services import heartbeats
from project.celery import app
from project.scheduler import Scheduler


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


def test_another_machine_keeps_a_process_alive(db, monkeypatch):
    heartbeats.beat("worker@money", "bot")
    Heartbeat.objects.update(seen_at=wall_clock() - timedelta(hours=1))
    monkeypatch.setattr("socket.gethostname", lambda: "second")
    heartbeats.beat("worker@money")
    assert heartbeats.alive(heartbeats.age("worker@money"))
    assert not heartbeats.alive(heartbeats.age("bot"))
    assert heartbeats.machines() == {"worker@money": 1}
    assert Heartbeat.objects.filter(process="worker@money").count() == 2


def test_machines_with_long_names_have_a_row_each(db, monkeypatch):
    for host in ("a" * 63 + ".first", "a" * 63 + ".second"):
        monkeypatch.setattr("socket.gethostname", lambda host=host: host)
        heartbeats.beat("worker@messages")
        heartbeats.beat("worker@messages")
    assert heartbeats.machines() == {"worker@messages": 2}


def test_a_machine_that_is_gone_for_good_is_forgotten_and_a_dead_process_is_not(db, monkeypatch):
    heartbeats.beat("worker@money", "bot")
    Heartbeat.objects.update(seen_at=wall_clock() - timedelta(days=2))
    monkeypatch.setattr("socket.gethostname", lambda: "second")
    heartbeats.beat("worker@money")
    assert tasks.sweep_heartbeats() == 1
    assert set(heartbeats.ages()) == {"worker@money", "bot"}


def worker_of(*queues: str) -> SimpleNamespace:
    """The sender of Celery's signal."""
    amqp = SimpleNamespace(queues=SimpleNamespace(consume_from=dict.fromkeys(queues)))
    return SimpleNamespace(eventer=SimpleNamespace(app=SimpleNamespace(amqp=amqp)))


@pytest.mark.parametrize(
    ("queues", "seen"),
    [
        (("money",), {"worker@money"}),
        (("bulk",), {"mailer"}),
        (
            ("money", "access", "messages", "celery"),
            {"worker@money", "worker@access", "worker@messages", "worker@celery"},
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_worker_speaks_for_the_queues_it_consumes(queues, seen):
    tasks.pulse_of.cache_clear()
    tasks.prove_worker(worker_of(*queues))
    assert wait_for(lambda: set(heartbeats.ages()) == seen)


def test_beat_is_alive_while_its_broker_takes_its_tasks(tmp_path, monkeypatch):
    answers: list[Exception | None] = [None, SchedulingError("away")]
    turned: list[bool] = []

    def answer(*_args, **_options):
        error = answers.pop(0)
        if error is not None:
            raise error

    monkeypatch.setattr(PersistentScheduler, "apply_async", answer)
    monkeypatch.setattr(Pulse, "turn", lambda _pulse: turned.append(True))
    scheduler = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    scheduler.apply_async("entry")
    assert len(turned) == 1
    with pytest.raises(SchedulingError):
        scheduler.apply_async("entry")
    assert len(turned) == 1


def test_beat_runs_with_our_scheduler_however_it_is_started():
    assert app.conf.beat_scheduler == "project.scheduler:Scheduler"


def wait_for(condition) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_pulse_beats_while_its_loop_turns_and_no_longer():
    pulse = Pulse("worker@money", interval=0.1)
    pulse.turn()
    assert wait_for(lambda: heartbeats.age("worker@money") is not None)
    time.sleep(0.3)  # the loop hangs
    last = Heartbeat.objects.get(process="worker@money").seen_at
    time.sleep(0.3)
    assert Heartbeat.objects.get(process="worker@money").seen_at == last
    pulse.turn()
    assert wait_for(lambda: Heartbeat.objects.get(process="worker@money").seen_at > last)


def test_a_pulse_outlives_the_database(monkeypatch):
    def broken(*names: str) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(heartbeats, "beat", broken)
    monkeypatch.setattr("integrations.pulse.connection.close", lambda: None)
    Pulse("worker").beat()
