"""Reminders: the reactions that send them, in the chat first, by e-mail where the chat is closed.

Who has no chat at all gets a letter of his own (`by_post`), handed over at once.

A reminder that may have been delivered is not said again: a second one would only annoy.
"""

from __future__ import annotations

import structlog

from bot import messenger
from bot.deep_links import our_username
from bot.messenger import Letter, Outcome, WhenUnsure
from bot.models import Message
from bot.screens import reminder as screens
from integrations.errors import IntegrationError
from integrations.mail.errors import AddressRefused, LetterRefused, MaybeSent
from integrations.mail.sender import get_mailbox, mail_is_on
from payments import selectors
from payments.models import Customer, Reminder
from payments.services import reminders
from payments.services.pay_pages import new_page, page_url

log = structlog.get_logger(__name__)

Status = Reminder.Status
Channel = Reminder.Channel
Why = Reminder.Why


def reminder_due(*, reminder_id: int) -> None:
    """Say it in the chat. Raises what surely did not reach Telegram, for the outbox to repeat."""
    reminder = reminders.still_due(reminder_id)
    if reminder is None:
        return
    customer = reminder.subscription.customer
    if customer.blocked_bot_at is None:
        outcome = messenger.send_once(
            Letter(
                key=f"reminder:{reminder.pk}",
                kind=Message.Kind.REMINDER,
                chat_id=customer.telegram_id,
                screen=screens.in_chat(customer, reminder),
                when_unsure=WhenUnsure.LEAVE,
                customer=customer,
                post=screens.by_post(customer, reminder),
            )
        )
        if outcome is Outcome.SENT:
            by_letter = customer.telegram_id is None
            reminders.mark_sent(reminder.pk, Channel.EMAIL if by_letter else Channel.TELEGRAM)
            return
        customer.refresh_from_db(fields=["blocked_bot_at"])
        if customer.blocked_bot_at is None:
            reminders.give_up(reminder.pk, Status.UNCLEAR, "")
            return
    if not customer.email:
        reminders.give_up(reminder.pk, Status.FAILED, Why.NOBODY_THERE)
    elif not mail_is_on():
        reminders.give_up(reminder.pk, Status.FAILED, Why.NO_MAIL)
    else:
        reminders.by_mail(reminder)


def reminder_by_mail(*, reminder_id: int) -> None:
    """Say it in a letter: once, claimed before the mail server hears of it.

    Raises what surely did not leave, for the outbox to repeat; an address that is refused is not tried again.
    """
    reminder = reminders.still_due(reminder_id)
    if reminder is None:
        return
    if not reminders.claim_for_mail(reminder.pk):
        reminders.give_up(reminder.pk, Status.UNCLEAR, "")
        return
    customer = reminder.subscription.customer
    try:
        letter = screens.by_mail(customer, reminder, bot_url=_bot_url(), pay_url=_pay_url(customer))
        get_mailbox().send(letter, to=customer.email, key=f"reminder:{reminder.pk}")
    except MaybeSent as error:
        reminders.give_up(reminder.pk, Status.UNCLEAR, str(error))
    except (AddressRefused, LetterRefused) as error:
        reminders.give_up(reminder.pk, Status.FAILED, str(error))
    except IntegrationError:
        reminders.release_from_mail(reminder.pk)
        raise
    else:
        reminders.mark_sent(reminder.pk, Channel.EMAIL)


def _bot_url() -> str:
    """Where the chat is; empty while Telegram does not say. The letter has another way to pay."""
    try:
        return f"https://t.me/{our_username()}"
    except IntegrationError as error:
        log.warning("reminder.no_bot_address", error=str(error))
        return ""


def _pay_url(customer: Customer) -> str:
    offer = selectors.last_offer(customer)
    if offer is None:
        return ""
    return page_url(new_page(customer_id=customer.pk, plan_id=offer.plan_id))
