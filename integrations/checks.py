"""Start-up checks of the outside services. Each names the variable that is missing or contradicts another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from integrations.umnico import widget

BOT_MODES = ("polling", "webhook")
BOT_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{10,}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what Telegram takes as secret_token
ADDRESS_SECRET = re.compile(r"[A-Za-z0-9._~-]{1,256}")
NAMES = (
    "BOT_TOKEN",
    "BOT_WEBHOOK_SECRET",
    "TELEGRAM_API_URL",
    "REMNAWAVE_BASE_URL",
    "REMNAWAVE_API_TOKEN",
    "REMNAWAVE_VERSION",
    "DEFAULT_SQUAD_UUID",
    "FNS_BASE_URL",
    "FNS_API_KEY",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "IMAP_HOST",
    "IMAP_PORT",
    "IMAP_USER",
    "IMAP_PASSWORD",
    "IMAP_FOLDER",
    "TILDA_WEBHOOK_KEY_NAME",
    "TILDA_WEBHOOK_SECRET",
    "TILDA_BASE_URL",
    "TILDA_PUBLIC_KEY",
    "TILDA_SECRET_KEY",
    "UMNICO_API_KEY",
    "UMNICO_BASE_URL",
    "UMNICO_WEBHOOK_SECRET",
    "PROTALK_BASE_URL",
    "PROTALK_CLIENT_BOT_ID",
    "PROTALK_CLIENT_BOT_TOKEN",
    "PROTALK_PARTNER_BOT_ID",
    "PROTALK_PARTNER_BOT_TOKEN",
    "PROTALK_WEBHOOK_SECRET",
    "FLEXBE_BASE_URL",
    "FLEXBE_SITES",
    "FLEXBE_API_KEY",
    "FLEXBE_WEBHOOK_SECRET",
)


def check_bot(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    token = settings.CREDENTIALS.get("BOT_TOKEN", "")
    if not token:
        found.append(
            Error(
                "BOT_TOKEN is not set: the bot cannot start.",
                hint="Take it from @BotFather.",
                id="integrations.E001",
            )
        )
    elif not BOT_TOKEN.fullmatch(token):
        found.append(
            Error(
                "BOT_TOKEN is not a bot token.",
                hint="It is a number, a colon and some 35 characters, e.g. 123456789:AA…",
                id="integrations.E002",
            )
        )
    if settings.BOT_MODE not in BOT_MODES:
        found.append(
            Error(
                f"BOT_MODE must be {' or '.join(BOT_MODES)}, not {settings.BOT_MODE!r}.",
                id="integrations.E003",
            )
        )
    if settings.BOT_MODE == "webhook":
        found += _webhook()
    return found


def _webhook() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    secret = settings.CREDENTIALS.get("BOT_WEBHOOK_SECRET", "")
    if not WEBHOOK_SECRET.fullmatch(secret):
        found.append(
            Error(
                "BOT_MODE=webhook needs BOT_WEBHOOK_SECRET: up to 256 of A-Z, a-z, 0-9, _ and -.",
                hint="Without it anybody could speak to the bot in Telegram's name.",
                id="integrations.E004",
            )
        )
    if urlsplit(settings.PUBLIC_URL).scheme != "https" and not settings.SANDBOX:
        found.append(
            Error(
                "BOT_MODE=webhook needs an https:// PUBLIC_URL: Telegram calls no other.",
                hint="Or set BOT_MODE=polling, which needs no public address.",
                id="integrations.E005",
            )
        )
    return found


def check_panel(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is not set: nobody who pays would get access.",
            hint="The address of the Remnawave panel, and an API token made in its settings.",
            id="integrations.E006",
        )
        for name in ("REMNAWAVE_BASE_URL", "REMNAWAVE_API_TOKEN")
        if not settings.CREDENTIALS.get(name)
    ]


def check_fns(**_: Any) -> list[CheckMessage]:
    if settings.CREDENTIALS.get("FNS_API_KEY"):
        return []
    return [
        CheckWarning(
            "FNS_API_KEY is not set: applications of partners are checked by people alone.",
            hint="The key of the cabinet at api-fns.ru.",
            id="integrations.W001",
        )
    ]


def check_umnico(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    credentials = settings.CREDENTIALS
    if credentials.get("UMNICO_API_KEY") and not credentials.get("UMNICO_WEBHOOK_SECRET"):
        found.append(
            CheckWarning(
                "UMNICO_WEBHOOK_SECRET is not set: Umnico's messages do not reach us.",
                hint="20 random characters or more; the address with it is registered by itself.",
                id="integrations.W002",
            )
        )
    secret = credentials.get("UMNICO_WEBHOOK_SECRET") or "-"
    if not ADDRESS_SECRET.fullmatch(secret):
        found.append(
            Error(
                "UMNICO_WEBHOOK_SECRET may hold A-Z, a-z, 0-9, -, _, . and ~ only.",
                hint="It is the last part of an address.",
                id="integrations.E007",
            )
        )
    if settings.UMNICO_WIDGET_TOKEN and not widget.token():
        found.append(
            CheckWarning(
                "UMNICO_WIDGET_TOKEN is not 32 hexadecimal digits: the chat is not shown.",
                hint="Copy umnicoWidgetHash from the code that Umnico shows for its widget.",
                id="integrations.W003",
            )
        )
    return found


def check_values(**_: Any) -> list[CheckMessage]:
    return malformed(NAMES, settings.CREDENTIALS, app="integrations")


def malformed(
    names: Iterable[str], credentials: Mapping[str, str], *, app: str
) -> list[CheckMessage]:
    """White space inside a credential, and addresses that are none. Values are never shown."""
    found: list[CheckMessage] = []
    for name in names:
        value = credentials.get(name, "")
        if re.search(r"\s", value.strip()):
            found.append(
                Error(
                    f"{name} contains white space.",
                    hint="Copy it again: a space or a line break inside is never part of a key.",
                    id=f"{app}.E010",
                )
            )
        elif name.endswith("_URL") and value and not is_address(value):
            found.append(Error(f"{name} must begin with https:// or http://.", id=f"{app}.E011"))
    return found


def is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)
