"""Why access lasts until its date."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import keyboard, press
from bot.rendering import Screen, for_customer, render
from payments.models import Customer
from payments.selectors_days import day_story

SHOWN = 15  # newest lines; more do not fit into a message


@for_customer
def story(customer: Customer) -> Screen:
    """The days that were given and taken, newest last, and the end they add up to."""
    found = day_story(customer.pk, for_staff=False)
    lines = found.lines if found else []
    return Screen(
        text=render(
            "term_story",
            lines=lines[-SHOWN:],
            earlier=max(0, len(lines) - SHOWN),
            expires_at=found.expires_at if found else None,
        ),
        keyboard=keyboard(
            [press(_("🧾 Мои платежи"), to.Payments()), press(_("← Меню"), to.Menu())]
        ),
    )
