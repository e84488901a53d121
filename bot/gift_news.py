"""News about days that were given rather than bought: a gift is ready, was opened, the link of its days."""

from __future__ import annotations

from bot import messenger
from bot.deep_links import our_username
from bot.messenger import Letter, WhenUnsure
from bot.models import Message
from bot.on_screen import refresh_invoice
from bot.screens import gifts
from payments import selectors
from payments.services.fulfilment import mark_link_sent

Kind = Message.Kind


def gift_ready(*, payment_id: int) -> None:
    """The claim link, for the payer. A second copy does no harm: the link opens one gift."""
    gift = selectors.gift_of(payment_id=payment_id)
    payer = gift.payment.customer
    outcome = messenger.send_once(
        Letter(
            key=f"{Kind.GIFT}:ready:{gift.pk}",
            kind=Kind.GIFT,
            chat_id=payer.telegram_id,
            screen=gifts.ready(payer, gift, our_username()),
            when_unsure=WhenUnsure.REPEAT,
            customer=payer,
            payment=gift.payment,
        )
    )
    if outcome is messenger.Outcome.SENT:
        mark_link_sent(payment_id=payment_id)
        refresh_invoice(gift.payment)


def gift_claimed(*, gift_id: int) -> None:
    """For the payer, unless he opened it himself. Who did is not named."""
    gift = selectors.gift(gift_id)
    payer = gift.payment.customer
    if gift.claimed_by_id == payer.pk or payer.blocked_bot_at is not None:
        return
    messenger.send_once(
        Letter(
            key=f"{Kind.GIFT}:claimed:{gift.pk}",
            kind=Kind.GIFT,
            chat_id=payer.telegram_id,
            screen=gifts.claimed(payer, gift),
            when_unsure=WhenUnsure.LEAVE,
            customer=payer,
            payment=gift.payment,
        )
    )


def days_ready(*, entry_id: int) -> None:
    """The access link of days that were given. A second copy only shows the link again."""
    entry = selectors.day_entry(entry_id)
    customer = entry.subscription.customer
    messenger.send_once(
        Letter(
            key=f"{Kind.DAYS}:{entry.pk}",
            kind=Kind.DAYS,
            chat_id=customer.telegram_id,
            screen=gifts.days_ready(customer, entry),
            when_unsure=WhenUnsure.REPEAT,
            customer=customer,
        )
    )
