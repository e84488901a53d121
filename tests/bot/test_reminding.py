"""Reminders as the customer gets them: in the chat, else in a letter, never twice."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings

from bot.models import Message
from integrations.clock import wall_clock
from integrations.errors import ServiceUnreachable
from integrations.telegram.client import BotApi
from payments.models import AutoRenewal, Customer, SavedMethod
from tests.bot.reminded import (
    DAY,
    NOON,
    Killed,
    Kind,
    Status,
    due,
    send,
    state_of,
)
from tests.factories import a_plan
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_reminder_offers_the_plan_of_last_time(anna, clock, worker):
    reminder = await due(clock)
    await worker()
    assert "⏰ До конца срока: 3 дня – 31 марта 2027, 12:00 (МСК)." in anna.sees
    assert "дни не сгорят" in anna.sees
    assert anna.buttons == ["➕ Продлить: 1 месяц · 200\xa0₽", "Другой срок", "Не напоминать"]
    await reminder.arefresh_from_db()
    assert (reminder.status, reminder.channel) == (Status.SENT, "telegram")
    await anna.presses("➕ Продлить: 1 месяц")
    assert "Сумма:" in anna.sees


async def test_it_is_said_once_however_often_it_is_tried(anna, clock, worker):
    reminder = await due(clock)
    await worker()
    before = len(anna.messages)
    await send(reminder_id=reminder.pk)
    await worker()
    assert len(anna.messages) == before


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.TODAY, "⏰ Доступ заканчивается сегодня: 31 марта 2027, 12:00 (МСК)."),
        (Kind.ENDED, "⚠️ Доступ закончился 31 марта 2027, 12:00 (МСК)."),
        (Kind.AFTER, "⚠️ Доступ закончился 3 дня назад."),
    ],
)
async def test_the_words_fit_the_moment(anna, clock, kind, words):
    reminder = await due(clock, kind)
    await send(reminder_id=reminder.pk)
    assert words in anna.sees


async def test_no_more_reminders_by_one_press_and_back_again(anna, clock, worker):
    await due(clock)
    await worker()
    await anna.presses("Не напоминать")
    assert "Больше не напомним" in anna.sees
    assert not (await Customer.objects.aget()).reminders_on
    await anna.presses("Напоминать об окончании")
    assert "✅ Напомним" in anna.sees
    assert (await Customer.objects.aget()).reminders_on


async def test_who_renews_by_himself_has_nothing_to_press(anna, clock, worker, settings):
    settings.RENEWAL_NOTICE_HOURS = 0
    await sync_to_async(renews)()
    await due(clock)
    await worker()
    assert "Автопродление включено: спишем 200 ₽." in anna.sees
    assert "Visa ·· 4242" in anna.sees
    assert anna.buttons == ["← Меню", "Не напоминать"]


def renews() -> None:
    customer, plan = Customer.objects.get(), a_plan()
    method = SavedMethod.objects.create(
        customer=customer, provider="yookassa", token="t", title="Visa ·· 4242"
    )
    AutoRenewal.objects.create(
        customer=customer, method=method, plan=plan, amount=plan.amount, currency=plan.currency
    )


@pytest.mark.parametrize("sent", [False, True], ids=["before", "after"])
async def test_killed_around_the_message_leaves_it_said_at_most_once(
    anna, clock, monkeypatch, sent
):
    reminder = await due(clock)
    before = len(anna.messages)
    real = BotApi.send_message

    def killed(self: BotApi, *args: Any, **facts: Any) -> int:
        if sent:
            real(self, *args, **facts)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(BotApi, "send_message", killed)
        with pytest.raises(Killed):
            await send(reminder_id=reminder.pk)
    await Message.objects.filter(kind=Message.Kind.REMINDER).aupdate(claimed_at=NOON)
    with override_settings(OUTBOX_LEASE_SECONDS=0):
        await sync_to_async(wait_out_the_lease)()
        await send(reminder_id=reminder.pk)
    assert len(anna.messages) == before + int(sent)
    assert (await state_of(reminder))[0] == Status.UNCLEAR


def wait_out_the_lease() -> None:
    """The killed worker's claim is old by now."""
    Message.objects.filter(kind=Message.Kind.REMINDER).update(claimed_at=wall_clock() - DAY)


async def test_telegram_being_down_is_tried_again(anna, clock):
    reminder = await due(clock)
    plan_fault(anna.world.sandbox, "telegram", "status", operation="sendMessage", status=429)
    with pytest.raises(ServiceUnreachable):
        await send(reminder_id=reminder.pk)
    await send(reminder_id=reminder.pk)
    assert await state_of(reminder) == (Status.SENT, "telegram")
