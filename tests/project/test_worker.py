"""A real worker process, and what happens to it: killed children, a Redis that restarts, forgets or freezes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from devtools.plan import QUEUES
from integrations.models import Heartbeat
from integrations.services import heartbeats
from tests.support.valkey import OwnValkey, own_valkey

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

READY_WITHIN = 30.0
OURS = set(heartbeats.of_queues(QUEUES.split(",")))
AGAIN_WITHIN = 10.0  # seconds after Redis is back


class Worker:
    def __init__(self, valkey: OwnValkey, log: Path) -> None:
        self.valkey = valkey
        self.log = log
        database = settings.DATABASES["default"]
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings.test",
            "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database),
            "REDIS_URL": valkey.url,
        }
        self.app = Celery(broker=valkey.url)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["-m", "celery", "--quiet", "-A", "project", "worker", "-Q", QUEUES, "-c", "2"]
        flags = ["--without-gossip", "--without-mingle", "-I", "tests.support.worker_tasks"]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command, *flags],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert eventually(lambda: self.runs("hello", send=True), READY_WITHIN), self.log.read_text()

    def send(self, task: str, *args: Any) -> None:
        self.app.send_task(task, args=args, queue="celery")

    def runs(self, name: str, *, send: bool = False) -> bool:
        """Whether a note of this name is there, sent first if need be."""
        if send:
            unique = f"{name}-{time.monotonic_ns()}"
            self.send("tests.note", unique)
            return eventually(lambda: Heartbeat.objects.filter(name=unique).exists(), 2)
        return Heartbeat.objects.filter(name=name).exists()

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)


def eventually(condition: Callable[[], bool], within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def worker(tmp_path) -> Iterator[Worker]:
    with own_valkey(tmp_path) as valkey:
        running = Worker(valkey, tmp_path / "worker.log")
        try:
            running.start()
            yield running
        finally:
            running.stop()


def details(name: str) -> dict[str, Any]:
    kept: dict[str, Any] = Heartbeat.objects.get(name=name).details
    return kept


def test_a_child_keeps_its_connection_over_many_tasks(worker):
    for number in range(40):
        worker.send("tests.note", f"n{number}")
    assert eventually(lambda: Heartbeat.objects.filter(name__startswith="n").count() == 40, 20)
    notes = [details(f"n{number}") for number in range(40)]
    backends = {(note["pid"], note["backend"]) for note in notes}
    assert len(backends) == len({note["pid"] for note in notes})


def test_a_killed_child_is_replaced(worker):
    worker.send("tests.slow_at_first", "job")
    assert eventually(lambda: worker.runs("job:1"), 10)
    os.kill(details("job:1")["pid"], signal.SIGKILL)
    assert eventually(lambda: worker.runs("next", send=True), 15), worker.log.read_text()


def test_the_worker_speaks_for_itself(worker):
    assert eventually(lambda: set(heartbeats.ages()) == OURS, 15)
    last = heartbeats.last("worker@money")
    assert last is not None
    assert last.details["pid"] == worker.process.pid


@pytest.mark.parametrize("_round", range(3))
def test_a_restarted_redis_is_found_again(worker, _round):
    worker.valkey.kill()
    time.sleep(2)
    worker.valkey.start()
    assert eventually(lambda: worker.runs("again", send=True), AGAIN_WITHIN), worker.log.read_text()


def test_a_redis_that_dies_under_a_running_task_is_found_again(worker):
    """Nothing the task does at its end may touch the connection that has died meanwhile."""
    worker.send("tests.slow_at_first", "busy")
    assert eventually(lambda: worker.runs("busy:1"), 10)
    worker.valkey.kill()
    time.sleep(1)
    worker.valkey.start()
    assert eventually(lambda: worker.runs("again", send=True), AGAIN_WITHIN), worker.log.read_text()


def test_a_flushed_redis_forgets_nothing_that_matters(worker):
    with worker.app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    assert eventually(lambda: worker.runs("after", send=True), AGAIN_WITHIN)


def test_a_redis_that_froze_is_used_again(worker):
    worker.valkey.freeze()
    time.sleep(8)
    worker.valkey.thaw()
    assert eventually(lambda: worker.runs("thawed", send=True), AGAIN_WITHIN), (
        worker.log.read_text()
    )


def test_its_lines_are_json_and_name_no_task_arguments(worker):
    worker.send("tests.note", "marker-argument")
    worker.send("tests.note", "marker-argument")  # fails: the name is taken
    assert eventually(lambda: "IntegrityError" in worker.log.read_text(), 10)
    lines = worker.log.read_text().splitlines()
    assert all(line.startswith("{") for line in lines), lines
    assert not any('"args"' in line for line in lines)
