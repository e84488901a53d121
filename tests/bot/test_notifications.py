"""What a customer and staff are told by the worker."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from asgiref.sync import sync_to_async

from bot import notifications
from bot.models import Message
from integrations.clock import wall_clock
from payments.models import Customer, Payment, PaymentEvent
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services.fulfilment import grant_access
from payments.services.transitions import apply_event, close_open
from project.reactions import REACTIONS
from tests.bot.telegram_world import World, text_of
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db(transaction=True)

granted = sync_to_async(notifications.access_granted)


async def paid(world: World, person) -> Payment:
    await person.buys()
    world.pay()
    await person.presses("Проверить оплату")
    return await Payment.objects.aget()


def links_in(person) -> list[str]:
    return [text_of(one) for one in person.messages if "Ваша ссылка:" in text_of(one)]


def test_every_reaction_of_the_bot_exists():
    named = {
        path.rpartition(".")[2]
        for paths in REACTIONS.values()
        for path in paths
        if path.startswith("bot.notifications.")
    }
    assert named == set(notifications.__all__)


async def test_a_lost_answer_puts_the_link_into_the_invoice_message(world: World, plans, worker):
    anna = world.person()
    payment = await paid(world, anna)
    plan_fault(
        world.sandbox,
        "telegram",
        "hang",
        operation="sendMessage",
        subject=str(anna.chat.id),
        seconds=0.1,
    )
    await worker()
    assert len(anna.messages) == 1
    assert len(links_in(anna)) == 1
    await payment.arefresh_from_db()
    assert payment.link_sent_at is not None


async def test_a_link_that_did_arrive_is_not_sent_twice(world: World, plans, worker):
    anna = world.person()
    await paid(world, anna)
    plan_fault(
        world.sandbox, "telegram", "after", operation="sendMessage", subject=str(anna.chat.id)
    )
    await worker()
    sent = [one for one in anna.messages if "Доступ открыт" in text_of(one)]
    assert (
        len(sent) == 2
    )  # the message, and the invoice message that was edited instead of a second copy
    assert sent[0].wire.get("edit_date")
    assert not sent[1].wire.get("edit_date")


async def test_a_worker_killed_after_sending_leaves_the_link_with_the_customer(
    world: World, plans, worker
):
    anna = world.person()
    payment = await paid(world, anna)
    await worker()
    crashed = await Message.objects.filter(key=f"access:{payment.pk}").aupdate(
        state=Message.State.SENDING, claimed_at=wall_clock() - timedelta(minutes=5)
    )
    assert crashed == 1
    await granted(payment_id=payment.pk)
    assert len(anna.messages) == 2
    row = await Message.objects.aget(key=f"access:{payment.pk}")
    assert row.state == Message.State.SENT


async def test_without_an_invoice_message_a_doubtful_link_is_sent_again(
    world: World, plans, worker
):
    anna = world.person()
    await paid(world, anna)
    await anna.presses("← Меню")  # the message shows something else now
    plan_fault(
        world.sandbox,
        "telegram",
        "hang",
        operation="sendMessage",
        subject=str(anna.chat.id),
        seconds=0.1,
    )
    await worker()
    assert len(links_in(anna)) == 1
    assert "Доступ открыт" in anna.sees


async def test_the_link_waits_for_telegram_to_be_calm(world: World, plans, worker):
    anna = world.person()
    payment = await paid(world, anna)
    plan_fault(
        world.sandbox,
        "telegram",
        "status",
        operation="sendMessage",
        status=429,
        detail={"retry_after": 2},
    )
    await worker()
    await granted(payment_id=payment.pk)
    assert len(links_in(anna)) == 1


async def test_a_panel_that_is_down_is_told_once_and_the_link_follows(world: World, plans, worker):
    anna = world.person()
    plan_fault(world.sandbox, "remnawave", "status", status=503, times=None)
    payment = await paid(world, anna)
    await worker()
    assert "готовим доступ" in anna.sees
    assert f"Обращение № {payment.pk}" in anna.sees
    world.sandbox.faults.clear()
    await sync_to_async(grant_access)(payment_id=payment.pk)
    await worker()
    assert len(links_in(anna)) == 1
    assert sum("готовим доступ" in text_of(one) for one in anna.messages) == 1


async def test_an_expired_invoice_says_so_in_its_own_message(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    payment = await Payment.objects.aget()
    await sync_to_async(close_open)(payment_id=payment.pk, to=Payment.Status.EXPIRED)
    await worker()
    assert len(anna.messages) == 1
    assert f"⚠️ Счёт № {payment.pk} на 200 ₽ истёк" in anna.sees
    assert "✅ Я оплатил, проверить" in anna.buttons


async def test_whoever_pays_otherwise_hears_nothing_of_the_old_invoice(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    first = await Payment.objects.aget()
    await anna.presses("Другой способ")
    await anna.presses("СБП")
    await sync_to_async(close_open)(payment_id=first.pk, to=Payment.Status.EXPIRED)
    await worker()
    assert len(anna.messages) == 1
    assert "Телефон для СБП" in anna.sees


async def test_another_sum_goes_to_a_person_and_says_so(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    world.pay("less")
    await anna.presses("Проверить оплату")
    await worker()
    assert "сумма отличается от 200 ₽" in anna.sees
    assert "новости – в следующем сообщении" in text_of(anna.messages[0])
    staff = [text_of(one) for one in world.telegram.history(-1001000000001)]
    assert any("Исключение: оплачено меньше" in text for text in staff)


def provider_says(
    payment: Payment, kind: EventKind, reason: str = "", *, amount: Decimal | None = None
) -> None:
    event = ProviderEvent(
        kind=kind,
        trust=Trust.SIGNED,
        event_id=f"{payment.pk}:{kind}",
        reference=payment.reference,
        money=payment.money if amount is None else Money(amount, payment.currency),
        reason=reason,
    )
    apply_event(payment_id=payment.pk, event=event, origin=PaymentEvent.Origin.SYSTEM)


async def test_a_refund_is_told_with_what_is_left(world: World, plans, worker):
    anna = world.person()
    payment = await paid(world, anna)
    await worker()
    await sync_to_async(provider_says)(payment, EventKind.REFUNDED)
    await worker()
    assert f"↩️ Деньги по счёту № {payment.pk} возвращены: 200 ₽" in anna.sees
    assert "Доступ закончился" in anna.sees


async def test_money_that_never_bought_anything_goes_back_in_its_own_sum(
    world: World, plans, worker
):
    anna = world.person()
    await anna.buys()
    world.pay("less")
    await anna.presses("Проверить оплату")
    payment = await Payment.objects.aget()
    came = await payment.events.aget(outcome=PaymentEvent.Outcome.REVIEW)
    await sync_to_async(provider_says)(payment, EventKind.REFUNDED, amount=came.amount)
    await worker()
    assert f"возвращены: {came.amount:.0f} ₽" in anna.sees.replace("\xa0", " ")
    assert "Срок по ним не начислялся" in anna.sees


async def test_a_failed_payment_gives_the_providers_words(world: World, plans, worker):
    anna = world.person()
    await anna.buys()
    payment = await Payment.objects.aget()
    await sync_to_async(provider_says)(payment, EventKind.FAILED, "банк отказал")
    await worker()
    assert "❌ Платёж не прошёл" in anna.sees
    assert "банк отказал" in anna.sees
    await anna.presses("Попробовать снова")
    assert "Как вам удобнее заплатить?" in anna.sees


async def test_staff_hear_of_a_sale_with_the_place_to_look(world: World, plans, worker):
    anna = world.person(username="anna")
    payment = await paid(world, anna)
    await worker()
    card = world.telegram.history(-1001000000001)[-1]
    assert f"Оплачен счёт № {payment.pk}: 200 ₽" in text_of(card)
    assert "@anna" in text_of(card)
    assert "Платёжная система: 1Plat" in text_of(card)
    button = card.wire["reply_markup"]["inline_keyboard"][0][0]
    assert button["url"].endswith(f"/admin/payments/payment/{payment.pk}/change/")
    assert "/sub/" not in text_of(card)


async def test_without_a_staff_chat_nobody_is_told(world: World, plans, worker, settings):
    settings.STAFF_CHAT_ID = ""
    await paid(world, world.person())
    await worker()
    assert world.telegram.history(-1001000000001) == []


async def test_a_customer_who_blocked_the_bot_does_not_stop_the_worker(world: World, plans, worker):
    anna = world.person()
    payment = await paid(world, anna)
    await anna.blocks()
    await worker()
    assert (await Customer.objects.aget()).blocked_bot_at is not None
    await payment.arefresh_from_db()
    assert payment.access == Payment.Access.GRANTED
    assert payment.link_sent_at is None
    await anna.blocks(blocked=False)
    await anna.writes("/start")
    await anna.presses("Подключиться")
    assert len(links_in(anna)) == 1


async def test_found_money_is_told_once_with_the_button_that_settles_it(
    world: World, plans, worker
):
    found = sync_to_async(notifications.payment_found)
    anna = world.person()
    await anna.buys()
    world.pay()
    payment = await Payment.objects.aget()
    await found(payment_id=payment.pk)
    await found(payment_id=payment.pk)
    told = [text_of(one) for one in anna.messages if "Похоже, вы уже оплатили" in text_of(one)]
    assert len(told) == 1
    await anna.presses("Проверить оплату")
    await worker()
    assert len(links_in(anna)) == 1
    await found(payment_id=payment.pk)
    assert await Message.objects.filter(kind=Message.Kind.FOUND).acount() == 1
