"""What to say to somebody who does the same thing again too soon."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.keyboards import keyboard, press
from bot.rendering import Screen, for_customer, render
from payments.formats import seconds
from payments.models import Customer


@for_customer
def words(_customer: Customer, left: int) -> str:
    """For the answer to a press: short, the screen stays as it is. `left` in seconds."""
    return render("wait", wait=seconds(left))


@for_customer
def again(_customer: Customer, tried: to.Press, left: int) -> Screen:
    """For a press that was answered already: the same button once more."""
    return Screen(
        text=render("wait", wait=seconds(left)),
        keyboard=keyboard([press(_("Повторить"), tried), press(_("← Меню"), to.Menu())]),
    )
