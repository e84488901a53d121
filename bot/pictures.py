"""QR codes to send."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import segno
import structlog
from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from telegram import InlineKeyboardMarkup

from bot import callback_data as to
from bot.keyboards import keyboard, press
from bot.rendering import for_customer
from bot.screens.referral import invite_link
from payments import selectors
from payments.formats import money
from payments.models import Customer

log = structlog.get_logger(__name__)

SCALE = 8  # pixels a module: readable from a second phone, small to send
DOUBLE_TAP = 3  # seconds


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    caption: str
    keyboard: InlineKeyboardMarkup


def first_tap(user_id: int, action: str) -> bool:
    """False for the second half of a double tap. A picture cannot be edited into place, so it would come twice.

    Redis may be away: then a picture comes twice, which is better than not at all.
    """
    try:
        return bool(cache.add(f"tap:{user_id}:{action}", 1, DOUBLE_TAP))
    except RedisError as error:
        log.warning("bot.taps_uncounted", error=type(error).__name__)
        return True


@for_customer
def access_qr(customer: Customer) -> Picture | None:
    """The access link; None while there is none."""
    address = selectors.access_of(customer.pk).access_url
    if not address:
        return None
    return _picture(
        address, _("Ссылка для подключения. Наведите на код камеру другого устройства.")
    )


@for_customer
def invite_qr(customer: Customer, bot_username: str) -> Picture:
    return _picture(invite_link(customer, bot_username), _("Ваше приглашение. Покажите код другу."))


@for_customer
def invoice_qr(customer: Customer, payment_id: int) -> Picture | None:
    """What the bank's app reads; None for a payment without it, closed, or somebody else's."""
    payment = selectors.payment_of(payment_id=payment_id, customer_id=customer.pk)
    code = (
        payment.requisites.get("qr_payload", "") if payment is not None and payment.is_open else ""
    )
    if payment is None or not code:
        return None
    caption = _("Счёт № %(number)s, %(amount)s. Наведите на код камеру в приложении банка.") % {
        "number": payment.number,
        "amount": money(payment.amount_to_pay or payment.amount, payment.currency),
    }
    return _picture(code, caption)


def _picture(text: str, caption: str) -> Picture:
    image = BytesIO()
    segno.make(text, error="m").save(image, kind="png", scale=SCALE, border=3)
    return Picture(image.getvalue(), caption, keyboard([press(_("Скрыть"), to.Hide())]))
