"""The doctor says whether updates come the way they are waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.clock import wall_clock
from project.doctor.findings import Finding, Level
from project.doctor.telegram import telegram
from tests.support.http_server import HttpServer, answer

OURS = "https://shop.example.com/bot/webhook"
FAILURE = "SSL error {error:0A000086:certificate verify failed}"


def result(**fields: Any) -> Any:
    return answer(200, {"ok": True, "result": fields})


@pytest.fixture
def api(settings) -> Iterator[HttpServer]:
    with HttpServer() as server:
        settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", ["olga@staff.example"]
        settings.PUBLIC_URL = "https://shop.example.com"
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": server.url}
        server.plan(result(id=42, is_bot=True, username="a_bot"))
        yield server


def updates(api: HttpServer, **webhook: Any) -> Finding:
    api.plan(result(**{"url": "", "pending_update_count": 0, **webhook}))
    (finding,) = [one for one in telegram() if one.title == "Updates"]
    return finding


@pytest.mark.parametrize(
    ("mode", "webhook", "level", "said"),
    [
        ("polling", {}, Level.FINE, "asked for by the bot process (polling), 0 wait"),
        ("polling", {"pending_update_count": 500}, Level.WARNING, "(polling), 500 wait"),
        ("polling", {"url": "https://other.example/x"}, Level.WARNING, "not to this bot"),
        ("webhook", {"url": OURS}, Level.FINE, f"{OURS}, 0 wait"),
        ("webhook", {}, Level.FAILED, f"no webhook is set, not to {OURS}"),
        ("webhook", {"url": "https://other.example/x"}, Level.FAILED, f"not to {OURS}"),
    ],
)
def test_it_compares_the_mode_with_what_telegram_knows(api, settings, mode, webhook, level, said):
    settings.BOT_MODE = mode
    finding = updates(api, **webhook)
    assert finding.level is level
    assert said in finding.detail


def test_telegrams_last_failure_is_quoted(api, settings):
    settings.BOT_MODE = "webhook"
    failed_at = int(wall_clock().timestamp()) - 30
    finding = updates(api, url=OURS, last_error_message=FAILURE, last_error_date=failed_at)
    assert finding.level is Level.WARNING
    assert FAILURE in finding.detail


def test_an_answer_nobody_can_read_is_a_failure(api):
    api.plan(answer(200, {"ok": True, "result": []}))
    assert telegram()[-1].level is Level.FAILED
