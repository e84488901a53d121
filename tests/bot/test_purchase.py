"""A customer's way from /start to the link."""

from __future__ import annotations

import pytest

from payments.models import Customer, Payment
from tests.bot.telegram_world import World, buttons_of, text_of

pytestmark = pytest.mark.django_db(transaction=True)


async def buys(person, *, plan: str = "1 месяц", way: str = "Карта") -> None:
    """From the first message to the open invoice."""
    await person.starts()
    await person.presses("Принимаю")
    await person.presses("Выбрать тариф")
    await person.presses(plan)
    await person.presses(way)


async def test_a_purchase_ends_with_the_link(world: World, plans, worker):
    anna = world.person(first_name="Анна")
    await buys(anna)
    assert "Счёт №" in anna.sees
    assert "200 ₽" in anna.sees

    world.pay()
    await anna.presses("Проверить оплату")
    assert "✅ Оплата получена" in anna.sees

    await worker()
    assert "✅ Доступ открыт до" in anna.sees
    payment = await Payment.objects.select_related("customer__subscription").aget()
    assert payment.access == Payment.Access.GRANTED
    assert payment.link_sent_at is not None
    assert payment.customer.subscription.access_url in anna.sees
