"""What a link to the bot asks for beside opening it, and what a free text may be: a gift to look at, a promo code."""

from __future__ import annotations

import re

from bot import callback_data as to
from bot.bridge import in_db
from bot.deep_links import GIFT, PROMO
from bot.rendering import Screen
from bot.screens import gifts, promo, waiting
from payments import selectors
from payments.errors import TooSoon
from payments.models import Customer
from payments.services import promotions
from payments.services.promotions import Verdict

FITS_A_BUTTON = re.compile(r"[A-Za-z0-9_-]{1,40}")
# One word of Latin letters, digits or capitals: what codes look like and words of a letter do not.
LOOKS_LIKE_A_CODE = re.compile(r"[A-Za-z0-9_-]{3,32}|[A-ZА-ЯЁ0-9_-]{3,32}")


def kept(payload: str) -> str:
    """An errand that can wait in the button of the terms; anything else is forgotten."""
    is_errand = payload.startswith((GIFT, PROMO)) and FITS_A_BUTTON.fullmatch(payload)
    return payload if is_errand else ""


async def run(customer: Customer, payload: str) -> Screen | None:
    """The screen an errand ends with; None for any other payload."""
    if payload.startswith(GIFT):
        gift = await in_db(selectors.gift_by_token, payload.removeprefix(GIFT))
        return await in_db(gifts.offer, customer, gift)
    if payload.startswith(PROMO):
        return await enter_code(customer, payload.removeprefix(PROMO))
    return None


async def enter_code(customer: Customer, text: str) -> Screen:
    """Enter a promo code and show what came of it."""
    try:
        result = await in_db(promotions.enter, customer_id=customer.pk, text=text)
    except TooSoon as error:
        return await in_db(waiting.again, customer, to.Promo(), error.seconds)
    return await in_db(promo.entered, customer, result)


async def code_in(customer: Customer, text: str, *, is_clear: bool) -> Screen | None:
    """The screen of a promo code that a free text of one word may be; None where it is none.

    `is_clear`: the text means something else too, so only a code that exists is one. Every try counts against guessing.
    """
    word = text.strip()
    looks_like_one = LOOKS_LIKE_A_CODE.fullmatch(word) is not None
    could_be = promotions.FORMAT.fullmatch(promotions.normal(word)) and " " not in word
    if not could_be or (is_clear and not looks_like_one):
        return None
    try:
        result = await in_db(promotions.enter, customer_id=customer.pk, text=word)
    except TooSoon as error:
        if is_clear or not looks_like_one:
            return None
        return await in_db(waiting.again, customer, to.Promo(), error.seconds)
    if result.verdict is Verdict.UNKNOWN and (is_clear or not looks_like_one):
        return None
    return await in_db(promo.entered, customer, result)
