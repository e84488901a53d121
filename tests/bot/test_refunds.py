"""Asking for money back in the chat, and hearing what became of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from payments.models import Payment, PaymentEvent, Refund
from payments.provider import EventKind, ProviderEvent, Trust
from payments.services import refunds
from payments.services.transitions import apply_event
from tests.bot.telegram_world import PersonInChat, World, text_of

pytestmark = pytest.mark.django_db(transaction=True)

STAFF_CHAT = -1001000000001


def money_comes(payment: Payment) -> None:
    apply_event(
        payment_id=payment.pk,
        event=ProviderEvent(
            kind=EventKind.PAID,
            trust=Trust.SIGNED,
            event_id=f"paid:{payment.pk}",
            reference=payment.reference,
            money=payment.money,
        ),
        origin=PaymentEvent.Origin.SYSTEM,
    )


@sync_to_async
def decide(verb: str, **fields: Any) -> Refund:
    staff, _made = User.objects.get_or_create(username="olga")
    refund = Refund.objects.latest("pk")
    if verb == "reject":
        return refunds.reject(refund_id=refund.pk, staff=staff, **fields)
    if verb == "approve":
        refunds.approve(refund_id=refund.pk, staff=staff, reason="не подошло", **fields)
    return refunds.complete_manual(refund_id=refund.pk, staff=staff, evidence="Сбер, № 77")


@sync_to_async
def staff_gives(payment: Payment, amount: str, days: int) -> None:
    staff, _made = User.objects.get_or_create(username="olga")
    refund = refunds.start_refund(
        payment_id=payment.pk,
        staff=staff,
        amount=Decimal(amount),
        days=days,
        reason="перерыв связи",
        key=uuid4(),
    )
    refunds.complete_manual(refund_id=refund.pk, staff=staff, evidence="Сбер, № 1")


@pytest.fixture
async def anna(world: World, plans, worker) -> PersonInChat:
    """Paid for a month, the link is there."""
    person = world.person(username="anna")
    await person.buys()
    await sync_to_async(money_comes)(await Payment.objects.aget())
    await worker()
    return person


async def opens_card(person: PersonInChat) -> None:
    payment = await Payment.objects.alatest("pk")
    await person.writes("/payments")
    await person.presses(f"№ {payment.pk}")


async def test_the_question_names_the_sum_and_what_is_lost(anna):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    assert "Вернём 200 ₽" in anna.sees
    assert "Из срока уйдёт: 30 дней" in anna.sees
    assert "Решение – до 2 рабочих дней. Доступ останется до решения." in anna.sees
    assert anna.buttons == ["Подтвердить", "Отмена"]


async def test_no_means_no(anna):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Отмена")
    assert "Обращение №" in anna.sees
    assert not await Refund.objects.aexists()


async def test_a_request_is_seen_by_the_customer_and_by_staff(world, anna, worker):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Подтвердить")
    assert "✅ Просьба о возврате принята" in anna.sees
    assert "Отозвать просьбу" in anna.buttons
    await opens_card(anna)
    assert "🕓 Возврат 200 ₽: ждёт решения" in anna.sees
    await worker()
    said = [text_of(one) for one in world.telegram.history(STAFF_CHAT)]
    assert any("Просят вернуть деньги" in text for text in said)


async def test_two_taps_are_one_request(anna):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses_twice("Подтвердить")
    assert await Refund.objects.acount() == 1


async def test_a_change_of_mind_shows_the_payment_again(anna):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Подтвердить")
    await anna.presses("Отозвать просьбу")
    assert "вы передумали" in anna.sees
    assert (await Refund.objects.aget()).status == "withdrawn"
    assert "↩️ Запросить возврат" in anna.buttons


async def test_a_rejection_has_its_reason(anna, worker):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Подтвердить")
    await decide("reject", reason="доступ <b>работал</b> весь месяц")
    await worker()
    assert "❌" in anna.sees
    assert "Причина: доступ <b>работал</b> весь месяц" in anna.sees
    await opens_card(anna)
    assert "отказано" in anna.sees
    assert "↩️ Запросить возврат" not in anna.buttons


async def test_money_that_went_back_is_told_and_the_access_ends(anna, worker):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Подтвердить")
    await decide("approve", amount=Decimal("200.00"), days=0)
    await worker()
    assert "возвращены: 200 ₽" in anna.sees
    assert "Доступ закончился" in anna.sees


async def test_a_part_is_told_with_the_days_it_took(anna, worker):
    await staff_gives(await Payment.objects.aget(), "50", 10)
    await worker()
    assert "возвращено 50 ₽" in anna.sees
    assert "Из срока ушло: 10 дней" in anna.sees


async def test_a_sum_that_has_changed_is_shown_anew(anna):
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await staff_gives(await Payment.objects.aget(), "50", 0)
    await anna.presses("Подтвердить")
    assert "Вернём 150 ₽" in anna.sees
    assert not await Refund.objects.filter(origin="customer").aexists()


@pytest.mark.parametrize("text", ["/refund", "/paysupport", "хочу возврат"])
async def test_words_and_commands_lead_to_what_can_be_refunded(anna, text):
    payment = await Payment.objects.aget()
    await anna.writes(text)
    assert "выберите счёт ниже" in anna.sees
    await anna.presses(f"↩️ № {payment.pk}")
    assert "Возврат по счёту" in anna.sees


async def test_who_has_paid_nothing_is_led_to_support(world, plans):
    boris = world.person()
    await boris.starts()
    await boris.presses("Принимаю")
    await boris.writes("/refund")
    assert "Платежей у вас ещё не было" in boris.sees


async def test_somebody_elses_refund_cannot_be_asked_for_or_withdrawn(world, anna):
    """A button with another customer's number in it, as a patched client would send it."""
    payment = await Payment.objects.aget()
    await opens_card(anna)
    await anna.presses("Запросить возврат")
    await anna.presses("Подтвердить")
    refund = await Refund.objects.aget()
    boris = world.person()
    await boris.starts()
    await boris.presses("Принимаю")
    for data in (f"back:{payment.pk}", f"backyes:{payment.pk}:200.00", f"backno:{refund.pk}"):
        await boris.presses_old(data)
        assert "Доступ не подключён" in boris.sees
    await refund.arefresh_from_db()
    assert (refund.status, await Refund.objects.acount()) == ("requested", 1)
