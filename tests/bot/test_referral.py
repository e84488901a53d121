from __future__ import annotations

import pytest

from payments.models import Customer, Referral
from tests.bot.telegram_world import World, buttons_of

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_friends_first_payment_brings_seven_days_once(world: World, plans, worker):
    inviter = world.person(first_name="Анна")
    await inviter.starts()
    await inviter.presses("Принимаю")
    await inviter.presses("Пригласить друга")
    code = (await Customer.objects.aget()).invite_code
    share = next(one for one in buttons_of(inviter.last) if one["text"] == "Поделиться")
    assert f"start%3D{code}" in share["url"]

    friend = world.person(first_name="Борис")
    await friend.starts(code)
    await friend.presses("Принимаю")
    await friend.presses("Выбрать тариф")
    await friend.presses("1 месяц")
    await friend.presses("Карта")
    world.pay()
    await friend.presses("Проверить оплату")
    await worker()
    assert "Вам начислено: +7 дней" in inviter.sees
    await inviter.writes("/invite")
    assert "Оплатили: 1" in inviter.sees
    assert "Получено: 7 дней" in inviter.sees


async def test_nobody_invites_himself_or_an_old_customer(world: World):
    anna = world.person()
    await anna.starts()
    code = (await Customer.objects.aget()).invite_code
    await anna.starts(code)
    assert not await Referral.objects.aexists()


async def test_an_invented_code_is_no_obstacle(world: World):
    anna = world.person()
    await anna.starts("no-such-code")
    assert "Принимаю" in anna.buttons


async def test_the_invitation_comes_as_a_picture(world: World):
    anna = world.person()
    await anna.starts()
    await anna.writes("/invite")
    await anna.presses("QR-код")
    assert "photo" in anna.last.wire
