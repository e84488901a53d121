"""A customer's own consent to news in the chat: given and taken back with a button."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.mailings.unsubscribing import find, unsubscribe
from integrations.services import consents
from payments.models import Customer

CHAT = consents.Channel.TELEGRAM


def wording() -> str:
    """What the customer agrees to by the button, in his language; kept with the consent."""
    return _(
        "Согласен получать в этом чате новости и предложения сервиса. Отказаться можно в любой момент:"
        " в настройках или кнопкой под сообщением."
    )


def is_on(customer: Customer) -> bool:
    return customer.telegram_id is not None and consents.has_consent(
        CHAT, str(customer.telegram_id)
    )


def switch(customer: Customer, *, on: bool) -> None:
    address = str(customer.telegram_id)
    if on:
        with override(customer.language):
            said = wording()
        consents.give(channel=CHAT, address=address, source=consents.Source.BOT, wording=said)
    else:
        consents.withdraw(channel=CHAT, address=address, by=consents.Withdrawal.BOT)


def stop(customer: Customer, *, token: str) -> None:
    """The button under a broadcast. Somebody else's token, or one that is gone, only ends the presser's consent."""
    recipient = find(token)
    if recipient is not None and recipient.customer_id == customer.pk:
        unsubscribe(recipient, by=consents.Withdrawal.BOT)
    else:
        switch(customer, on=False)
