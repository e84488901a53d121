"""Settings common to every installation. What differs stands in local.py, test.py and production.py."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from project import env
from project.settings.mail import *  # noqa: F403
from project.settings.mailings import *  # noqa: F403
from project.settings.office import *  # noqa: F403
from project.settings.operating import *  # noqa: F403
from project.settings.queues import *  # noqa: F403
from project.settings.registry import *  # noqa: F403
from project.settings.selling import *  # noqa: F403

BASE_DIR = env.ROOT

SECRET_KEY = env.text("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.words("ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
RELEASE = env.text("RELEASE", "0.1.0")
# What Prometheus shows at /metrics; without it only a sandbox answers there, and only to this machine.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

INSTALLED_APPS = [
    "project.apps.ProjectConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "project.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "integrations",
    "payments",
    "partners",
    "bot",
]

MIDDLEWARE = [
    "project.middleware.CallbackFastPath",
    "project.middleware.RequestContext",
    "project.middleware.ContentPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------------------------


# Whether a pooler between us and PostgreSQL hands a connection on after each transaction.
DB_POOLER = env.flag("DB_POOLER", default=False)


def database(url: str, *, whole: bool = False) -> dict[str, Any]:
    """Persistent, health-checked connections; DB_POOL=n shares n of them per process instead (threaded web only:
    a pool inside a prefork worker costs more than it saves). `whole`: each is one session, for DATABASE_SESSION."""
    is_handed_on = DB_POOLER and not whole
    config: dict[str, Any] = env.env.db_url_config(url)
    config["ENGINE"] = "django.db.backends.postgresql"
    config.setdefault("OPTIONS", {})
    config["OPTIONS"].setdefault("connect_timeout", 5)
    config["OPTIONS"].setdefault("application_name", "provodnik")
    # A machine that has lost its power says nothing: the kernel finds out after 25 s, not after two hours.
    for name, value in (
        ("keepalives_idle", 10),
        ("keepalives_interval", 5),
        ("keepalives_count", 3),
        ("tcp_user_timeout", 25_000),
    ):
        config["OPTIONS"].setdefault(name, value)
    # A cursor of the server's outside a transaction would be looked for on another connection.
    config["DISABLE_SERVER_SIDE_CURSORS"] = is_handed_on
    if env.flag("DB_PREPARE", default=not is_handed_on):
        # For the inbox's one INSERT, which runs past Django's cursors. Behind a pooler only where that follows
        # prepared statements: PgBouncer from 1.21 with max_prepared_statements.
        config["OPTIONS"].setdefault("prepare_threshold", 1)
    pool = 0 if whole else env.number("DB_POOL", 0)
    if pool:
        config["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool, "timeout": 1}
        config["CONN_MAX_AGE"] = 0
    else:
        config["CONN_MAX_AGE"] = None
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {
    "default": database(env.text("DATABASE_URL", "postgres://postgres@127.0.0.1/provodnik"))
}
# The same database where a connection is one session (integrations/sessions.py); None: DATABASE_URL is such a place.
_session_url = env.text("DATABASE_SESSION_URL", "")
DATABASE_SESSION = database(_session_url, whole=True) if _session_url else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "provodnik",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Queues: PostgreSQL is the truth, Redis only carries wake-ups ----------------------------------------------------

CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULER = "project.scheduler:Scheduler"
# A message is only a wake-up, and beat sends the next one within a second: nothing is gained by acknowledging late.
# Acknowledging late over a connection that has died meanwhile ends the worker (kombu 5.7).
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    # As the database's: a worker that waits for a wake-up would wait on.
    "socket_keepalive": True,
    "socket_keepalive_options": {
        socket.TCP_KEEPIDLE: 10,
        socket.TCP_KEEPINTVL: 5,
        socket.TCP_KEEPCNT: 3,
    },
    "visibility_timeout": 600,
}
# Celery's Django fix-up would close the connection around every task (measured: 4 times slower); project.celery
# checks it instead.
CELERY_DB_REUSE_MAX = 10**9

# event topic -> everything that must happen because of it, one outbox row each
REACTIONS = "project.reactions.REACTIONS"
MOVED_REACTIONS = "project.reactions.MOVED"
REACTION_TITLES = "project.reactions.TITLES"

# --- Outside services -------------------------------------------------------------------------------------------------

CREDENTIALS: Any = env.Credentials()
# Names of folders in payments/providers/, in the order the bot offers them.
PAYMENT_PROVIDERS = env.words("PAYMENT_PROVIDERS", "oneplat")
BOT_MODE = env.text("BOT_MODE", "polling")
SUPPORT_URL = env.text("SUPPORT_URL", "")
TERMS_URL = env.text("TERMS_URL", "")
STAFF_CHAT_ID = env.text("STAFF_CHAT_ID", "")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
SANDBOX = False
SANDBOX_URL = ""
SANDBOX_STATE: Path | None = None
CLOCK_OFFSET_FILE: Path | None = None

CALLBACK_MAX_BYTES = 64 * 1024
OUTBOX_LEASE_SECONDS = env.number("OUTBOX_LEASE_SECONDS", 60)

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Русский")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Europe/Moscow")

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / ".local" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Staff sign-in ----------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
ADMIN_REQUIRE_2FA = env.flag("ADMIN_REQUIRE_2FA", default=False)

LOGGING_CONFIG = "project.logs.configure"
LOGGING: dict[str, Any] = {"version": 1}  # not empty, else Django calls no LOGGING_CONFIG
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOG_FORMAT = env.text("LOG_FORMAT", "json")
