"""What ProTalk's bots post, read from its bytes; and who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.protalk import wire
from integrations.protalk.source import ProTalkHooks

FIXTURES = Path(__file__).parent / "fixtures"
SECRET = "hook secret/of+tests"
KEYS = {
    "PROTALK_WEBHOOK_SECRET": SECRET,
    "PROTALK_CLIENT_BOT_ID": "7001",
    "PROTALK_PARTNER_BOT_ID": "7002",
}
HOOKS = ProTalkHooks(KEYS)


def body(name: str) -> bytes:
    return next(FIXTURES.glob(f"{name}.*")).read_bytes()


def call(content: bytes = b"", **fields) -> RawCallback:
    return RawCallback(body=content or body("message__json"), **{"headers": {}, **fields})


def test_a_message_says_the_same_in_json_and_in_a_form():
    assert wire.read(body("message__json")) == wire.read(body("message__form"))
    assert wire.read(body("message__json")) == wire.BotCall(
        event="message",
        bot_id="7001",
        chat_id="user-42",
        message_id="m-1",
        text="Нужна кровля в Казани",
        name="Иван",
        phone="",
        email="",
    )


def test_each_field_is_found_under_its_other_names():
    other = wire.read(body("message__other_names"))
    assert (other.bot_id, other.chat_id, other.message_id) == ("7002", "4242", "m-9")
    assert (other.text, other.name) == ("Хочу стать партнёром", "Пётр")
    bare = wire.read(body("message__no_number"))
    assert (bare.event, bare.chat_id, bare.message_id, bare.text) == (
        "message",
        "user-42",
        "",
        "да",
    )


def test_what_no_database_takes_is_left_out():
    assert wire.read(body("message__nul")).text == "кров?ля"


@pytest.mark.parametrize(
    "content",
    [b"", b"{broken", b"[1]", b'{"a": NaN}', b"{" * 1000, b"&".join([b"a=1"] * 101), b"a=\xff"],
    ids=["nothing", "broken", "a list", "no JSON", "too deep", "too many", "not UTF-8"],
)
def test_what_cannot_be_read_says_so(content):
    with pytest.raises(CallbackMalformed):
        wire.read(content)


@pytest.mark.parametrize(
    "where",
    [{"path_secret": SECRET}, {"headers": {"x-webhook-secret": SECRET}}],
    ids=["path", "header"],
)
def test_the_secret_is_taken_in_both_places_and_kept_in_none(where):
    raw = call(**where)
    HOOKS.verify(raw)
    kept = HOOKS.storable(raw)
    assert kept.path_secret == ""
    assert kept.body == raw.body


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"path_secret": SECRET + "x"},
        {"headers": {"x-webhook-secret": ""}},
        {"headers": {"x-webhook-secret": "é\udcff"}},
        {"headers": {"authorization": SECRET}},
        {"query": f"secret={SECRET}"},
    ],
)
def test_without_the_very_secret_a_call_is_refused(where):
    with pytest.raises(CallbackRejected, match="secret"):
        HOOKS.verify(call(**where))


def test_without_a_secret_set_everything_is_refused():
    for raw in (call(), call(path_secret="x"), call(headers={"x-webhook-secret": ""})):
        with pytest.raises(CallbackRejected):
            ProTalkHooks({}).verify(raw)


def test_only_our_bots_are_heard_where_their_numbers_are_known():
    stranger = b'{"bot_id": 9999, "chat_id": "c", "message": "x"}'
    for content in (stranger, b'{"chat_id": "c", "message": "x"}'):
        with pytest.raises(CallbackRejected, match="bot"):
            HOOKS.verify(call(content, path_secret=SECRET))
    anybody = ProTalkHooks({"PROTALK_WEBHOOK_SECRET": SECRET})
    anybody.verify(call(stranger, path_secret=SECRET))
    ack, keep = anybody.answer(call(stranger))
    assert (ack.status, ack.body, ack.content_type, keep) == (
        200,
        '{"ok":true}',
        "application/json",
        True,
    )
