"""Speaking to a Telegram that works."""

from __future__ import annotations

import pytest
from django.test import override_settings

from integrations.errors import ServiceRefused
from integrations.telegram.client import BotApi, get_bot_api
from integrations.telegram.errors import ChatUnavailable, MessageGone
from tests.integrations.telegram.scenario import TOKEN, Scenario

KEYBOARD = {"inline_keyboard": [[{"text": "Проверить оплату", "callback_data": "check:17"}]]}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x20"


def test_a_message_arrives_with_its_keyboard_and_formatting(scenario: Scenario) -> None:
    message_id = scenario.api.send_message(
        scenario.chat.id, "Доступ <b>открыт</b>", reply_markup=KEYBOARD
    )

    (seen,) = scenario.messages()
    assert (seen["message_id"], seen["text"]) == (message_id, "Доступ открыт")
    assert seen["entities"] == [{"type": "bold", "offset": 7, "length": 6}]
    assert seen["reply_markup"] == KEYBOARD


def test_a_photo_arrives_with_its_caption_and_keyboard(scenario: Scenario) -> None:
    message_id = scenario.api.send_photo(scenario.chat.id, PNG, "Код <i>СБП</i>", KEYBOARD)

    (seen,) = scenario.messages()
    assert (seen["message_id"], seen["caption"]) == (message_id, "Код СБП")
    assert seen["reply_markup"] == KEYBOARD
    assert (seen["photo"][0]["width"], seen["photo"][0]["height"]) == (16, 32)


def test_an_edit_replaces_text_and_keyboard(scenario: Scenario) -> None:
    message_id = scenario.api.send_message(scenario.chat.id, "Ждём оплату", reply_markup=KEYBOARD)

    scenario.api.edit_message(scenario.chat.id, message_id, "Оплачено")

    (seen,) = scenario.messages()
    assert seen["text"] == "Оплачено"
    assert "reply_markup" not in seen


def test_an_edit_that_changes_nothing_is_fine(scenario: Scenario) -> None:
    message_id = scenario.api.send_message(scenario.chat.id, "Оплачено")

    scenario.api.edit_message(scenario.chat.id, message_id, "Оплачено")

    assert [seen["text"] for seen in scenario.messages()] == ["Оплачено"]


def test_a_message_is_deleted_once(scenario: Scenario) -> None:
    message_id = scenario.api.send_message(scenario.chat.id, "Код")

    assert scenario.api.delete_message(scenario.chat.id, message_id)
    assert scenario.messages() == []
    assert not scenario.api.delete_message(scenario.chat.id, message_id)


def test_a_message_too_old_to_delete_is_told_apart(scenario: Scenario) -> None:
    message_id = scenario.api.send_message(scenario.chat.id, "Код")
    scenario.sandbox.clock.set(49 * 3600)

    assert not scenario.api.delete_message(scenario.chat.id, message_id)


def test_a_message_that_is_gone_cannot_be_edited(scenario: Scenario) -> None:
    with pytest.raises(MessageGone, match="message to edit not found"):
        scenario.api.edit_message(scenario.chat.id, 99, "Оплачено")


def test_a_photo_cannot_become_a_text(scenario: Scenario) -> None:
    message_id = scenario.api.send_photo(scenario.chat.id, PNG)

    with pytest.raises(MessageGone):
        scenario.api.edit_message(scenario.chat.id, message_id, "Оплачено")


def test_a_blocked_bot_is_told_so(scenario: Scenario) -> None:
    scenario.chat.blocked = True

    with pytest.raises(ChatUnavailable, match="bot was blocked by the user") as caught:
        scenario.api.send_message(scenario.chat.id, "Доступ открыт")
    assert not caught.value.retryable


@pytest.mark.parametrize("started", [True, False], ids=["unknown chat", "never started"])
def test_nobody_there_is_told_so(scenario: Scenario, started: bool) -> None:
    scenario.chat.started = False

    with pytest.raises(ChatUnavailable):
        scenario.api.send_message(1 if started else scenario.chat.id, "Доступ открыт")


def test_get_me_says_who_we_are(scenario: Scenario) -> None:
    me = scenario.api.get_me()

    assert (me.id, me.username) == (4242, "provodnik_sandbox_bot")


def test_a_wrong_token_is_told_so(scenario: Scenario) -> None:
    wrong = BotApi(token="1:wrong", base_url=f"{scenario.sandbox.base_url}/telegram")

    with pytest.raises(ServiceRefused, match="telegram does not accept BOT_TOKEN"):
        wrong.get_me()


def test_the_bot_of_the_settings(scenario: Scenario) -> None:
    address = f"{scenario.sandbox.base_url}/telegram"

    with override_settings(CREDENTIALS={"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}):
        assert get_bot_api() is get_bot_api()
        assert get_bot_api().get_me().id == 4242


def test_a_missing_token_is_named() -> None:
    with (
        override_settings(CREDENTIALS={}),
        pytest.raises(ServiceRefused, match="telegram is not configured: BOT_TOKEN is empty"),
    ):
        get_bot_api()
