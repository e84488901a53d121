"""A partner reads leads in Telegram: linked by a secret that works once, each lead once, off by a button or a block."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bot.models import Message
from bot.notifications import offer_in_telegram
from integrations.clock import now
from partners.errors import LinkUseless
from partners.models import LeadOffer, PartnerChat, PartnerChatLink
from partners.services import chats
from payments.models import Customer
from tests.bot.telegram_world import World, buttons_of, text_of
from tests.partners.factories import a_lead, a_partner, an_offer
from tests.support.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@sync_to_async
def a_link() -> str:
    return chats.new_link(a_partner(name="Ромашка"))


@sync_to_async
def offered(times: int = 1) -> LeadOffer:
    partner = PartnerChat.objects.earliest("pk").partner
    offer = an_offer(partner=partner, lead=a_lead(text="Нужна <b>крыша</b>", phone="+79000000017"))
    for _time in range(times):
        offer_in_telegram(offer_id=offer.pk)
    return offer


async def test_a_link_connects_the_chat_and_each_lead_comes_once(world: World):
    person = world.person(first_name="Олег")
    await person.starts(await a_link())
    assert "Обращения для компании Ромашка" in person.sees
    assert not await Customer.objects.aexists()

    offer = await offered(times=2)
    leads = [one for one in person.messages if "Новое обращение" in text_of(one)]
    assert len(leads) == 1
    assert "Нужна <b>крыша</b>" in text_of(leads[0])
    assert "+7900" not in text_of(leads[0])
    assert buttons_of(leads[0])[0]["url"].endswith(f"/offers/{offer.token}/")
    assert offer.token not in (await Message.objects.aget(kind="lead")).text


async def test_a_link_works_once_and_only_for_a_quarter_of_an_hour(world: World):
    payload = await a_link()
    await world.person().starts(payload)
    second = world.person()
    await second.starts(payload)
    assert "уже не действует" in second.sees
    late = await a_link()
    await PartnerChatLink.objects.filter(used_at=None).aupdate(
        expires_at=now() - timedelta(seconds=1)
    )
    await second.starts(late)
    assert "уже не действует" in second.sees
    assert await PartnerChat.objects.acount() == 1


async def test_the_button_under_a_lead_switches_it_off(world: World):
    person = world.person()
    await person.starts(await a_link())
    await offered()
    pressed = await person.presses("Не присылать сюда")
    assert "больше не приходят" in pressed.text
    before = len(person.messages)
    await offered()
    assert len(person.messages) == before


async def test_somebody_elses_button_switches_nothing_off(world: World):
    await world.person().starts(await a_link())
    stranger = world.person()
    await stranger.starts()
    chat = await PartnerChat.objects.aget()
    await stranger.presses_old(f"nolead:{chat.pk}")
    await chat.arefresh_from_db()
    assert chat.left_at is None


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_blocked_bot_is_written_down(world: World, is_told):
    person = world.person()
    await person.starts(await a_link())
    if is_told:
        await person.blocks()
    else:
        person.chat.blocked = True
        await offered()
    assert (await PartnerChat.objects.aget()).left_at is not None


def test_many_who_open_one_link_at_once_are_one_chat():
    secret = chats.new_link(a_partner()).removeprefix(chats.PAYLOAD)

    def come(chat_id: int):
        return lambda: chats.link_chat(secret, chat_id=chat_id, name="")

    at_once(*(come(number) for number in range(1, 6)), late=(LinkUseless,))
    assert PartnerChat.objects.count() == 1


def test_the_secret_is_kept_as_a_hash_and_a_new_link_ends_the_old_one():
    partner = a_partner()
    old, new = chats.new_link(partner), chats.new_link(partner)
    assert not PartnerChatLink.objects.filter(digest__in=[old, new]).exists()
    with pytest.raises(LinkUseless):
        chats.link_chat(old.removeprefix(chats.PAYLOAD), chat_id=1, name="")
