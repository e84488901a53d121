"""What a member of staff wrote to a customer about his case."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bot import callback_data as to
from bot import messenger
from bot.by_post import Post
from bot.keyboards import keyboard, press
from bot.messenger import Letter, WhenUnsure
from bot.models import Message
from bot.rendering import Screen, for_customer, render
from payments.models import Customer, Incident, Payment


def incident_answered(*, incident_id: int, text: str, number: str) -> None:
    """A second copy says the same again: better twice than never."""
    incident = Incident.objects.select_related("customer", "payment").get(pk=incident_id)
    if incident.customer is None or incident.customer.blocked_bot_at is not None:
        return
    messenger.send_once(
        Letter(
            key=f"{Message.Kind.ANSWER}:{incident.pk}:{number}",
            kind=Message.Kind.ANSWER,
            chat_id=incident.customer.telegram_id,
            screen=show(incident.customer, incident.payment, text),
            when_unsure=WhenUnsure.REPEAT,
            customer=incident.customer,
            payment=incident.payment,
            post=Post(what="answer", facts={"text": text}),
        )
    )


@for_customer
def show(customer: Customer, payment: Payment | None, text: str) -> Screen:
    """The words as they were written; the case leads to its payment."""
    menu = press(_("← Меню"), to.Menu())
    details = press(_("🧾 Подробнее"), to.PaymentCard(payment.pk)) if payment else None
    return Screen(text=render("answer", text=text), keyboard=keyboard([details, menu]))
