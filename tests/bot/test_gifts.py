"""A gift from one chat to another, and plans changed in the chat."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from asgiref.sync import sync_to_async

from bot.models import Message
from payments.models import DayEntry, Gift, Payment, Referral
from payments.provider import EventKind
from tests.bot.telegram_world import World, buttons_of, text_of
from tests.factories import told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


async def a_gift_from(world: World, person, worker) -> str:
    """Buy a gift; the payload of its link."""
    await person.starts()
    await person.presses("Принимаю")
    await person.presses("Выбрать тариф")
    await person.presses("1 месяц")
    await person.presses("В подарок")
    assert "🎁 Подарок: 1 месяц" in person.sees
    await person.presses("Карта")
    world.pay()
    await person.presses("Проверить оплату")
    assert "Ссылка на подарок приходит отдельным сообщением" in person.sees
    await worker()
    assert "✅ Подарок по счёту №" in person.sees
    found = re.search(r"start=(gift_[\w-]+)", person.sees)
    assert found
    return found.group(1)


async def test_a_gift_goes_to_whoever_takes_it(world: World, plans, worker):
    anna, boris, vera = (world.person(first_name=name) for name in ("Анна", "Борис", "Вера"))
    payload = await a_gift_from(world, anna, worker)
    assert not await DayEntry.objects.aexists()
    share = next(one for one in buttons_of(anna.last) if one["text"] == "🎁 Отправить подарок")
    assert share["url"].startswith("https://t.me/share/url?url=https")

    await boris.starts(payload)
    await boris.presses("Принимаю")  # the terms do not lose what he came for
    assert "Вам подарок: 1 месяц" in boris.sees
    assert (await Gift.objects.aget()).status == "waiting"
    await boris.presses("Получить подарок")
    assert "✅ Подарок ваш: 1 месяц" in boris.sees
    await worker()
    assert "Ваша ссылка:" in boris.sees
    assert "✅ Ваш подарок открыли" in anna.sees
    assert not await Referral.objects.aexists()

    await vera.starts(payload)
    await vera.presses("Принимаю")
    assert "уже открыл кто-то другой" in vera.sees
    await boris.starts(payload)
    assert "уже ваш" in boris.sees


async def test_a_gift_that_nobody_took_waits_among_the_payments(world: World, plans, worker):
    anna = world.person()
    payload = await a_gift_from(world, anna, worker)
    await anna.writes("/payments")
    await anna.presses("Подарок ждёт получателя")
    assert payload in anna.sees
    assert "🔑 Подключиться" not in anna.buttons
    token = payload.removeprefix("gift_")
    assert not await Message.objects.filter(text__contains=token).aexists()


async def test_looking_at_ones_own_gift_does_not_take_it(world: World, plans, worker):
    anna = world.person()
    payload = await a_gift_from(world, anna, worker)
    await anna.starts(payload)
    assert "купили вы сами" in anna.sees
    assert (await Gift.objects.aget()).status == "waiting"
    await anna.presses("Получить подарок")
    assert "✅ Подарок ваш" in anna.sees


async def test_an_invented_gift_is_no_gift(world: World, plans):
    anna = world.person()
    await anna.starts("gift_nothing")
    await anna.presses("Принимаю")
    assert "Такого подарка нет" in anna.sees


async def test_a_change_shows_its_arithmetic_and_is_paid(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    await anna.writes("/start")
    await anna.presses("Продлить")
    await anna.presses("12 месяцев")
    await anna.presses("Сменить тариф: 1")
    assert "Не использовано по тарифу «1 месяц»: 30 дней, это 199 ₽" in anna.sees
    assert "Цена 1 550 ₽ − остаток 199 ₽ Сумма: 1 351 ₽" in anna.sees
    await anna.presses("Карта")
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    payment = await Payment.objects.alatest("pk")
    assert (payment.purpose, payment.status, payment.amount) == ("change", "paid", Decimal(1351))
    await anna.writes("/start")
    assert "365 дней" in anna.sees


async def test_no_change_is_offered_to_whoever_has_nothing(world: World, plans):
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    assert "🎁 В подарок" in anna.buttons
    assert not any("Сменить" in label for label in anna.buttons)


async def test_a_refunded_gift_says_so(world: World, plans, worker):
    anna, boris = world.person(), world.person()
    payload = await a_gift_from(world, anna, worker)
    payment = await Payment.objects.select_related("customer").aget()
    await sync_to_async(told)(payment, EventKind.REFUNDED)
    await worker()
    assert any("Подарок отозван" in text_of(one) for one in anna.messages)
    await boris.starts(payload)
    await boris.presses("Принимаю")
    assert "подарок отозван" in boris.sees
