"""A real installation: nothing has a default that could be unsafe, and what is missing is named."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from project import env, sentry
from project.settings.base import *  # noqa: F403
from project.settings.base import PUBLIC_URL, RELEASE

for only_local in ("SANDBOX", "DEBUG"):
    if env.flag(only_local, default=False):
        raise ImproperlyConfigured(
            f"{only_local} is for local settings; take it out of the environment."
        )
for needed in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ALLOWED_HOSTS"):
    env.text(needed)

CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Written by the proxy in front of granian, which must overwrite what a client sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
ADMIN_REQUIRE_2FA = env.flag("ADMIN_REQUIRE_2FA", default=True)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if dsn := env.text("SENTRY_DSN", ""):
    sentry.start(dsn, release=RELEASE)
