"""Promo codes, the trial and the channel in the chat."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payments.models import DayEntry, Payment, Plan, PromoCode, PromoUse
from tests.bot.telegram_world import World
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


async def in_the_menu(world: World, **names):
    person = world.person(**names)
    await person.starts()
    await person.presses("Принимаю")
    return person


async def test_a_code_typed_after_the_button_makes_the_purchase_cheaper(
    world: World, plans: list[Plan], worker
):
    await PromoCode.objects.acreate(code="MARCH", kind="percent", value=25)
    anna = await in_the_menu(world)
    await anna.presses("Выбрать тариф")
    await anna.presses("Промокод")
    assert "Пришлите его следующим сообщением" in anna.sees
    await anna.writes("march")
    assert "✅ Промокод MARCH принят: скидка 25 % на следующую покупку" in anna.sees
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    assert "Цена 200 ₽ − промокод MARCH 50 ₽ Сумма: 150 ₽" in anna.sees
    await anna.presses("Карта")
    assert "Переведите: 150 ₽" in anna.sees
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    payment = await Payment.objects.aget()
    assert (payment.status, payment.amount, payment.discount) == ("paid", Decimal(150), Decimal(50))
    assert (await PromoUse.objects.aget()).status == "used"
    await anna.writes("/payments")
    await anna.presses("✅ №")
    assert "Скидка: 50 ₽, промокод MARCH" in anna.sees


@pytest.mark.parametrize("way", ["/promo week", "week", "link"])
async def test_days_come_at_once_with_their_link(world: World, plans, worker, way):
    await PromoCode.objects.acreate(code="WEEK", kind="days", value=7)
    anna = await in_the_menu(world)
    if way == "link":
        await anna.starts("promo_week")
    else:
        await anna.writes(way)
    assert "✅ Промокод WEEK принят: +7 дней" in anna.sees
    await worker()
    assert "Ваша ссылка:" in anna.sees


async def test_a_link_with_a_code_waits_for_the_terms(world: World, plans):
    await PromoCode.objects.acreate(code="WEEK", kind="days", value=7)
    anna = world.person()
    await anna.starts("promo_WEEK")
    assert not await DayEntry.objects.aexists()
    await anna.presses("Принимаю")
    assert "+7 дней" in anna.sees


async def test_a_wrong_code_says_so_and_a_word_is_only_a_word(world: World, plans):
    anna = await in_the_menu(world)
    await anna.writes("WRONG1")
    assert "Такого промокода нет" in anna.sees
    await anna.writes("Спасибо")
    assert "этого она не поняла" in anna.sees
    await anna.writes("/promo")
    assert "Пришлите его" in anna.sees


async def test_a_code_that_is_a_word_too_is_a_code(world: World, plans):
    await PromoCode.objects.acreate(code="FRIEND", kind="days", value=7)
    anna = await in_the_menu(world)
    await anna.writes("friend")
    assert "✅ Промокод FRIEND принят" in anna.sees
    await anna.writes("friends")
    assert "За каждого друга" in anna.sees
    await anna.writes("промокод")
    assert "Пришлите его следующим сообщением" in anna.sees


async def test_guessing_has_to_wait(world: World, plans, settings):
    settings.COOLDOWNS = settings.COOLDOWNS | {"promo": 60}
    await PromoCode.objects.acreate(code="RIGHT", kind="days", value=7)
    anna = await in_the_menu(world)
    await anna.writes("/promo WRONG")
    await anna.writes("/promo RIGHT")
    assert not await DayEntry.objects.aexists()
    assert "принят" not in anna.sees


async def test_a_price_that_changed_under_the_hands_is_shown_anew(world: World, plans):
    code = await PromoCode.objects.acreate(code="MARCH", kind="fixed", value=50)
    anna = await in_the_menu(world)
    await anna.writes("/promo MARCH")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    code.is_active = False
    await code.asave()
    await anna.presses("Карта")
    assert "изменились, пока вы выбирали" in anna.sees
    assert not await Payment.objects.aexists()


async def test_a_trial_is_offered_once_and_a_purchase_goes_on_from_it(
    world: World, plans, worker, settings
):
    settings.TRIAL_DAYS = 3
    anna = await in_the_menu(world)
    await anna.presses("Попробовать бесплатно: 3 дня")
    assert "✅ Пробный период включён: 3 дня" in anna.sees
    await worker()
    assert "Ваша ссылка:" in anna.sees
    await anna.writes("/start")
    assert not any("Попробовать" in label for label in anna.buttons)
    await anna.presses_old("trial")
    assert await DayEntry.objects.acount() == 1


async def test_the_channel_is_asked_about_and_pays_once(world: World, plans, worker, settings):
    settings.BONUS_CHANNEL = "@provodnik_news"
    settings.BONUS_CHANNEL_DAYS = 2
    anna = await in_the_menu(world)
    await anna.presses("Канал: +2 дня")
    assert "Откройте @provodnik_news" in anna.sees
    answered = await anna.presses("Проверить")
    assert "Вас пока нет в канале" in answered.text
    with world.sandbox.lock:
        anna.chat.in_channel = True
    answered = await anna.presses("Проверить")
    assert "Дни начислены" in answered.text
    await worker()
    assert "Ваша ссылка:" in anna.sees
    await anna.writes("/start")
    assert not any("Канал" in label for label in anna.buttons)


async def test_a_channel_telegram_does_not_answer_about_is_no_error_page(
    world: World, plans, settings
):
    settings.BONUS_CHANNEL = "@provodnik_news"
    anna = await in_the_menu(world)
    await anna.presses("Канал")
    plan_fault(world.sandbox, "telegram", "status", operation="getChatMember", status=400)
    answered = await anna.presses("Проверить")
    assert "Telegram сейчас не отвечает" in answered.text
