"""Mailings and the pace of what we say in Telegram."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from project import env

# Messages a second that Telegram takes from one bot; 0: as many as there are, for a Bot API server of one's own.
TELEGRAM_A_SECOND = env.number("TELEGRAM_A_SECOND", 30)
# … of which broadcasts take so many at most: the rest is for what somebody waits for.
TELEGRAM_BULK_A_SECOND = env.number("TELEGRAM_BULK_A_SECOND", 25)
if TELEGRAM_A_SECOND and not 0 < TELEGRAM_BULK_A_SECOND <= TELEGRAM_A_SECOND:
    raise ImproperlyConfigured("TELEGRAM_BULK_A_SECOND must be 1 to TELEGRAM_A_SECOND.")
# After how long a sender that has not answered counts as dead: a mail server may take a minute for one letter.
MAILING_LEASE_SECONDS = env.number("MAILING_LEASE_SECONDS", 120)

# Entries of CELERY_BEAT_SCHEDULE.
MAILINGS_SCHEDULE: dict[str, dict[str, Any]] = {
    "send-mailings": {
        "task": "bot.send_mailings",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
}
