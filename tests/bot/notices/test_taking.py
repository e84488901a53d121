"""Somebody of the group takes a notice: the first one has it, and the message says who."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from bot.application import build_application
from bot.models import Notice
from bot.notices.sending import send_due
from bot.notices.taking import take_in_group
from integrations.sandbox.telegram.state import Person
from tests.bot.notices.raised import STAFF_CHAT, due_at_once, said, trouble
from tests.bot.telegram_world import PersonInChat, World
from tests.support.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)

TAKE = "Взять в работу"


@pytest.fixture
async def world(sandbox, group, threads) -> AsyncIterator[World]:
    application = build_application(settings.CREDENTIALS)
    await application.initialize()
    yield World(sandbox, application)
    await application.shutdown()


@pytest.fixture
def staff(world, group) -> PersonInChat:
    return PersonInChat(world, group)


@sync_to_async
def told() -> None:
    due_at_once()
    send_due()


@pytest.fixture
async def notice(world) -> Notice:
    await sync_to_async(trouble)("a")
    await told()
    return await Notice.objects.aget()


async def test_whoever_presses_first_has_it_and_the_message_says_so(sandbox, staff, notice):
    pressed = await staff.presses(TAKE)
    assert pressed.text == "Вы взяли это в работу."
    await notice.arefresh_from_db()
    assert notice.taken_name == "Ольга Сотрудник"
    assert notice.taken_at is not None
    await told()
    [text] = said(sandbox)
    assert "👤 В работе: Ольга Сотрудник" in text
    assert staff.buttons == ["Открыть в админке"]


async def test_whoever_comes_second_is_told_by_whom(sandbox, group, staff, notice):
    await staff.presses(TAKE)
    group.person = group.members[1]
    pressed = await staff.presses(TAKE)  # the old button still stands
    assert "Уже в работе: Ольга Сотрудник" in pressed.text
    assert pressed.show_alert
    await notice.arefresh_from_db()
    assert notice.taken_name == "Ольга Сотрудник"


async def test_a_stranger_takes_nothing(group, staff, notice):
    inside, group.person = group.person, Person(id=777, first_name="Чужой")
    group.members.remove(inside)
    pressed = staff.taps(TAKE)
    group.person = inside
    await staff.world.catch_up()
    assert "только участник группы" in pressed.text
    await notice.arefresh_from_db()
    assert notice.taken_at is None


async def test_other_messages_of_the_group_are_left_alone(world, group, staff, notice):
    before = len(staff.messages)
    await staff.writes("/start")
    await staff.writes("привет")
    assert len(staff.messages) == before


def test_many_at_once_are_one(group):
    trouble("a")
    send_due()
    notice = Notice.objects.get()
    names = [f"Сотрудник {number}" for number in range(8)]

    def press(name: str):
        return lambda: take_in_group(notice_id=notice.pk, chat_id=STAFF_CHAT, name=name)

    taken = at_once(*map(press, names), late=())
    assert [one.is_first for one in taken].count(True) == 1
    notice.refresh_from_db()
    assert all(notice.taken_name in one.words for one in taken if not one.is_first)


def test_a_notice_of_another_chat_is_none(group):
    trouble("a")
    send_due()
    taken = take_in_group(notice_id=Notice.objects.get().pk, chat_id=5, name="Чужой")
    assert not taken.is_first
    assert Notice.objects.get().taken_at is None
