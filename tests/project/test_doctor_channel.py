"""The doctor says whether the bonus for the channel can work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from project.doctor.findings import Level
from project.doctor.telegram import telegram
from tests.support.http_server import HttpServer, answer

ME = answer(200, {"ok": True, "result": {"id": 42, "is_bot": True, "username": "a_bot"}})


@pytest.fixture
def api(settings) -> Iterator[HttpServer]:
    with HttpServer() as server:
        settings.BONUS_CHANNEL = "@news"
        settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", ["olga@staff.example"]
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "BOT_TOKEN": "42:test",
            "TELEGRAM_API_URL": server.url,
        }
        yield server


def member(status: str):
    return answer(200, {"ok": True, "result": {"status": status, "user": {"id": 42}}})


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (member("administrator"), Level.FINE),
        (member("member"), Level.FAILED),
        (answer(400, {"ok": False, "description": "Bad Request: chat not found"}), Level.FAILED),
    ],
)
def test_the_bot_has_to_be_an_administrator_of_the_channel(api, said, level):
    api.plan(ME, said)
    channel = telegram()[1]
    assert (channel.title, channel.level) == ("Bonus channel", level)


def test_without_a_channel_nothing_is_said_of_it(api, settings):
    settings.BONUS_CHANNEL = ""
    api.plan(ME)
    assert [finding.title for finding in telegram()] == ["Bot", "Updates"]
