"""The registry of partners: what runs by the clock, and its API."""

from __future__ import annotations

from typing import Any

# Entries of CELERY_BEAT_SCHEDULE.
REGISTRY_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-sign-in": {
        "task": "partners.sweep_sign_in",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "miss-unanswered": {
        "task": "partners.miss_unanswered",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

# URL_FORMAT_OVERRIDE: `?format=` is no parameter of ours.
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "URL_FORMAT_OVERRIDE": None}
