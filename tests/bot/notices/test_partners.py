"""Staff hear of a partner that has ceased; not any more once they have brought it back."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bot.notices import sending
from bot.notifications import staff_partner_closed
from partners.models import Partner
from tests.bot.telegram_world import World, text_of
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db(transaction=True)

STAFF_CHAT = -1001000000001


def notices(world: World) -> list[str]:
    said = [text_of(one) for one in world.telegram.history(STAFF_CHAT)]
    return [text for text in said if "Партнёр" in text]


@sync_to_async
def closed(**fields) -> Partner:
    partner = a_partner(status="closed", status_reason="Ликвидировано, 21.11.2026", **fields)
    staff_partner_closed(partner_id=partner.pk)
    staff_partner_closed(partner_id=partner.pk)
    sending.send_due()
    return partner


async def test_a_notice_says_who_and_why(world: World):
    partner = await closed(name="Лютик <b>")

    [notice] = notices(world)
    assert "Лютик" in notice
    assert partner.code in notice
    assert "Ликвидировано, 21.11.2026" in notice


@sync_to_async
def brought_back() -> None:
    staff_partner_closed(partner_id=a_partner().pk)
    sending.send_due()


async def test_who_is_back_is_not_spoken_of(world: World):
    await brought_back()

    assert notices(world) == []
