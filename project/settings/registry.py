"""The registry of partners: what runs by the clock, and its API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from project import env

# A company registered less than so many days ago is looked at twice.
PARTNER_YOUNG_DAYS = env.number("PARTNER_YOUNG_DAYS", 180)
# How often the tax service is asked about every partner.
PARTNER_RECHECK_HOURS = env.number("PARTNER_RECHECK_HOURS", 24)
# Calls of the tax service that partners leave to applications.
FNS_CALLS_FOR_APPLICATIONS = env.number("FNS_CALLS_FOR_APPLICATIONS", 20)

# A client is asked to rate the partner so long after he took the request.
RATING_ASK_HOURS = env.number("RATING_ASK_HOURS", 72)

# Seconds between two looks whether staff have changed the words by which messages are understood.
WORDS_CHECKED_EVERY = 3

# The project in Tilda whose pages may lend their look.
TILDA_PROJECT_ID = env.text("TILDA_PROJECT_ID", "")

# In whose name Umnico's dialogues are answered; empty: the dialogue's own manager, or the first of the account.
UMNICO_MANAGER_ID = env.text("UMNICO_MANAGER_ID", "")
# The chat on our public pages, 32 hexadecimal digits; empty: none.
UMNICO_WIDGET_TOKEN = env.text("UMNICO_WIDGET_TOKEN", "").strip().lower()

# Files that people send: private, handed out by views that ask who wants them.
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(env.ROOT / ".local" / "media")))
MEDIA_URL = "/media/"  # no address serves it
FILE_UPLOAD_PERMISSIONS = 0o640

# Who gets notices by e-mail where Telegram is down or not set, and after how many minutes.
STAFF_EMAIL = env.words("STAFF_EMAIL")
NOTICE_MAIL_AFTER = env.number("NOTICE_MAIL_AFTER", 5)

# Entries of CELERY_BEAT_SCHEDULE.
REGISTRY_SCHEDULE: dict[str, dict[str, Any]] = {
    "apply-calls": {
        "task": "partners.apply_calls",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    # A webhook that is switched off is a deaf robot: an hour of that is enough.
    "keep-webhooks": {
        "task": "partners.keep_webhooks",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    "fetch-documents": {
        "task": "partners.fetch_documents",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "refresh-look": {
        "task": "partners.refresh_look",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "refresh-search": {
        "task": "partners.refresh_search",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
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
    "send-notices": {
        "task": "bot.send_notices",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "ask-ratings": {
        "task": "partners.ask_ratings",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-allowances": {
        "task": "partners.sweep_allowances",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "check-applications": {
        "task": "partners.check_due",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "recheck-partners": {
        "task": "partners.recheck_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}

REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is no parameter of ours
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
# Requests a minute: of one key, and of one address that shows none. 0: as many as they like.
API_REQUESTS = env.number("API_REQUESTS", 600)
API_ANONYMOUS_REQUESTS = env.number("API_ANONYMOUS_REQUESTS", 60)
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": _("API реестра партнёров"),
    "DESCRIPTION": _(
        "Искать проверенные компании, передавать обращения клиентов и подбирать партнёров.\n\n"
        "Ключ выдаёт сотрудник; его показывают один раз. Передавайте его так:"
        " `Authorization: Bearer prv_…`.\n\n"
        "Ошибки всегда одного вида (RFC 9457, `application/problem+json`), по-русски или"
        " по-английски – по `Accept-Language`. Адреса работают с косой чертой в конце и без неё."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ApplicationStatus": "partners.models.Application.Status",
        "PartnerStatus": "partners.models.Partner.Status",
        "LeadSource": "partners.models.Lead.Source",
        "LeadStatus": "partners.models.Lead.Status",
        "OfferStatus": "partners.models.LeadOffer.Status",
        "PaymentStatus": "payments.models.Payment.Status",
        "LeadWishSource": "partners.api.lead_shapes.SOURCES",
    },
    "TAGS": [
        {"name": "partners", "description": _("Проверенные компании")},
        {"name": "leads", "description": _("Обращения клиентов и подбор партнёров")},
        {"name": "plans", "description": _("Тарифы")},
        {"name": "payments", "description": _("Платежи")},
    ],
}

# Sites that may show partners' cards in a frame.
EMBED_HOSTS = env.words("EMBED_HOSTS")
