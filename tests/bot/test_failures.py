"""Telegram and our own code misbehave; the customer is not left alone."""

from __future__ import annotations

import pytest

from payments.models import Customer
from tests.bot.telegram_world import World
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_failure_of_ours_is_logged_first_and_told_with_a_number(
    world: World, monkeypatch, caplog
):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the shelf fell down")

    monkeypatch.setattr("bot.screens.start.home", broken)
    anna = world.person()
    await anna.starts()
    case = anna.sees.rpartition("обращение ")[2].rstrip(".")
    assert len(case) == 8
    assert f"bot:{case}" in caplog.text
    assert "the shelf fell down" in caplog.text
    assert "shelf" not in anna.sees


async def test_too_many_requests_are_waited_out(world: World):
    plan_fault(
        world.sandbox,
        "telegram",
        "status",
        operation="sendMessage",
        status=429,
        detail={"retry_after": 1},
    )
    anna = world.person()
    await anna.starts()
    assert "Здравствуйте" in anna.sees


async def test_a_message_too_old_to_edit_is_replaced_by_a_new_one(world: World):
    anna = world.person()
    await anna.starts()
    plan_fault(
        world.sandbox,
        "telegram",
        "status",
        operation="editMessageText",
        status=400,
        detail={"description": "Bad Request: message can't be edited"},
    )
    await anna.presses("Принимаю")
    assert len(anna.messages) == 2
    assert "Доступ не подключён" in anna.sees


async def test_a_press_too_old_to_answer_still_works(world: World):
    anna = world.person()
    await anna.starts()
    plan_fault(
        world.sandbox,
        "telegram",
        "status",
        operation="answerCallbackQuery",
        status=400,
        detail={
            "description": "Bad Request: query is too old and response timeout expired or query ID is invalid"
        },
    )
    await anna.presses("Принимаю")
    assert "Доступ не подключён" in anna.sees


async def test_a_lost_connection_to_telegram_is_survived(world: World):
    anna = world.person()
    plan_fault(world.sandbox, "telegram", "reset", operation="sendMessage")
    await anna.starts()
    assert anna.messages == []
    await anna.starts()
    assert "Здравствуйте" in anna.sees


async def test_whoever_blocked_the_bot_meanwhile_is_marked(world: World):
    anna = world.person()
    plan_fault(world.sandbox, "telegram", "status", operation="sendMessage", status=403)
    await anna.starts()
    assert (await Customer.objects.aget()).blocked_bot_at is not None


async def test_a_button_of_a_deleted_message_brings_a_new_one(world: World):
    """Another device of the customer still shows it, and Telegram names it without its content."""
    anna = world.person()
    await anna.starts()
    with world.sandbox.lock:
        gone = {"chat": anna.chat.wire(), "message_id": anna.last.message_id, "date": 0}
        anna.last.deleted = True
        press = {"id": "77", "from": anna.chat.person.wire(), "chat_instance": "1", "data": "menu"}
        world.telegram.publish("callback_query", {**press, "message": gone})
    await world.catch_up()
    assert len(anna.messages) == 1
