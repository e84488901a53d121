"""What the Bot API refuses, and in which words."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
from django.conf import settings

CUSTOMER = 700100401


@pytest.fixture
def call(sandbox):
    """A call of the Bot API; the chat of CUSTOMER exists."""
    sandbox.post("telegram/send", chat_id=CUSTOMER, text="/start")

    def perform(method: str, token: str = "", **arguments: Any) -> dict[str, Any]:
        url = f"{sandbox.url}/telegram/bot{token or settings.CREDENTIALS['BOT_TOKEN']}/{method}"
        answer: dict[str, Any] = requests.post(url, json=arguments, timeout=30).json()
        return answer

    return perform


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Кнопка"} | button]]}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"text": "<b>жирно", "parse_mode": "HTML"}, "Can't find end tag"),
        (
            {"text": "<b>a</i>", "parse_mode": "HTML"},
            'Unmatched end tag at byte offset 4, expected "</b>"',
        ),
        ({"text": "<blink>a</blink>", "parse_mode": "HTML"}, 'Unsupported start tag "blink"'),
        ({"text": "a</b>", "parse_mode": "HTML"}, "Unexpected end tag"),
        ({"text": "1 < 2", "parse_mode": "HTML"}, "Unclosed start tag"),
        ({"text": "  "}, "message text is empty"),
        ({"text": "я" * 4097}, "message is too long"),
        ({"text": "a", "chat_id": 99}, "chat not found"),
        ({"text": "a", "reply_markup": keyboard(callback_data="я" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard()}, "Text buttons are unallowed"),
        ({"text": "a", "reply_markup": keyboard(url="ftp://x")}, "Wrong HTTP URL"),
    ],
)
def test_a_bad_message_is_refused_in_telegrams_words(call, arguments, reason):
    answer = call("sendMessage", **({"chat_id": CUSTOMER} | arguments))
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert reason in answer["description"]


def test_html_becomes_text_and_entities_counted_in_utf_16_units(call):
    text = "😀 <b>Срок &lt;<i>до</i></b> <a href='https://a.test/'>тут</a> <code>/x</code> /help "
    message = call("sendMessage", chat_id=CUSTOMER, text=text, parse_mode="HTML")["result"]
    assert message["text"] == "😀 Срок <до тут /x /help"
    assert message["entities"] == [
        {"type": "bold", "offset": 3, "length": 8},
        {"type": "italic", "offset": 9, "length": 2},
        {"type": "text_link", "offset": 12, "length": 3, "url": "https://a.test/"},
        {"type": "code", "offset": 16, "length": 2},
        {"type": "bot_command", "offset": 19, "length": 5},
    ]


def test_an_edit_that_changes_nothing_is_an_error(call):
    sent = call(
        "sendMessage", chat_id=CUSTOMER, text="раз", reply_markup=keyboard(callback_data="a")
    )
    place = {"chat_id": CUSTOMER, "message_id": sent["result"]["message_id"]}
    same = call("editMessageText", **place, text="раз", reply_markup=keyboard(callback_data="a"))
    assert same["description"].startswith("Bad Request: message is not modified")
    assert "reply_markup" not in call("editMessageText", **place, text="раз")["result"]


def test_what_is_gone_cannot_be_edited_or_deleted(call):
    sent = call("sendMessage", chat_id=CUSTOMER, text="раз")["result"]
    place = {"chat_id": CUSTOMER, "message_id": sent["message_id"]}
    assert call("deleteMessage", **place)["result"] is True
    assert (
        "message to edit not found" in call("editMessageText", **place, text="два")["description"]
    )
    assert "message to delete not found" in call("deleteMessage", **place)["description"]


def test_a_photo_keeps_its_size_and_its_caption_its_limit(call, sandbox):
    png = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (120).to_bytes(4, "big") + (90).to_bytes(4, "big")
    )
    url = f"{sandbox.url}/telegram/bot{settings.CREDENTIALS['BOT_TOKEN']}/sendPhoto"
    form: dict[str, Any] = {"chat_id": CUSTOMER, "caption": "<b>QR</b>", "parse_mode": "HTML"}
    sent = requests.post(url, data=form, files={"photo": ("qr.png", png, "image/png")}, timeout=30)
    (size,) = sent.json()["result"]["photo"]
    assert (size["width"], size["height"]) == (120, 90)
    again = call("sendPhoto", chat_id=CUSTOMER, photo=size["file_id"], caption="я" * 1025)
    assert "message caption is too long" in again["description"]
    assert requests.get(f"{sandbox.url}/chat/file/{size['file_id']}", timeout=30).content == png


def test_a_blocked_bot_and_a_person_who_never_wrote_give_403(call, sandbox):
    sandbox.post("telegram/block", chat_id=CUSTOMER, blocked=True)
    silent = sandbox.post("telegram/chats", name="Молчун")["chat"]["id"]
    blocked = call("sendMessage", chat_id=CUSTOMER, text="a")
    assert (blocked["error_code"], blocked["description"]) == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    assert "can't initiate" in call("sendMessage", chat_id=silent, text="a")["description"]


def test_a_planned_429_tells_how_long_to_wait_and_ends(call, sandbox):
    sandbox.post(
        "faults", service="telegram", kind="status", status=429, retry_after=7, chat_id=CUSTOMER
    )
    refused = call("sendMessage", chat_id=CUSTOMER, text="a")
    assert refused["parameters"] == {"retry_after": 7}
    assert call("sendMessage", chat_id=CUSTOMER, text="a")["ok"]


def test_a_message_whose_answer_is_lost_is_in_the_chat_all_the_same(call, sandbox):
    sandbox.post("faults", service="telegram", kind="after", operation="sendMessage")
    with pytest.raises(requests.ConnectionError):
        call("sendMessage", chat_id=CUSTOMER, text="дошло")
    answer = sandbox.get("telegram/messages", chat_id=CUSTOMER, **{"from": "bot"})
    assert [one["text"] for one in answer["messages"]] == ["дошло"]


def test_the_second_poller_ends_the_first_with_409(call):
    call("getUpdates", offset=-1)
    call("getUpdates", offset=2**40)
    first: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: first.append(call("getUpdates", timeout=20)))
    waiting.start()
    while not first:
        assert call("getUpdates", timeout=0)["ok"]
    waiting.join()
    assert first[0]["error_code"] == 409


def test_a_stranger_and_an_unknown_method_are_told_apart(call):
    assert call("getMe", token="1:wrong")["error_code"] == 401
    assert call("getStars")["error_code"] == 404


def test_a_press_is_answered_once(call, sandbox):
    call("sendMessage", chat_id=CUSTOMER, text="a", reply_markup=keyboard(callback_data="go"))
    press = sandbox.post("telegram/press", chat_id=CUSTOMER, text="Кнопка")["press"]
    (update,) = [one for one in call("getUpdates")["result"] if "callback_query" in one]
    assert update["callback_query"]["data"] == "go"
    assert call("answerCallbackQuery", callback_query_id=press["id"])["ok"]
    assert (
        "query is too old"
        in call("answerCallbackQuery", callback_query_id=press["id"])["description"]
    )
