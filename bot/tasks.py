"""What the bot's side does in the background: notices on the queue `messages`, mailings on one of their own."""

from __future__ import annotations

from celery import shared_task

from bot.mailings import running
from bot.mailings import sending as mailings
from bot.notices import by_mail, raising, sending
from integrations.wakeups import awake


@shared_task(name=raising.SEND)
def send_notices() -> int:
    awake(raising.SEND)
    return sending.send_due() + by_mail.mail_overdue()


@shared_task(name=running.SEND)
def send_mailings() -> int:
    """Begin what is due, collect, send. Beat sends it every second; several run at a time."""
    awake(running.SEND)
    return mailings.send_due()
