"""What all simulators share: who may run it, memory across a restart, clock, faults, journal."""

from __future__ import annotations

from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from integrations import clock
from integrations.sandbox.core.errors import SandboxRefused
from integrations.sandbox.core.server import SandboxServer
from tests.integrations.sandbox.conftest import Remote

PAGES = ("/", "/chat/", "/bank/", "/panel/", "/clock/", "/journal/", "/terms/")


def test_it_refuses_to_run_outside_local_settings(settings):
    settings.SANDBOX = False
    with pytest.raises(SandboxRefused):
        SandboxServer()
    with pytest.raises(CommandError, match="local settings only"):
        call_command("sandbox", port=0, stdout=StringIO())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_takes_nothing_from_outside(sandbox, page):
    answer = requests.get(f"{sandbox.url}{page}", timeout=30)
    assert answer.status_code == 200
    assert 'src="http' not in answer.text
    assert "/static/sandbox/" in answer.text


def test_it_is_healthy(sandbox):
    answer = requests.get(f"{sandbox.url}/health", timeout=30)
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_restart_remembers_chats_orders_and_users(settings, tmp_path):
    settings.SANDBOX = True
    path = tmp_path / "state.json"
    with SandboxServer(state_path=path) as server:
        sandbox = Remote(server)
        sandbox.post("telegram/send", chat_id=7, text="привет")
        sandbox.post("oneplat/options", shift="1.5")
    with SandboxServer(state_path=path) as server:
        sandbox = Remote(server)
        assert sandbox.get("telegram/messages", chat_id=7)["messages"][0]["text"] == "привет"
        assert sandbox.get("telegram/status")["pending"] == 1
        assert sandbox.get("oneplat/options")["options"]["shift"] == "1.5"


@pytest.mark.parametrize("content", ["{broken", "[]", '{"simulators": {"telegram": {"chats": 7}}}'])
def test_an_unreadable_snapshot_is_a_blank_start(settings, tmp_path, content):
    settings.SANDBOX = True
    path = tmp_path / "state.json"
    path.write_text(content)
    with SandboxServer(state_path=path) as server:
        assert Remote(server).get("oneplat/orders")["orders"] == []


def test_a_stopped_sandbox_answers_on_no_kept_connection(settings):
    settings.SANDBOX = True
    with requests.Session() as session:
        with SandboxServer() as server:
            assert session.get(f"{server.url}/health", timeout=5).ok
        with pytest.raises(requests.ConnectionError):
            session.get(f"{server.url}/health", timeout=5)


def test_the_clock_moves_the_product_too(settings, tmp_path):
    settings.SANDBOX, settings.CLOCK_OFFSET_FILE = True, tmp_path / "offset"
    with SandboxServer(clock_path=settings.CLOCK_OFFSET_FILE) as server:
        sandbox = Remote(server)
        sandbox.post("clock", advance_seconds=3600)
        assert sandbox.post("clock", advance_seconds=60)["offset_seconds"] == 3660
        assert clock.offset().total_seconds() == 3660
        sandbox.post("clock", offset_seconds=0)
        assert clock.offset().total_seconds() == 0


def test_a_reset_forgets_but_numbers_go_on(sandbox):
    first = sandbox.post("telegram/send", chat_id=7, text="раз")["message"]["message_id"]
    sandbox.post("reset")
    assert sandbox.get("telegram/messages", chat_id=7)["messages"] == []
    assert sandbox.post("telegram/send", chat_id=7, text="два")["message"]["message_id"] > first


def test_the_journal_shows_calls_without_the_bots_token(sandbox):
    requests.post(f"{sandbox.url}/telegram/bot1:secret/getMe", timeout=30)
    (entry,) = sandbox.get("journal", service="telegram")["entries"]
    assert (entry["operation"], entry["status"], entry["path"]) == (
        "getMe",
        401,
        "/telegram/bot…/getMe",
    )


@pytest.mark.parametrize(
    "document",
    [{"service": "nobody", "kind": "reset"}, {"service": "telegram", "kind": "sulk"}],
)
def test_a_senseless_fault_is_refused(sandbox, document):
    answer = requests.post(f"{sandbox.url}/control/faults", json=document, timeout=30)
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


def test_faults_are_listed_and_cleared(sandbox):
    sandbox.post("faults", service="telegram", kind="reset", times=None)
    assert [one["kind"] for one in sandbox.get("faults")["faults"]] == ["reset"]
    sandbox.post("faults/clear", service="telegram")
    assert sandbox.get("faults")["faults"] == []


def test_a_page_of_another_site_cannot_drive_it(sandbox):
    url, origin = f"{sandbox.url}/control/reset", {"Origin": "https://evil.test"}
    assert requests.post(url, json={}, headers=origin, timeout=30).status_code == 403
