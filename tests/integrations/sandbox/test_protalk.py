"""The simulated bots: what they post, and how the control API moves them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from tests.integrations.sandbox.conftest import Receiver, Remote

KEYS = {
    "PROTALK_WEBHOOK_SECRET": "hook-of-the-tests",
    "PROTALK_CLIENT_BOT_ID": "7001",
    "PROTALK_PARTNER_BOT_ID": "7002",
}


@pytest.fixture
def bots(settings, receiver, request) -> Remote:
    settings.CREDENTIALS = {**settings.CREDENTIALS, **KEYS}
    remote: Remote = request.getfixturevalue("sandbox")
    remote.post("protalk/options", callback_url=receiver.url, retry_seconds=[])
    return remote


def test_a_message_goes_out_as_our_contract_says(bots: Remote, receiver: Receiver):
    chat = bots.post("protalk/open", bot="partner", name="Пётр")["chat"]["id"]
    bots.post("protalk/say", chat=chat, text="Хочу к вам")
    ((headers, body),) = receiver.wait(1)
    assert headers["content-type"] == "application/json"
    assert "x-webhook-secret" not in headers
    said = json.loads(body)
    assert said.pop("message_id").startswith("m")
    assert said == {
        "event": "message",
        "message": "Хочу к вам",
        "bot_id": 7002,
        "chat_id": chat,
        "name": "Пётр",
    }


def test_a_form_and_a_header_are_other_ways_to_say_it(bots: Remote, receiver: Receiver):
    bots.post("protalk/options", place="header", format="form", with_number=False)
    chat = bots.post("protalk/open", bot="client")["chat"]["id"]
    bots.post("protalk/lead", chat=chat, name="Иван", phone="+7 900 000-00-01")
    ((headers, body),) = receiver.wait(1)
    assert headers["x-webhook-secret"] == KEYS["PROTALK_WEBHOOK_SECRET"]
    fields = parse_qs(body.decode())
    assert (fields["event"], fields["phone"]) == (["lead"], ["+7 900 000-00-01"])
    assert "message_id" not in fields


def test_what_is_not_taken_is_repeated_and_may_be_sent_again(bots: Remote, receiver: Receiver):
    bots.post("protalk/options", retry_seconds=[0.01])
    receiver.statuses = [503, 500]
    chat = bots.post("protalk/open")["chat"]["id"]
    bots.post("protalk/say", chat=chat, text="Эй")
    assert len({body for _headers, body in receiver.wait(2)}) == 1
    bots.post("protalk/again", chat=chat)
    assert receiver.wait(3)[2][1] == receiver.calls[0][1]
    (shown,) = bots.get("protalk/chats")["chats"]
    assert [line["text"] for line in shown["lines"]] == ["Эй"]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("open", {"bot": "other"}),
        ("say", {"chat": "nobody", "text": "Эй"}),
        ("say", {"chat": "nobody", "text": " "}),
        ("lead", {"chat": "nobody"}),
        ("options", {"place": "moon"}),
        ("answer", {"code": "teapot"}),
    ],
)
def test_what_makes_no_sense_is_told(bots: Remote, path, document):
    with pytest.raises(AssertionError, match="error"):
        bots.post(f"protalk/{path}", **document)


def test_the_answer_chosen_is_shown_and_taken_back(bots: Remote):
    assert bots.post("protalk/answer", code="429")["faults"][0]["status"] == 429
    assert bots.post("protalk/answer", code="ok")["faults"] == []
