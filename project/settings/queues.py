"""Which queue a task stands in, and what runs by the clock."""

from __future__ import annotations

from typing import Any

from project import env
from project.settings.mail import MAIL_SCHEDULE
from project.settings.mailings import MAILINGS_SCHEDULE
from project.settings.operating import OPERATING_SCHEDULE
from project.settings.registry import REGISTRY_SCHEDULE

CELERY_TASK_ROUTES = {
    # Only what never waits for an outside service may stand in the money queue.
    "payments.drain_callbacks": {"queue": "money"},
    "payments.expire_payments": {"queue": "money"},
    "payments.*": {"queue": "access"},
    "integrations.drain_outbox": {"queue": "access"},
    "integrations.read_bounces": {"queue": "messages"},
    # The tax service may take most of a minute to answer.
    "partners.*": {"queue": "messages"},
    # A worker of its own: nothing that somebody waits for stands behind a broadcast.
    "bot.send_mailings": {"queue": "bulk"},
    "bot.*": {"queue": "messages"},
}
# The apps whose reactions have helpers of their own where the outbox is full (integrations.services.draining): access
# does not stand behind the news of it, which leave at Telegram's pace, nor the news behind a panel that hangs.
OUTBOX_LANES = ("payments", "bot")
# How many threads of one drain take from the outbox then; 1: no helpers.
OUTBOX_THREADS = env.number("OUTBOX_THREADS", 4)
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "drain-callbacks": {
        "task": "payments.drain_callbacks",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "confirm-callbacks": {
        "task": "payments.confirm_callbacks",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "drain-outbox": {
        "task": "integrations.drain_outbox",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "expire-payments": {
        "task": "payments.expire_payments",
        "schedule": 20.0,
        "options": {"expires": 60},
    },
    "send-refunds": {
        "task": "payments.send_refunds",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "sync-access": {
        "task": "payments.sync_access",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "plan-reminders": {
        "task": "payments.plan_reminders",
        "schedule": env.number("REMINDERS_EVERY", 60),
        "options": {"expires": 60},
    },
    "end-lapsed": {
        "task": "payments.end_lapsed",
        "schedule": env.number("REMINDERS_EVERY", 60),
        "options": {"expires": 60},
    },
    "sweep-cooldowns": {
        "task": "payments.sweep_cooldowns",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "reconcile-daily": {
        "task": "payments.reconcile_daily",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "poll-payments": {
        "task": "payments.poll_payments",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "watch-incidents": {
        "task": "payments.watch_incidents",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "renew-due": {
        "task": "payments.renew_due",
        "schedule": 5.0,
        "options": {"expires": 20},
    },
    **REGISTRY_SCHEDULE,
    **MAIL_SCHEDULE,
    **MAILINGS_SCHEDULE,
    **OPERATING_SCHEDULE,
    "sweep-call-figures": {
        "task": "integrations.sweep_call_figures",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-heartbeats": {
        "task": "integrations.sweep_heartbeats",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
