"""A customer's way from /start to the link."""

from __future__ import annotations

import pytest

from payments.models import Payment, Plan
from tests.bot.telegram_world import World, buttons_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_purchase_ends_with_the_link(world: World, plans, worker):
    anna = world.person(first_name="Анна")
    await anna.buys()
    assert "Счёт №" in anna.sees
    world.pay()
    await anna.presses("Проверить оплату")
    assert "✅ Оплата получена" in anna.sees

    await worker()
    assert "✅ Доступ открыт до" in anna.sees
    payment = await Payment.objects.select_related("customer__subscription").aget()
    assert payment.access == Payment.Access.GRANTED
    assert payment.link_sent_at is not None
    link = payment.customer.subscription.access_url
    assert link in anna.sees
    assert {"text": "Скопировать ссылку", "copy_text": {"text": link}} in buttons_of(anna.last)


async def test_a_whole_purchase_takes_two_messages(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    assert len(anna.messages) == 1
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    assert len(anna.messages) == 2


async def test_the_invoice_can_be_paid_by_copying(world: World, plans):
    anna = world.person()
    await anna.buys()
    copied = [one["copy_text"]["text"] for one in buttons_of(anna.last) if "copy_text" in one]
    card, amount = copied
    assert card.isdigit()
    assert len(card) == 16
    assert amount == "200"
    assert anna.last.wire["entities"][-1]["type"] == "code"


async def test_a_shifted_sum_is_shown_and_explained(world: World, plans):
    world.options(shift=3)
    anna = world.person()
    await anna.buys()
    assert "Переведите: 203 ₽" in anna.sees
    assert "должна совпасть до копейки" in anna.sees
    assert {"text": "Скопировать сумму", "copy_text": {"text": "203"}} in buttons_of(anna.last)


async def test_a_qr_invoice_comes_as_a_picture_once(world: World, plans):
    anna = world.person()
    await anna.buys(way="QR-код СБП")
    await anna.presses_twice("Показать QR-код")
    pictures = [one for one in anna.messages if "photo" in one.wire]
    assert len(pictures) == 1
    assert "200 ₽" in text_of(pictures[0])
    await anna.presses("Скрыть")
    assert "photo" not in anna.last.wire


async def test_the_payment_page_needs_no_requisites(world: World, plans):
    anna = world.person()
    await anna.buys(way="Страница оплаты")
    pay = next(one for one in buttons_of(anna.last) if one["text"] == "Оплатить")
    assert "/oneplat/pay/" in pay["url"]


async def test_a_check_before_the_money_is_an_alert(world: World, plans):
    anna = world.person()
    await anna.buys()
    before = anna.sees
    press = await anna.presses("Проверить оплату")
    assert press.show_alert
    assert "Банк ещё не подтвердил счёт" in press.text
    assert "через 20 секунд" in press.text
    assert anna.sees == before


async def test_a_second_check_within_the_cooldown_says_how_long_to_wait(world: World, plans):
    anna = world.person()
    await anna.buys()
    await anna.presses("Проверить оплату")
    press = await anna.presses("Проверить оплату")
    assert "Следующая проверка через" in press.text


async def test_a_double_tap_opens_one_invoice(world: World, plans):
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    await anna.presses("1 месяц")
    await anna.presses_twice("Карта")
    assert await Payment.objects.acount() == 1
    assert "Счёт №" in anna.sees


async def test_a_double_tap_on_check_pays_once(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    world.pay()
    await anna.presses_twice("Проверить оплату")
    await worker()
    links = [one for one in anna.messages if "Доступ открыт" in text_of(one)]
    assert len(links) == 1


async def test_one_plan_needs_no_choice(world: World, plans):
    await Plan.objects.exclude(code="1m").aupdate(is_active=False)
    anna = world.person()
    await anna.starts()
    await anna.presses("Принимаю")
    await anna.presses("Выбрать тариф")
    assert "Как вам удобнее заплатить?" in anna.sees
    assert "← Меню" in anna.buttons


async def test_a_renewal_shows_what_it_adds(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    await anna.writes("/start")
    await anna.presses("Продлить")
    await anna.presses("3 месяца")
    assert "Продление:" in anna.sees
    assert "(+90 дней)" in anna.sees


async def test_a_cancelled_invoice_can_still_be_checked(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    await anna.presses("Отменить счёт")
    assert "отменён" in anna.sees
    world.pay()
    await anna.presses("Я оплатил, проверить")
    assert "✅ Оплата получена" in anna.sees
    await worker()
    assert "был уже закрыт, но деньги дошли" in anna.sees
