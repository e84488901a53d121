"""Everything around the purchase: the menu, the language, old buttons, other chats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.clock import now
from payments.models import Customer, Payment, Subscription
from tests.bot.telegram_world import World

pytestmark = pytest.mark.django_db(transaction=True)


async def accepted(world: World, **names):
    person = world.person(**names)
    await person.starts()
    await person.presses("Принимаю")
    return person


async def test_the_terms_come_first_and_a_name_is_no_markup(world: World):
    anna = world.person(first_name="<b>Анна & Ко")
    await anna.starts()
    assert "Здравствуйте, <b>Анна & Ко!" in anna.sees
    assert anna.buttons == ["Прочитать условия", "Принимаю", "English"]


async def test_without_terms_the_menu_comes_at_once(world: World, settings):
    settings.TERMS_URL = ""
    anna = world.person()
    await anna.starts()
    assert "Доступ не подключён" in anna.sees


async def test_the_menu_names_the_last_day_and_what_is_left(world: World):
    anna = await accepted(world)
    customer = await Customer.objects.aget()
    end = now() + timedelta(days=40, hours=1)
    await Subscription.objects.acreate(customer=customer, expires_at=end)
    await anna.writes("/status")
    assert "✅ Доступ работает до" in anna.sees
    assert "ещё 41 день" in anna.sees
    assert anna.buttons[0] == "🔑 Подключиться"


async def test_an_ended_access_offers_renewal_first(world: World):
    anna = await accepted(world)
    customer = await Customer.objects.aget()
    await Subscription.objects.acreate(
        customer=customer, expires_at=now() - timedelta(days=3, hours=1)
    )
    await anna.writes("/start")
    assert "⚠️ Доступ закончился 3 дня назад" in anna.sees
    assert anna.buttons[0] == "➕ Продлить"


async def test_an_open_invoice_waits_in_the_menu(world: World, plans):
    anna = world.person()
    await anna.buys()
    await anna.writes("/start")
    await anna.presses("🕓 Счёт №")
    assert "Переведите:" in anna.sees


async def test_the_language_is_chosen_and_kept(world: World, plans):
    anna = world.person(language="en")
    await anna.starts()
    assert "Hello" in anna.sees
    await anna.presses("I accept")
    await anna.writes("/language")
    await anna.presses("Русский")
    await anna.writes("/start")
    assert "Доступ не подключён" in anna.sees
    assert (await Customer.objects.aget()).language == "ru"


async def test_an_english_customer_buys_in_english(world: World, plans, worker):
    john = world.person(language="de", first_name="John")
    await john.starts()
    await john.presses("I accept")
    await john.presses("Choose a plan")
    await john.presses("3 months")
    await john.presses("Card")
    assert "Invoice No." in john.sees
    world.pay()
    await john.presses("Check the payment")
    await worker()
    assert "✅ Your access is open until" in john.sees


@pytest.mark.parametrize(
    "data",
    [
        "pay:1:2",
        "show:999999",
        "check:999999",
        "cancel:999999",
        "card:999999",
        "old_style",
        "lang:xx",
    ],
)
async def test_a_stale_button_shows_what_is_true_now(world: World, plans, data: str):
    anna = await accepted(world)
    press = await anna.presses_old(data)
    assert press.answered
    assert "Эта кнопка устарела" in press.text
    assert "Доступ не подключён" in anna.sees


async def test_nobody_sees_or_cancels_a_foreign_payment(world: World, plans):
    anna = world.person()
    await anna.buys()
    payment = await Payment.objects.aget()
    eve = await accepted(world, first_name="Ева")
    for data in (
        f"show:{payment.pk}",
        f"check:{payment.pk}",
        f"cancel:{payment.pk}",
        f"card:{payment.pk}",
        f"iqr:{payment.pk}",
    ):
        await eve.presses_old(data)
        assert "2200" not in eve.sees
    await payment.arefresh_from_db()
    assert payment.status == Payment.Status.PENDING
    assert payment.checked_at is None


async def test_my_payments_tell_how_far_each_one_is(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    await anna.writes("/payments")
    await anna.presses("🕓 №")
    assert "● у платёжной системы" in anna.sees
    assert "○ подтверждён" in anna.sees
    await anna.presses("Открыть счёт")
    world.pay()
    await anna.presses("Проверить оплату")
    await worker()
    await anna.writes("/payments")
    await anna.presses("✅ №")
    assert "○" not in anna.sees
    assert "Обращение №" in anna.sees


async def test_a_group_is_left_alone(world: World):
    group = world.person(chat_id=-100500, kind="supergroup", title="Соседи")
    await group.writes("/start")
    await group.writes("оплатил")
    assert group.messages == []
    assert not await Customer.objects.aexists()


async def test_an_edited_message_is_not_a_second_command(world: World):
    anna = await accepted(world)
    said = len(anna.messages)
    with world.sandbox.lock:
        wire = {**world.telegram.history(anna.chat.id)[0].wire, "edit_date": 1}
        world.telegram.state.allowed_updates = []
        world.telegram.publish("edited_message", wire)
    await world.catch_up()
    assert len(anna.messages) == said


async def test_a_blocked_bot_is_remembered_until_it_is_let_in_again(world: World):
    anna = await accepted(world)
    await anna.blocks()
    assert (await Customer.objects.aget()).blocked_bot_at is not None
    await anna.blocks(blocked=False)
    assert (await Customer.objects.aget()).blocked_bot_at is None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/help", "Команды:"),
        ("/paysupport", "Вопрос об оплате"),
        ("/invite", "За каждого друга"),
        ("/nonsense", "этого она не поняла"),
    ],
)
async def test_every_command_is_answered(world: World, command: str, said: str):
    anna = await accepted(world)
    await anna.writes(command)
    assert said in anna.sees


async def test_whoever_says_he_has_paid_gets_his_invoice(world: World, plans):
    anna = world.person()
    await anna.buys()
    await anna.writes("аплатил уже!")
    assert "Счёт №" in anna.sees
    assert "✅ Проверить оплату" in anna.buttons


async def test_whoever_asks_for_the_link_learns_why_there_is_none(world: World):
    anna = await accepted(world)
    await anna.writes("где ключ?")
    assert "Ссылки ещё нет" in anna.sees


async def test_an_unclear_text_leads_to_a_person(world: World):
    anna = await accepted(world)
    await anna.writes("расскажи анекдот")
    assert "Написать в поддержку" in anna.buttons
