from __future__ import annotations

from django.conf import settings

from integrations.errors import IntegrationError
from integrations.remnawave.client import get_panel
from integrations.telegram.client import get_bot_api
from project.doctor.findings import Finding, failed, fine


def panel() -> list[Finding]:
    try:
        return [fine("Panel", f"version {get_panel().health()}")]
    except IntegrationError as error:
        hint = "" if error.retryable else "Check REMNAWAVE_BASE_URL and REMNAWAVE_API_TOKEN."
        return [failed("Panel", str(error), hint)]


def telegram() -> list[Finding]:
    try:
        bot = get_bot_api().get_me()
    except IntegrationError as error:
        return [failed("Bot", str(error), "" if error.retryable else "Check BOT_TOKEN.")]
    return [fine("Bot", f"@{bot.username}, {settings.BOT_MODE}")]
