"""The settings of a customer: language, reminders, an address."""

from __future__ import annotations

import pytest

from bot.models import Mailing, Recipient
from integrations.models import Consent
from payments.models import Customer
from tests.bot.telegram_world import World

pytestmark = pytest.mark.django_db(transaction=True)


async def arrives(world: World, language: str = "ru"):
    anna = world.person(language=language)
    await anna.starts()
    await anna.presses("Принимаю" if language == "ru" else "I accept")
    return anna


async def email() -> str:
    return (await Customer.objects.aget()).email


async def test_everything_that_can_be_chosen_stands_on_one_screen(world: World):
    anna = await arrives(world)
    await anna.presses("⚙️ Настройки")
    for line in ("Язык: Русский", "Напоминания об окончании срока: включены", "E-mail: не указан"):
        assert line in anna.sees
    assert anna.buttons == [
        "Не напоминать",
        "Получать новости и предложения",
        "Язык · Language",
        "← Меню",
    ]
    await anna.presses("Язык · Language")
    await anna.presses("English")
    await anna.presses("⚙️ Settings")
    assert "Language: English" in anna.sees


async def test_an_address_is_kept_by_writing_it_and_removed_by_a_button(world: World):
    anna = await arrives(world)
    await anna.writes(" Anna@Дома-цены.рф ")
    assert "✅ Адрес сохранён: Anna@дома-цены.рф" in anna.sees
    assert "Письма сейчас не отправляются" in anna.sees  # the suite has no mail server
    assert await email() == "Anna@xn----7sblg6ajc1e4b.xn--p1ai"
    await anna.writes("/settings")
    assert "E-mail: Anna@дома-цены.рф" in anna.sees
    await anna.presses("Удалить e-mail")
    assert "E-mail: не указан" in anna.sees
    assert await email() == ""


@pytest.mark.parametrize("typed", ["anna@example", "anna@@example.com", "анна@example.com"])
async def test_what_only_looks_like_an_address_is_said_plainly(world: World, typed: str):
    anna = await arrives(world)
    await anna.writes(typed)
    if typed.count("@") == 1:
        assert "❌ Такого адреса не бывает" in anna.sees
    assert await email() == ""


async def test_markup_is_no_address(world: World):
    anna = await arrives(world)
    await anna.writes('"<b>"@example.com')
    assert "❌ Такого адреса не бывает" in anna.sees
    assert await email() == ""


async def test_addresses_are_not_changed_again_and_again(world: World, settings):
    settings.COOLDOWNS = {**settings.COOLDOWNS, "email": 30}
    anna = await arrives(world, "en")
    await anna.writes("anna@example.com")
    await anna.writes("boris@example.com")
    assert "🕓 Too often." in anna.sees
    assert await email() == "anna@example.com"


async def test_a_name_in_telegram_is_no_address(world: World):
    anna = await arrives(world)
    await anna.writes("@anna")
    assert "Адрес" not in anna.sees
    assert await email() == ""


async def test_news_are_agreed_to_with_a_button_and_the_words_are_kept(world: World):
    anna = await arrives(world)
    await anna.writes("/settings")
    assert "Новости и предложения: выключены" in anna.sees
    await anna.presses("Получать новости и предложения")
    assert "Согласен получать в этом чате новости" in anna.sees
    consent = await Consent.objects.aget(channel="telegram", address=str(anna.chat.id))
    assert (consent.source, consent.withdrawn_at) == ("bot", None)
    assert consent.wording in anna.sees
    await anna.presses("Не присылать новости")
    assert "больше не придут" in anna.sees
    await consent.arefresh_from_db()
    assert consent.withdrawn_by == "bot"


async def test_the_button_under_a_broadcast_ends_it(world: World):
    anna = await arrives(world)
    await anna.writes("/settings")
    await anna.presses("Получать новости и предложения")
    customer = await Customer.objects.aget()
    mailing = await Mailing.objects.acreate(name="Новости", channel="telegram")
    recipient = await Recipient.objects.acreate(
        mailing=mailing, address=str(anna.chat.id), customer=customer
    )
    pressed = await anna.presses_old(f"nonews:{recipient.unsubscribe_token}")
    assert "новости больше не придут" in pressed.text
    await recipient.arefresh_from_db()
    assert recipient.unsubscribed_at is not None
    assert not await Consent.objects.filter(withdrawn_at=None).aexists()
