"""Start-up checks of the installation itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.db import connections
from django.http.request import validate_host

from integrations.checks import is_address
from partners.services.framing import frame_ancestor

SECRET_KEY_LENGTH = 50
SECRET_KEY_SYMBOLS = 5  # different ones; "aaaa…" has one
LOG_FORMATS = ("json", "console")
# What a callback's COMMIT must mean: the row is on the disk before the provider hears 200.
DURABLE = {
    "fsync": frozenset({"on"}),
    "full_page_writes": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "local", "remote_write", "remote_apply"}),
}


def check_secret_key(**_: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SECRET_KEY_LENGTH and len(set(key)) >= SECRET_KEY_SYMBOLS:
        return []
    return [
        Error(
            f"SECRET_KEY is weak: it needs {SECRET_KEY_LENGTH} random characters.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="project.E001",
        )
    ]


def check_public_url(**_: Any) -> list[CheckMessage]:
    """Links and callbacks name PUBLIC_URL; requests to its host must be let in by ALLOWED_HOSTS."""
    if not is_address(settings.PUBLIC_URL):
        return [
            Error("PUBLIC_URL must be an address like https://shop.example.com.", id="project.E002")
        ]
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    ascii_host = punycode(host)
    found: list[CheckMessage] = []
    if host != ascii_host:
        found.append(
            Error(
                f"PUBLIC_URL names the host {host}: write it as {ascii_host}.",
                hint="Browsers and providers send the ASCII form, and only it is compared.",
                id="project.E003",
            )
        )
    found += [
        Error(
            f"ALLOWED_HOSTS contains {name}: write it as {punycode(name)}.",
            hint="Browsers send the ASCII form.",
            id="project.E004",
        )
        for name in settings.ALLOWED_HOSTS
        if name != punycode(name)
    ]
    if not validate_host(ascii_host, [punycode(name) for name in settings.ALLOWED_HOSTS]):
        found.append(
            Error(
                f"ALLOWED_HOSTS does not let in {ascii_host}, the host of PUBLIC_URL.",
                hint=f"ALLOWED_HOSTS={ascii_host}",
                id="project.E005",
            )
        )
    return found


def punycode(host: str) -> str:
    """The host as it travels in a request; unchanged where it cannot be encoded."""
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host


def check_proxies(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"TRUSTED_PROXIES contains {proxy!r}, which is no address or network.",
            hint="TRUSTED_PROXIES=127.0.0.1,172.16.0.0/12",
            id="project.E006",
        )
        for proxy in settings.TRUSTED_PROXIES
        if not _is_network(proxy)
    ]


def check_embed_hosts(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"EMBED_HOSTS contains {host!r}, which is no site.",
            hint="EMBED_HOSTS=example.tilda.ws,*.example.com",
            id="project.E012",
        )
        for host in settings.EMBED_HOSTS
        if not frame_ancestor(host)
    ]


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def check_logs(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.LOG_FORMAT not in LOG_FORMATS:
        found.append(Error(f"LOG_FORMAT must be {' or '.join(LOG_FORMATS)}.", id="project.E007"))
    if settings.LOG_LEVEL not in logging.getLevelNamesMapping():
        found.append(Error("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.", id="project.E008"))
    return found


def check_pooler(**_: Any) -> list[CheckMessage]:
    """What only one session may do must have an address where it gets one."""
    place = settings.DATABASES["default"]
    is_supabase = str(place.get("HOST", "")).endswith(".pooler.supabase.com")
    if is_supabase and str(place.get("PORT")) == "6543" and not settings.DB_POOLER:
        return [
            Error(
                "DATABASE_URL leads to a pooler that hands connections on after each transaction.",
                hint="DB_POOLER=true, and DATABASE_SESSION_URL with port 5432.",
                id="project.E013",
            )
        ]
    if not settings.DB_POOLER or settings.DATABASE_SESSION is not None:
        return []
    if settings.BOT_MODE == "polling":
        return [
            Error(
                "Behind a pooler nobody knows which bot has the turn to poll.",
                hint="DATABASE_SESSION_URL with the database's own address, or BOT_MODE=webhook.",
                id="project.E014",
            )
        ]
    return [
        CheckWarning(
            "DB_POOLER is on and DATABASE_SESSION_URL is empty: migrations and backups would pass the pooler.",
            hint="DATABASE_SESSION_URL with the database's own address.",
            id="project.W002",
        )
    ]


def check_production(**_: Any) -> list[CheckMessage]:
    """Only with --deploy: what a sandbox may do and a shop may not."""
    found: list[CheckMessage] = []
    if settings.SANDBOX:
        found.append(
            Error(
                "SANDBOX is on: payments would be invented.",
                hint="DJANGO_SETTINGS_MODULE=project.settings.production",
                id="project.E009",
            )
        )
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        found.append(Error("PUBLIC_URL must begin with https:// in production.", id="project.E010"))
    if not settings.ADMIN_REQUIRE_2FA:
        found.append(
            CheckWarning(
                "ADMIN_REQUIRE_2FA is off: a staff password alone opens everything.",
                id="project.W001",
            )
        )
    return found


def check_durability(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Only with --deploy --database: a server that may forget what it confirmed loses payments in a power cut."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            for setting, accepted in DURABLE.items():
                cursor.execute("SELECT current_setting(%s)", [setting])
                value = cursor.fetchone()[0]
                if value not in accepted:
                    found.append(
                        Error(
                            f"PostgreSQL's {setting} is {value} for the role of DATABASE_URL.",
                            hint=f"ALTER SYSTEM SET {setting} = on; or ALTER ROLE … RESET {setting};",
                            id="project.E011",
                        )
                    )
    return found
