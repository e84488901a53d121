from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import Heartbeat, InboundCallback
from integrations.services import heartbeats, inbox
from project import health
from tests.support.valkey import own_valkey


@pytest.fixture
def everything_beats(db) -> None:
    for name in heartbeats.PROCESSES:
        heartbeats.beat(name)


def silence(name: str) -> None:
    Heartbeat.objects.filter(process=name).update(seen_at=wall_clock() - timedelta(minutes=5))


def ready(client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


def test_live_touches_no_database(client):
    """Without the `db` fixture any query is an error."""
    assert client.get("/health/live").json() == {"status": "ok"}


def test_live_proves_whose_it_is_to_whoever_asks_with_a_number(client):
    number = "0f" * 16
    assert client.get(f"/health/live?proof={number}").json()["proof"] == health.proof_of(number)
    assert health.proof_of(number) != health.proof_of("f0" * 16)
    for other in ("", "0f", "0F" * 16, "0f" * 17):
        assert client.get("/health/live", {"proof": other}).json() == {"status": "ok"}


def test_a_probe_needs_no_known_host_name(client, settings):
    settings.ALLOWED_HOSTS = ["shop.example.com"]
    assert client.get("/health/live", headers={"host": "10.0.0.7:8000"}).status_code == 200


def test_a_probe_only_reads(client):
    assert client.post("/health/live").status_code == 405


def test_ready_when_everything_beats(client, everything_beats):
    status, body = ready(client)
    assert (status, body["status"]) == (200, "ok")
    assert all(part["ok"] for part in body["parts"].values())
    assert body["parts"]["worker@money"]["age_seconds"] < 5


@pytest.mark.parametrize("process", ["bot", "beat", "mailer", "worker@messages", "worker@celery"])
def test_whoever_gives_nobody_access_only_degrades(client, everything_beats, process):
    silence(process)
    status, body = ready(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["parts"][process]["ok"] is False


@pytest.mark.parametrize("process", ["worker@money", "worker@access"])
def test_a_silent_worker_of_money_or_access_fails_beside_living_others(
    client, everything_beats, process
):
    silence(process)
    status, body = ready(client)
    assert (status, body["status"]) == (503, "failed")
    assert body["parts"][process]["age_seconds"] > 290
    assert [name for name, part in body["parts"].items() if not part["ok"]] == [process]


def test_a_worker_that_was_never_seen_fails(client, db):
    status, body = ready(client)
    assert status == 503
    assert body["parts"]["worker@access"] == {"ok": False, "age_seconds": None}


def test_a_call_nobody_applies_degrades(client, everything_beats):
    pk = inbox.store_callback(source="oneplat", raw=RawCallback(body=b"{}", headers={}))
    InboundCallback.objects.filter(pk=pk).update(not_before=wall_clock() - timedelta(minutes=3))
    status, body = ready(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["parts"]["inbox"]["waiting"] == 1
    assert body["parts"]["inbox"]["oldest_due_seconds"] > 170


def test_a_database_that_does_not_answer_fails(client, everything_beats, monkeypatch):
    def broken() -> None:
        raise OperationalError("server closed the connection: password=hunter22")

    monkeypatch.setattr(health, "probe_database", broken)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == {"ok": False, "error": "OperationalError"}
    assert b"hunter22" not in answer.content


def test_a_dead_redis_fails(client, everything_beats, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, body = ready(client)
    assert status == 503
    assert body["parts"]["redis"]["ok"] is False


def test_a_frozen_redis_costs_less_than_two_seconds(client, everything_beats, settings, tmp_path):
    with own_valkey(tmp_path) as valkey:
        settings.REDIS_URL = valkey.url
        assert ready(client)[0] == 200
        valkey.freeze()
        started = time.monotonic()
        status, body = ready(client)
        assert time.monotonic() - started < 2
        assert (status, body["parts"]["redis"]["ok"]) == (503, False)
        valkey.thaw()
        assert ready(client)[0] == 200
