"""Letters: who they are from, how many may leave, what runs by the clock."""

from __future__ import annotations

from typing import Any

from project import env

# Who letters are from; the rest of the mailbox is among the credentials (integrations.mail).
EMAIL_FROM = env.text("EMAIL_FROM", "")
# Under which name the domain has its key of DKIM: the doctor looks at it. Who signs is the mail service, never us.
MAIL_DKIM_SELECTOR = env.text("MAIL_DKIM_SELECTOR", "")
# Letters within any 24 hours and within a minute; 0: as many as there are. A mailbox at Yandex takes 500 a day.
MAIL_A_DAY = env.number("MAIL_A_DAY", 400)
MAIL_A_MINUTE = env.number("MAIL_A_MINUTE", 30)
# Mailings stop where the day has had so many letters: the rest of the day is for what somebody waits for.
MAIL_BULK_A_DAY = env.number("MAIL_BULK_A_DAY", MAIL_A_DAY * 3 // 4)
# What is asked before a letter leaves, and told how it went: integrations.mail.session.Gate.
MAIL_GATE = "integrations.services.mail_gate.GATE"
# Every letter with made-up facts, for staff and for the suite.
LETTER_SAMPLES = "project.letter_samples.SAMPLES"

# Entries of CELERY_BEAT_SCHEDULE.
MAIL_SCHEDULE: dict[str, dict[str, Any]] = {
    "read-bounces": {
        "task": "integrations.read_bounces",
        "schedule": env.number("BOUNCES_EVERY", 120),
        "options": {"expires": 120},
    },
    "sweep-mail-minutes": {
        "task": "integrations.sweep_mail_minutes",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
