"""The suite's settings with a Telegram and a mail server of the test's own, for workers in processes of their own."""

from __future__ import annotations

import os

from project.settings.test import *  # noqa: F403
from project.settings.test import CREDENTIALS

CREDENTIALS = {
    **CREDENTIALS,
    "TELEGRAM_API_URL": os.environ.get("TEST_TELEGRAM_URL", ""),
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": os.environ.get("TEST_SMTP_PORT", "9"),
    "SMTP_USER": "shop@provodnik.example",
    "SMTP_PASSWORD": "mail-password-of-the-tests",
}
EMAIL_FROM = "shop@provodnik.example"
TELEGRAM_A_SECOND = int(os.environ.get("TEST_TELEGRAM_A_SECOND", "30"))
TELEGRAM_BULK_A_SECOND = TELEGRAM_A_SECOND * 5 // 6
MAIL_A_DAY = MAIL_A_MINUTE = MAIL_BULK_A_DAY = 0
