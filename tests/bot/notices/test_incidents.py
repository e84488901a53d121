"""Staff hear of exceptions: one notice for a kind and five minutes, whose counter rises; customers get the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bot.answers import incident_answered
from bot.models import Notice
from bot.notices.money import staff_incident
from bot.notices.raising import WINDOW
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


@sync_to_async
def due_at_once() -> None:
    Notice.objects.update(claimed_at=now() - timedelta(days=1))


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
    for _number in range(2):
        other = await alike(incident, opened_at=now())
        await Incident.objects.filter(pk=other).aupdate(opened_at=incident.opened_at)
        await sync_to_async(staff_incident)(incident_id=other)
    await due_at_once()
    await worker()
    [notice] = notices(world)
    assert "Ждут решения в этой очереди: 3" in notice
    assert "Ещё таких за 5 минут: 2" in notice


async def test_after_five_minutes_it_rings_again(world: World, plans, worker):
    incident = await pays_less(world, worker)
    later = await alike(incident, opened_at=incident.opened_at + WINDOW)
    await sync_to_async(staff_incident)(incident_id=later)
    await worker()
    assert len(notices(world)) == 2


async def test_a_notice_somebody_deleted_stops_nothing(world: World, plans, worker):
    incident = await pays_less(world, worker)
    await Notice.objects.aupdate(message_id=999_999)
    other = await alike(incident, opened_at=incident.opened_at + timedelta(microseconds=1))
    await sync_to_async(staff_incident)(incident_id=other)
    await due_at_once()
    await worker()
    notice = await Notice.objects.aget(key__startswith="incident:")
    assert (notice.state, notice.message_id) == (Notice.State.SENT, None)


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
