"""Days for joining the owner's channel, once per customer. Telegram is asked when the customer says he has joined."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import transaction

from integrations.telegram.client import get_bot_api
from payments.models import Customer, DayEntry
from payments.services import days
from payments.services.cooldowns import Action, take_turn
from payments.services.locks import lock_customers


class Bonus(StrEnum):
    GIVEN = "given"
    NOT_A_MEMBER = "not_a_member"
    NOT_OFFERED = "not_offered"  # switched off, or had before


def bonus_days(customer_id: int) -> int:
    """How many days this customer is offered for joining; 0 where none."""
    if not settings.BONUS_CHANNEL or settings.BONUS_CHANNEL_DAYS <= 0:
        return 0
    had = DayEntry.objects.filter(kind=DayEntry.Kind.CHANNEL, subscription__customer_id=customer_id)
    return 0 if had.exists() else int(settings.BONUS_CHANNEL_DAYS)


def claim_bonus(*, customer_id: int) -> Bonus:
    """Give the days to a member of the channel, once.

    Raises TooSoon, and the errors of Telegram's client: ServiceRefused where the bot may not see the channel's members.
    """
    if not bonus_days(customer_id):
        return Bonus.NOT_OFFERED
    take_turn(customer_id=customer_id, action=Action.CHANNEL)
    customer = Customer.objects.get(pk=customer_id)
    if customer.telegram_id is None:
        return Bonus.NOT_OFFERED
    member = get_bot_api().get_chat_member(settings.BONUS_CHANNEL, customer.telegram_id)
    if not member.is_in:
        return Bonus.NOT_A_MEMBER
    with transaction.atomic():
        lock_customers([customer_id])
        offered = bonus_days(customer_id)
        if not offered:
            return Bonus.NOT_OFFERED
        entry = days.grant_bonus(
            customer, kind=DayEntry.Kind.CHANNEL, days=offered, key=f"channel:{customer_id}"
        )
        days.announce_with_link(entry)
        return Bonus.GIVEN
