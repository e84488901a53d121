"""When no invoice comes of it: always a calm screen, never an error page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import Payment, Plan
from tests.bot.telegram_world import World
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)


async def test_no_requisites_leads_to_another_way(world: World, plans):
    world.options(no_requisites=True)
    anna = world.person()
    await anna.buys(way="Карта")
    assert "нет свободных реквизитов" in anna.sees
    assert "Карта" not in anna.buttons
    await anna.writes("/payments")
    await anna.presses("❌ №")
    assert "Счёт не открылся, деньги не списаны." in anna.sees
    assert "no_requisites" not in anna.sees
    await anna.writes("/start")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    world.options(no_requisites=False)
    await anna.presses("СБП")
    assert "Телефон для СБП:" in anna.sees


async def test_a_minimum_is_named(world: World, plans):
    world.options(minimum=Decimal(1000))
    anna = world.person()
    await anna.buys()
    assert "⚠️ Этот способ" in anna.sees
    assert "Деньги не списаны" in anna.sees


async def test_too_soon_asks_to_wait_a_minute(world: World, plans):
    world.options(cooldown_seconds=60)
    anna = world.person()
    await anna.buys()
    await anna.presses("Другой способ")
    await anna.presses("СБП")
    assert "Подождите минуту" in anna.sees
    world.options(cooldown_seconds=0)
    await anna.presses("Повторить")
    assert "Телефон для СБП:" in anna.sees


@pytest.mark.parametrize("kind", ["reset", "garbage"])
async def test_a_provider_that_fails_leaves_a_calm_screen(world: World, plans, kind: str):
    plan_fault(world.sandbox, "oneplat", kind)
    anna = world.person()
    await anna.buys()
    assert "Платёжная система сейчас не отвечает" in anna.sees
    await anna.presses("Повторить")
    assert "Счёт №" in anna.sees


async def test_a_check_without_an_answer_is_a_calm_alert(world: World, plans):
    anna = world.person()
    await anna.buys()
    plan_fault(world.sandbox, "oneplat", "status", status=500, times=None)
    press = await anna.presses("Проверить оплату")
    assert press.show_alert
    assert "Деньги не потеряются" in press.text


async def test_a_changed_price_is_said_and_not_charged(world: World, plans):
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    await Plan.objects.filter(code="1m").aupdate(amount=Decimal(300))
    await anna.presses("Карта")
    assert "Цена, тариф или способ оплаты изменились" in anna.sees
    assert "1 месяц · 300\xa0₽" in anna.buttons
    assert not await Payment.objects.aexists()


async def test_a_plan_taken_off_sale_leads_back_to_the_plans(world: World, plans):
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    await Plan.objects.filter(code="1m").aupdate(is_active=False)
    await anna.presses("1 месяц")
    assert "Цена, тариф или способ оплаты изменились" in anna.sees


async def test_nothing_can_be_bought_without_accepting_the_terms(world: World, plans):
    anna = world.person()
    await anna.starts()
    await anna.presses_old("plans")
    assert "Принимаю" in anna.buttons
    await anna.presses_old(f"pay:{plans[0].pk}:oneplat:card:200.00")
    assert "Принимаю" in anna.buttons
    assert not await Payment.objects.aexists()


async def test_without_a_way_to_pay_the_customer_is_told(world: World, plans, settings):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "ONEPLAT_SHOP_SECRET": ""}
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    assert "Приём оплат временно остановлен" in anna.sees
    assert "Написать в поддержку" in anna.buttons


async def test_a_slow_provider_does_not_make_the_menus_slow(world: World, plans):
    hurried = [world.person() for _ in range(8)]
    for person in hurried:
        await person.starts()
        await person.presses("Принимаю")
    calm = hurried.pop()
    for person in hurried:
        await person.presses("Выбрать тариф")
        await person.presses("1 месяц")
    plan_fault(world.sandbox, "oneplat", "slow", seconds=1.5, times=None)
    for person in hurried:
        person.taps("Карта")
    calm.taps("Помощь")
    await world.catch_up()
    assert all("Счёт №" in person.sees for person in hurried)
    assert calm.last.revision < min(person.last.revision for person in hurried)


async def test_invoices_are_not_opened_one_after_another(world: World, plans, settings):
    settings.COOLDOWNS = {**settings.COOLDOWNS, "invoice": 30}
    anna = world.person()
    await anna.buys()
    await anna.presses("Другой способ")
    await anna.presses("СБП")
    assert "🕓 Слишком часто. Попробуйте снова через" in anna.sees
    assert await Payment.objects.acount() == 1
    settings.COOLDOWNS = {**settings.COOLDOWNS, "invoice": 0}
    await anna.presses("Повторить")
    assert "Телефон для СБП:" in anna.sees
