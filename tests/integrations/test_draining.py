"""The outbox emptied by several hands: at once, each thing once, in order, and never a crowd before a closed door."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q

from integrations.clock import wall_clock
from integrations.errors import ServiceUnreachable
from integrations.models import OutboxMessage
from integrations.models.outbox import APP
from integrations.services import draining, outbox

WAIT = 5.0  # seconds: more than anything here takes


class World:
    """What the reactions do, and what they saw."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.done: list[str] = []
        self.threads: set[str] = set()
        self.backends: set[int] = set()
        self.together: threading.Barrier | None = None
        self.unreachable = False
        self.held = threading.Event()
        self.lock = threading.Lock()
        self.now = self.most = 0


world = World()


def react(*, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    with world.lock:
        world.now += 1
        world.most = max(world.most, world.now)
        world.done.append(name)
        world.threads.add(threading.current_thread().name)
        world.backends.add(backend)
    try:
        if world.together is not None:
            world.together.wait(WAIT)
        time.sleep(0.005)
        if world.unreachable:
            raise ServiceUnreachable("nobody there", service="panel")
    finally:
        with world.lock:
            world.now -= 1


def hang(*, name: str) -> None:
    assert world.held.wait(WAIT), "the other lane had to be done meanwhile"
    world.done.append(name)


REACTIONS = {
    "worked": (f"{__name__}.react",),
    "hung": (f"{__name__}.hang",),
    "elsewhere": ("elsewhere.react",),
}


@pytest.fixture(autouse=True)
def _world(settings, monkeypatch):
    settings.REACTIONS = f"{__name__}.REACTIONS"
    settings.OUTBOX_LANES = ("tests", "elsewhere")
    settings.OUTBOX_THREADS = 3
    monkeypatch.setattr(draining, "ALONE", 0.0)
    monkeypatch.setattr(outbox, "nudge", lambda: None)
    world.begin()
    elsewhere = ModuleType("elsewhere")
    vars(elsewhere)["react"] = react
    monkeypatch.setitem(sys.modules, "elsewhere", elsewhere)


def publish(topic: str, number: int, *, case: str = "", first: int = 0) -> None:
    with transaction.atomic():
        for n in range(first, first + number):
            outbox.publish(
                topic, {"name": f"{topic}{n}"}, key=f"{topic}{n}", case=case or f"{topic}:{n}"
            )


pytestmark = pytest.mark.django_db(transaction=True)


def test_what_waits_for_others_waits_together(settings):
    settings.OUTBOX_LANES, settings.OUTBOX_THREADS = ("tests",), 4
    publish("worked", 1)
    assert draining.drain() == 1  # the connection, the imports
    publish("worked", 9, first=1)
    barrier = threading.Barrier(4)
    OutboxMessage.objects.filter(key="worked1").update(reaction="elsewhere.react")

    def meet(*, name: str) -> None:
        """The first, alone, and then four at a time."""
        world.together = barrier

    vars(sys.modules["elsewhere"])["react"] = meet
    assert draining.drain() == 9
    assert world.most == 4


def test_a_calm_outbox_has_no_helpers(monkeypatch):
    monkeypatch.setattr(draining, "ALONE", 60.0)
    publish("worked", 5)
    assert draining.drain() == 5
    assert world.threads == {threading.current_thread().name}


def test_one_thread_is_enough_where_no_more_are_wanted(settings):
    settings.OUTBOX_THREADS = 1
    publish("worked", 5)
    assert draining.drain() == 5
    assert world.threads == {threading.current_thread().name}


def test_two_workers_and_their_helpers_do_each_thing_once(settings):
    settings.OUTBOX_THREADS = 4
    publish("worked", 60)
    publish("elsewhere", 30)

    def worker() -> int:
        try:
            return draining.drain()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        assert sum(work.result() for work in [workers.submit(worker), workers.submit(worker)]) == 90
    assert set(Counter(world.done).values()) == {1}
    assert len(world.done) == 90
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()


def test_what_concerns_one_case_is_done_in_its_order(settings):
    settings.OUTBOX_LANES, settings.OUTBOX_THREADS = ("tests",), 4
    for n in range(15):
        for case in ("a", "b", "c"):
            with transaction.atomic():
                outbox.publish("worked", {"name": f"{case}{n:02}"}, key=f"{case}{n}", case=case)
    assert draining.drain() == 45
    seen = defaultdict(list)
    for name in world.done:
        seen[name[0]].append(name)
    assert [names == sorted(names) for names in seen.values()] == [True] * 3
    assert world.most > 1


def test_a_service_that_does_not_answer_is_asked_by_one_alone():
    world.unreachable = True
    publish("worked", 12)
    assert draining.drain() == 0
    assert len(world.done) == 12
    assert world.most == 1
    late = OutboxMessage.objects.filter(delivered_at=None, attempts=1, error__contains="nobody")
    assert late.count() == 12


def test_helpers_go_when_their_service_stops_answering(settings, monkeypatch):
    settings.OUTBOX_LANES, settings.OUTBOX_THREADS = ("tests",), 4
    publish("worked", 80)
    asking: list[int] = []
    real = outbox.attempt

    def until_several_ask(message):
        if world.unreachable:
            asking.append(world.now)
        world.unreachable = world.unreachable or world.most > 1
        return real(message)

    monkeypatch.setattr(outbox, "attempt", until_several_ask)
    draining.drain()
    assert len(world.done) == 80
    assert len(asking) > 10
    assert set(asking[4:]) == {0}  # those in hand at that moment are over: one asks alone


def test_a_lane_that_hangs_holds_no_other():
    publish("worked", 1)
    publish("hung", 1)
    publish("elsewhere", 20)
    real = outbox.deliver

    def last_one_frees(message):
        real(message)
        if sum(name.startswith("elsewhere") for name in world.done) == 20:
            world.held.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "deliver", last_one_frees)
        assert draining.drain() == 22
    assert world.done[-1] == "hung0"


def test_helpers_leave_no_connection_behind():
    publish("worked", 1)
    publish("elsewhere", 40)
    draining.drain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
        assert len(world.backends) > 1
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)",
                [[*world.backends - {mine}]],
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("a helper's connection is still open")


@pytest.mark.parametrize(("fewer", "more"), [("worked", "elsewhere"), ("elsewhere", "worked")])
def test_what_is_due_of_one_app_is_not_looked_for_behind_another(fewer, more):
    publish(more, 300)
    publish(fewer, 200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE integrations_outboxmessage")
    app = REACTIONS[fewer][0].partition(".")[0]
    due = OutboxMessage.objects.alias(app=APP).filter(
        Q(app=app) & ~Q(case__in=["payment:1"]), delivered_at=None, not_before__lte=wall_clock()
    )
    plan = due.order_by("not_before", "id")[:1].explain()
    assert "outbox_to_deliver_by_app" in plan
    assert "Sort" not in plan
