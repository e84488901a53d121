"""The reminder that a term ends, or has ended, in the chat and by e-mail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot.by_post import Post
from bot.keyboards import Button, keyboard, press
from bot.rendering import Screen, for_customer, render
from integrations.clock import now
from integrations.mail.letters import Letter, compose
from payments import selectors
from payments.formats import money
from payments.models import Customer, Reminder
from payments.money import Money
from payments.selectors import PlanOffer
from payments.services.charges import coming_charge


@for_customer
def in_chat(customer: Customer, reminder: Reminder) -> Screen:
    """The plan of last time is one press away; where the term renews itself there is nothing to press."""
    facts = _facts(customer, reminder)
    offer: PlanOffer | None = facts["offer"]
    renewing: list[list[Button | None]]
    if facts["charge"]:
        renewing = [[press(_("← Меню"), to.Menu())]]
    else:
        again = press(_renew_label(offer), to.Effect(offer.plan_id)) if offer else None
        other = _("Другой срок") if offer else _("➕ Продлить")
        renewing = [[again], [press(other, to.Plans())]]
    return Screen(
        text=render("reminder", **facts),
        keyboard=keyboard(*renewing, [press(_("Не напоминать"), to.SwitchReminders(0))]),
    )


def by_mail(customer: Customer, reminder: Reminder, *, bot_url: str, pay_url: str) -> Letter:
    """The same in a letter. `pay_url` leads to a page where the plan of last time can be paid; empty for none."""
    links = {"bot_url": bot_url, "pay_url": pay_url}
    return compose("reminder", customer.language, _facts(customer, reminder) | links)


def by_post(customer: Customer, reminder: Reminder) -> Post:
    """The same for a payer without a chat, whose plan it is that ends."""
    facts = _facts(customer, reminder)
    charge, offer = facts["charge"], facts["offer"]
    return Post(
        what="reminder",
        plan_id=offer.plan_id if offer and not charge else None,
        facts={
            "end": reminder.ends_at,
            "left": facts["access"].days_left,
            "is_today": facts["is_today"],
            "running": facts["running"],
            "charge": Money(charge.amount, charge.currency) if charge else None,
            "price": Money(offer.amount, offer.currency) if offer else None,
        },
    )


def _facts(customer: Customer, reminder: Reminder) -> dict[str, Any]:
    access = selectors.access_of(customer.pk)
    charge = coming_charge(customer.pk, ends_at=reminder.ends_at)
    running = reminder.ends_at > now()
    return {
        "first_name": customer.first_name,
        "ends_at": reminder.ends_at,
        "is_today": reminder.kind == Reminder.Kind.TODAY,
        "running": running,
        "access": access,
        "offer": selectors.last_offer(customer),
        "charge": charge if running else None,
    }


def _renew_label(offer: PlanOffer) -> str:
    return _("➕ Продлить: %(plan)s · %(amount)s") % {
        "plan": offer.title,
        "amount": money(offer.amount, offer.currency),
    }
