"""What the bot's side does in the background. Every task runs on the queue `messages`."""

from __future__ import annotations

from celery import shared_task

from bot.notices import by_mail, raising, sending
from integrations.wakeups import awake


@shared_task(name=raising.SEND)
def send_notices() -> int:
    awake(raising.SEND)
    return sending.send_due() + by_mail.mail_overdue()
