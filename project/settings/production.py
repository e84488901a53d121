"""A real installation: nothing has a default that could be unsafe."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from project import env
from project.settings.base import *  # noqa: F403
from project.settings.base import PUBLIC_URL

if env.flag("SANDBOX", default=False):
    raise ImproperlyConfigured("SANDBOX is for local settings; production talks to real services.")

SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set the environment variable ALLOWED_HOSTS, e.g. shop.example.com.")
env.text("DATABASE_URL")
env.text("REDIS_URL")
env.text("PUBLIC_URL")

CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
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
LOG_FORMAT = env.text("LOG_FORMAT", "json")
