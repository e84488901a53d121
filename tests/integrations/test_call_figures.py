"""How outside services answer, counted by the minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from integrations import traffic
from integrations.clock import wall_clock
from integrations.errors import ServiceUnreachable
from integrations.http import Client
from integrations.models import ServiceMinute
from integrations.services.call_figures import CallFigures, sweep
from integrations.tasks import sweep_call_figures


def call(*, service: str = "bank", ms: int = 100, status: int | None = 200, date: str = ""):
    headers = {"Date": date} if date else {}
    return traffic.Call(service=service, ms=ms, status=status, headers=headers)


def totals() -> tuple[int, int, int, int]:
    rows = ServiceMinute.objects.filter(service="bank").values_list(
        "calls", "errors", "total_ms", "max_ms"
    )
    calls, errors, total, most = zip(*rows, strict=True)
    return sum(calls), sum(errors), sum(total), max(most)


def test_two_processes_add_to_the_same_minute(db):
    first, second = CallFigures(), CallFigures()
    for status in (200, 404, 500, 429, None):
        first.count(call(status=status))
    second.count(call(ms=900))
    assert first.flush() >= 1
    second.flush()
    assert totals() == (6, 3, 1400, 900)
    assert first.flush() == 0


def test_the_clock_of_the_last_answer_is_kept(db):
    figures = CallFigures()
    figures.count(call(date=f"{wall_clock() + timedelta(minutes=2):%a, %d %b %Y %H:%M:%S} GMT"))
    figures.count(call(status=None))
    figures.flush()
    assert ServiceMinute.objects.latest("minute").skew in (119, 120)


def test_the_client_tells_of_every_attempt(monkeypatch):
    seen: list[traffic.Call] = []
    monkeypatch.setattr(traffic, "observers", [seen.append])
    client = Client(service="nowhere", base_url="http://127.0.0.1:9", retries=1)
    with pytest.raises(ServiceUnreachable):
        client.get("/")
    assert [(one.service, one.status, one.is_error) for one in seen] == [
        ("nowhere", None, True)
    ] * 2


def test_what_cannot_be_written_stops_nobody(monkeypatch):
    """The thread goes on, and the next figures are written."""
    figures = CallFigures()

    def broken() -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(figures, "flush", broken)
    monkeypatch.setattr("integrations.services.call_figures.connection.close", lambda: None)
    pauses = iter([False, False, True])

    def sleep(_seconds: float) -> None:
        if next(pauses):
            raise KeyboardInterrupt

    monkeypatch.setattr("integrations.services.call_figures.time.sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        figures._run()


def test_old_minutes_go(db):
    figures = CallFigures()
    figures.count(call())
    figures.flush()
    assert sweep() == 0
    ServiceMinute.objects.update(minute=wall_clock() - timedelta(days=15))
    assert sweep_call_figures() == 1
