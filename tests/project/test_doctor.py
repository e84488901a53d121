from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from integrations.services import heartbeats, inbox
from payments.registry import forget_providers
from payments.services import provider_states
from project.doctor import configuration, providers, stores
from project.doctor.findings import Level, ago

MARKERS = {
    "ONEPLAT_SHOP_SECRET": "marker-shop-secret-001",
    "REMNAWAVE_API_TOKEN": "marker-panel-token-001",
    "BOT_TOKEN": "4242:marker-bot-token-001",
}


@pytest.fixture
def world(settings, db) -> Iterator[SandboxServer]:
    """Everything outside answers, and every process has just been seen."""
    settings.SANDBOX = True
    settings.CREDENTIALS = settings.CREDENTIALS | MARKERS
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | {
            "ONEPLAT_BASE_URL": f"{server.url}/oneplat",
            "REMNAWAVE_BASE_URL": f"{server.url}/remnawave",
            "TELEGRAM_API_URL": f"{server.url}/telegram",
        }
        forget_providers()
        for name in heartbeats.PROCESSES:
            heartbeats.beat(name)
        yield server


def run(capsys, *arguments: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("doctor", *arguments)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, capsys.readouterr().out


def report(capsys) -> tuple[int, dict[str, dict[str, dict[str, Any]]]]:
    """The JSON report by section and title."""
    code, shown = run(capsys, "--json")
    sections = json.loads(shown)["sections"]
    return code, {
        section["name"]: {finding["title"]: finding for finding in section["findings"]}
        for section in sections
    }


def test_a_healthy_shop_has_nothing_broken(world, capsys):
    code, shown = run(capsys)
    assert "❌" not in shown
    assert code == 0
    for line in (
        "Migrations: all applied",
        "✅ worker@money: seen",
        "✅ Account: ",
        "✅ Panel: version",
        "@",
    ):
        assert line in shown


def test_the_addresses_to_paste_are_shown(world, settings, capsys):
    settings.PUBLIC_URL = "https://shop.example.com"
    _code, shown = run(capsys)
    assert "https://shop.example.com/payments/callbacks/oneplat\n" in shown
    assert "https://shop.example.com/1plat-webhook\n" in shown


def test_nothing_outside_answers_and_nothing_is_given_away(settings, db, capsys):
    settings.CREDENTIALS = settings.CREDENTIALS | MARKERS
    settings.REDIS_URL = "redis://:marker-redis-password@127.0.0.1:1/0"
    forget_providers()
    code, shown = run(capsys)
    assert code == 1
    for section in ("1Plat", "Remnawave", "Telegram", "Redis", "worker@money: was never seen"):
        assert section in shown
    assert "marker-" not in shown


def test_missing_keys_are_named(world, settings, capsys):
    settings.CREDENTIALS = settings.CREDENTIALS | {"ONEPLAT_SHOP_SECRET": ""}
    code, sections = report(capsys)
    assert code == 1
    assert sections["1Plat"]["Keys"]["detail"] == "not set: ONEPLAT_SHOP_SECRET"
    assert sections["Configuration"]["payments.E003"]["level"] == "failed"


def test_a_refused_call_is_a_warning_while_none_was_accepted(world, capsys):
    inbox.store_refused(
        source="oneplat",
        raw=RawCallback(body=b"{}", headers={}, remote_addr="192.0.2.7"),
        verdict=InboundCallback.Verdict.REJECTED,
        reason="signature",
    )
    _code, sections = report(capsys)
    refused = sections["1Plat"]["Last refused call"]
    assert refused["level"] == "warning"
    assert "signature; 1 in 24 h" in refused["detail"]
    assert "192.0.2.7" in refused["detail"]
    inbox.store_callback(source="oneplat", raw=RawCallback(body=b"{1}", headers={}))
    _code, sections = report(capsys)
    assert sections["1Plat"]["Last refused call"]["level"] == "fine"
    assert sections["1Plat"]["Last accepted call"]["level"] == "fine"


def test_the_clock_the_poller_and_the_abilities_of_a_provider_are_told(world, capsys):
    _code, sections = report(capsys)
    found = sections["1Plat"]
    assert found["Clock"]["level"] == "fine"
    assert "off ours" in found["Clock"]["detail"]
    assert found["Polling"]["detail"] == "not asked yet, 0 payments are due"
    assert "lists" in found["Abilities"]["detail"]
    assert found["Self-test call"]["detail"].startswith("never sent")


def test_a_provider_that_does_not_answer_the_poller_is_a_warning(world, capsys):
    provider_states.gave_no_answer("oneplat", ConnectionError("1Plat did not answer"))
    _code, sections = report(capsys)
    polling = sections["1Plat"]["Polling"]
    assert (polling["level"], polling["detail"]) == (
        "warning",
        "1 failures in a row: 1Plat did not answer",
    )


def test_calls_for_a_person_are_counted(world, capsys):
    pk = inbox.store_callback(source="oneplat", raw=RawCallback(body=b"1", headers={}))
    InboundCallback.objects.filter(pk=pk).update(status="unknown")
    code, sections = report(capsys)
    assert code == 0
    assert sections["Queues"]["For a person"]["detail"] == "1 calls about orders that are not ours"


def test_an_unknown_provider_does_not_stop_the_report(settings, db):
    settings.PAYMENT_PROVIDERS = ["nopay"]
    (section,) = providers(calls=True)
    assert section.worst is Level.FAILED
    assert "'nopay'" in section.findings[0].detail


def test_a_full_disk_is_broken(monkeypatch):
    usage = type("Usage", (), {"free": 10_000_000, "total": 10**12})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    assert stores.disk()[0].level is Level.FAILED


def test_production_is_judged_by_production_checks(settings):
    settings.SANDBOX = False
    settings.PUBLIC_URL = "http://shop.example.com"
    assert "project.E010" in {finding.title for finding in configuration()}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(5, "5 s"), (119, "119 s"), (300, "5 min"), (9000, "2 h"), (200_000, "2 d")],
)
def test_ages_are_shown_as_people_say_them(seconds, shown):
    assert ago(seconds) == shown


def test_an_unmigrated_database_is_told_in_one_line(db, capsys):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE integrations_heartbeat, integrations_inboundcallback CASCADE")
        cursor.execute("DROP TABLE django_migrations")
    code, shown = run(capsys)
    assert code == 1
    (line,) = [line for line in shown.splitlines() if "Migrations" in line]
    assert line.startswith("  ❌ Migrations: ")
    assert line.endswith("not applied: run manage.py migrate")
    assert "was never seen" not in shown


def test_a_provider_with_an_address_per_event_shows_them_all(world, settings, capsys):
    settings.PUBLIC_URL = "https://shop.example.com"
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    _code, shown = run(capsys)
    base = "https://shop.example.com/payments/callbacks/cloudpayments"
    for kind in ("check", "pay", "fail", "confirm", "refund", "cancel"):
        assert f"{base}/{kind}\n" in shown
    assert f"{base}\n" not in shown


def test_where_calls_come_through_the_bot_no_address_is_asked_for(world, settings, capsys):
    settings.PAYMENT_PROVIDERS = ["tgstars"]
    _code, sections = report(capsys)
    found = sections["Telegram Stars"]
    assert "Callback address" not in found
    assert "through the bot" in found["Calls"]["detail"]
    assert found["Last accepted call"]["hint"] == "Is the bot running?"
