"""Staff hear of exceptions: one notice for a kind and five minutes, whose counter rises; customers get the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bot.answers import incident_answered
from bot.models import Message
from bot.staff_incidents import WINDOW, staff_incident
from integrations.clock import now
from payments.models import Incident, Payment
from tests.bot.telegram_world import World, text_of

pytestmark = pytest.mark.django_db(transaction=True)

STAFF_CHAT = -1001000000001


async def pays_less(world: World, worker) -> Incident:
    anna = world.person()
    await anna.buys()
    world.pay("less")
    await anna.presses("Проверить оплату")
    await worker()
    return await Incident.objects.alatest("pk")


def notices(world: World) -> list[str]:
    said = [text_of(one) for one in world.telegram.history(STAFF_CHAT)]
    return [text for text in said if "Исключение" in text]


async def test_a_notice_says_what_whose_and_how_many_wait(world: World, plans, worker):
    incident = await pays_less(world, worker)
    [notice] = notices(world)
    assert "оплачено меньше" in notice
    assert f"Счёт № {incident.payment_id}" in notice
    assert "Заказано: 200 ₽" in notice
    assert "Ждут решения в этой очереди: 1" in notice


@sync_to_async
def alike(incident: Incident, *, opened_at) -> int:
    return Incident.objects.create(
        kind=incident.kind,
        key=f"alike:{opened_at}",
        provider=incident.provider,
        payment_id=incident.payment_id,
        opened_at=opened_at,
    ).pk


async def test_more_of_the_same_raise_a_counter_instead_of_ringing(world: World, plans, worker):
    incident = await pays_less(world, worker)
    for number in range(1, 3):
        other = await alike(incident, opened_at=incident.opened_at + timedelta(microseconds=number))
        await sync_to_async(staff_incident)(incident_id=other)
    [notice] = notices(world)
    assert "Ждут решения в этой очереди: 3" in notice
    assert "За последние минуты таких новых: 3" in notice


async def test_after_five_minutes_it_rings_again(world: World, plans, worker):
    incident = await pays_less(world, worker)
    later = await alike(incident, opened_at=incident.opened_at + WINDOW)
    await sync_to_async(staff_incident)(incident_id=later)
    assert len(notices(world)) == 2


async def test_a_notice_somebody_deleted_stops_nothing(world: World, plans, worker):
    incident = await pays_less(world, worker)
    await Message.objects.filter(kind=Message.Kind.STAFF).aupdate(message_id=999_999)
    other = await alike(incident, opened_at=incident.opened_at + timedelta(microseconds=1))
    await sync_to_async(staff_incident)(incident_id=other)
    assert not await Message.objects.filter(
        kind=Message.Kind.STAFF, message_id__isnull=False
    ).aexists()


async def test_an_answer_reaches_the_customer_once_and_as_it_was_written(
    world: World, plans, worker
):
    anna = world.person()
    await anna.buys()
    payment = await Payment.objects.select_related("customer").aget()
    incident = await Incident.objects.acreate(
        kind="late",
        key="k",
        provider="oneplat",
        payment=payment,
        customer=payment.customer,
        opened_at=now(),
    )
    for _again in range(2):
        await sync_to_async(incident_answered)(
            incident_id=incident.pk, text="Анна & Ко, <b>разобрались</b>", number="a" * 32
        )
    told = [text_of(one) for one in anna.messages if "разобрались" in text_of(one)]
    assert len(told) == 1
    assert "Анна & Ко, <b>разобрались</b>" in told[0] or "&lt;b&gt;" in told[0]
