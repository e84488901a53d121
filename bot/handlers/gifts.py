"""Taking a gift that somebody paid for."""

from __future__ import annotations

from bot import callback_data as to
from bot.bridge import in_db
from bot.routing import BotApplication, on_tap
from bot.screens import gifts, start, waiting
from bot.updates import Tap
from payments.errors import TooSoon
from payments.services.gifts import claim


async def take(tap: Tap, press: to.ClaimGift) -> None:
    customer = await tap.customer()
    if start.must_accept_terms(customer):
        await tap.answer()
        await tap.show(await in_db(start.terms, customer))
        return
    try:
        outcome, gift = await in_db(claim, token=press.token, customer_id=customer.pk)
    except TooSoon as error:
        await tap.answer(await in_db(waiting.words, customer, error.seconds))
        return
    await tap.answer()
    await tap.show(await in_db(gifts.claim_result, customer, outcome, gift))


def register(application: BotApplication) -> None:
    on_tap(application, to.ClaimGift, take)
