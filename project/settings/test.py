"""The suite: real PostgreSQL and Redis, invented credentials, no sandbox unless a test starts it."""

from __future__ import annotations

from project.settings.base import *  # noqa: F403
from project.settings.base import COOLDOWNS, DATABASES, INSTALLED_APPS, MIDDLEWARE

# The ledgers refuse TRUNCATE; the suite empties them between transactional tests.
DATABASES["default"]["OPTIONS"]["options"] = "-c provodnik.truncate=allowed"
SECRET_KEY = "test-only-" + "k" * 50
ALLOWED_HOSTS = ["*"]
PAYMENT_PROVIDERS = ["oneplat"]
CREDENTIALS = {
    "ONEPLAT_SHOP_ID": "4242",
    "ONEPLAT_SHOP_SECRET": "plat-demo-secret-01",
    "ONEPLAT_BASE_URL": "http://127.0.0.1:9/oneplat",
    "FNS_BASE_URL": "http://127.0.0.1:9/fns",
    "FNS_API_KEY": "0123456789abcdef0123456789abcdef01234567",
    "REMNAWAVE_BASE_URL": "http://127.0.0.1:9/remnawave",
    "REMNAWAVE_API_TOKEN": "test-panel-token",
    "TELEGRAM_API_URL": "http://127.0.0.1:9/telegram",
    "BOT_TOKEN": "4242:test-bot-token",
    "BOT_WEBHOOK_SECRET": "test-webhook-secret",
}
SUPPORT_URL = "https://t.me/provodnik_support"
TERMS_URL = "https://provodnik.example/terms"
STAFF_CHAT_ID = "-1001000000001"
MAIL_A_DAY = MAIL_A_MINUTE = MAIL_BULK_A_DAY = 0
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIDDLEWARE = [entry for entry in MIDDLEWARE if not entry.startswith("whitenoise.")]
MIGRATION_LINTER_OPTIONS = {"no_cache": True}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
AXES_ENABLED = False
# No pauses between two presses of a test; those that are about pauses set their own.
COOLDOWNS = dict.fromkeys(COOLDOWNS, 0)
# A ban of one test would stop the next. Those about the pace set their own.
TELEGRAM_A_SECOND = 0
CELERY_TASK_ALWAYS_EAGER = False
LOG_FORMAT = "json"
WATCH = ""  # the bot of a test watches nobody
COUNT_CALLS = False  # a thread with a connection of its own would outlive each test
WORDS_CHECKED_EVERY = 0  # each test has rows of its own
