"""Renewing without the customer, as he sees it: the box he ticks, the screen, the news."""

from __future__ import annotations

from decimal import Decimal

import pytest
from asgiref.sync import sync_to_async

from integrations.services import outbox
from payments.models import AutoRenewal, Customer, Payment, Plan, SavedMethod
from payments.provider import EventKind, MethodKept
from payments.registry import forget_providers
from payments.services.renewal_runs import renew_due
from tests import factories
from tests.bot.telegram_world import PersonInChat, World
from tests.payments.events import send

pytestmark = pytest.mark.django_db(transaction=True)
TICK, TICKED = "☐ Продлевать автоматически", "☑ Продлевать автоматически"


@pytest.fixture(autouse=True)
def _two_providers(sandbox, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "yookassa"]
    settings.CREDENTIALS.update(
        YUKASSA_SHOP_ID="100500",
        YUKASSA_SECRET_KEY="test_sandboxSecretKey",
        YUKASSA_BASE_URL=f"{sandbox.base_url}/yookassa",
    )
    forget_providers()


@pytest.fixture
async def olga(world: World, plans) -> PersonInChat:
    person = world.person(first_name="Ольга")
    await person.starts()
    await person.presses("Принимаю")
    return person


def agreed(chat_id: int) -> AutoRenewal:
    """She has paid with her consent; the link and everything else has been told."""
    customer = Customer.objects.get(telegram_id=chat_id)
    payment = factories.a_payment(
        customer=customer, provider="yookassa", save_method=True, plan=Plan.objects.get(code="1m")
    )
    send(
        payment,
        EventKind.PAID,
        amount="200.00",
        method_kept=MethodKept(token="card-token", title="Visa ·· 4242"),
    )
    Payment.objects.update(access=Payment.Access.GRANTED)
    return AutoRenewal.objects.get()


@pytest.fixture
async def renewal(olga: PersonInChat) -> AutoRenewal:
    found = await sync_to_async(agreed)(olga.chat.id)
    await sync_to_async(outbox.drain)()
    await olga.starts()
    return found


async def offers(person: PersonInChat) -> list[str]:
    await person.starts()
    await person.presses("Выбрать тариф")
    await person.presses("1 месяц")
    return person.buttons


async def test_the_box_is_empty_until_it_is_ticked(olga):
    buttons = await offers(olga)
    assert TICK in buttons
    assert "Карта · 1Plat" in buttons
    await olga.presses(TICK)
    assert "С автопродлением" in olga.sees
    assert TICKED in olga.buttons
    assert not [button for button in olga.buttons if "1Plat" in button]
    await olga.presses(TICKED)
    assert "С автопродлением" not in olga.sees
    assert TICK in olga.buttons


async def test_the_consent_reaches_the_provider(world, olga):
    await offers(olga)
    await olga.presses(TICK)
    await olga.presses("Карта")
    payment = await Payment.objects.aget()
    assert (payment.provider, payment.save_method) == ("yookassa", True)


async def test_without_a_provider_that_can_there_is_no_box(olga, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat"]
    forget_providers()
    assert TICK not in await offers(olga)


async def test_it_is_seen_and_ended_in_one_tap(olga, renewal):
    await olga.presses("Автопродление")
    assert "Автопродление включено" in olga.sees
    assert "Карта: Visa ·· 4242" in olga.sees
    assert "Следующее списание: 200 ₽" in olga.sees
    await olga.presses("Выключить автопродление")
    assert "Автопродление выключено" in olga.sees
    assert not (await AutoRenewal.objects.aget()).is_on


async def test_it_can_be_begun_again_at_the_price_shown(olga, renewal):
    await olga.presses("Автопродление")
    await olga.presses("Выключить автопродление")
    await olga.presses("Включить снова · 200")
    assert "Автопродление включено" in olga.sees


async def test_an_old_button_does_not_agree_to_a_new_price(olga, renewal):
    await olga.presses("Автопродление")
    await olga.presses("Выключить автопродление")
    await Plan.objects.aupdate(amount=Decimal(300))
    pressed = await olga.presses("Включить снова · 200")
    assert "уже не получится" in pressed.text
    assert "300" in olga.sees
    assert not (await AutoRenewal.objects.aget()).is_on


async def test_the_card_is_removed_with_everything_it_renews(olga, renewal):
    await olga.presses("Автопродление")
    await olga.presses("Удалить карту")
    method = await SavedMethod.objects.aget()
    assert method.revoked_at is not None
    assert "card-token" not in method.token
    assert not (await AutoRenewal.objects.aget()).is_on
    assert "Удалить карту" not in olga.buttons


async def test_a_dearer_plan_is_asked_about(olga, renewal, worker):
    await Plan.objects.aupdate(amount=Decimal(300))
    await sync_to_async(renew_due)()
    await worker()
    assert "цена тарифа выросла" in olga.sees
    assert "300" in olga.sees
    await olga.presses("Включить снова · 300")
    assert (await AutoRenewal.objects.aget()).amount == 300


async def test_it_is_told_in_english_too(world, plans, worker):
    john = world.person(first_name="John", language="en")
    await john.starts()
    await john.presses("I accept")
    await sync_to_async(agreed)(john.chat.id)
    await worker()
    await john.starts()
    await john.presses("Automatic renewal")
    assert "Automatic renewal is on" in john.sees
    await john.presses("Switch renewal off")
    assert "we will charge nothing" in john.sees
