"""Start-up checks of e-mail: a mailbox described by halves, a sender no server takes, caps that contradict."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from integrations.mail.addresses import NotAnAddress, sender

NEEDED = ("SMTP_HOST", "SMTP_USER", "SMTP_PASSWORD")


def check_mail(**_: Any) -> list[CheckMessage]:
    given = {name: settings.CREDENTIALS.get(name, "") for name in NEEDED}
    given["EMAIL_FROM"] = settings.EMAIL_FROM
    missing = [name for name, value in given.items() if not value]
    found: list[CheckMessage] = []
    if missing and len(missing) < len(given) and settings.CREDENTIALS.get("SMTP_HOST"):
        found.append(
            CheckWarning(
                f"{', '.join(missing)} not set: no letter leaves.",
                hint="Set all of SMTP_HOST, SMTP_USER, SMTP_PASSWORD and EMAIL_FROM, or none.",
                id="integrations.W020",
            )
        )
    return [*found, *_sender(), *_ports(), *_caps()]


def _sender() -> list[CheckMessage]:
    if not settings.EMAIL_FROM:
        return []
    try:
        sender(settings.EMAIL_FROM)
    except NotAnAddress:
        return [
            Error(
                "EMAIL_FROM is no address that could send.",
                hint="Shop <shop@example.com>: the part before @ in Latin letters, a domain may be Cyrillic.",
                id="integrations.E020",
            )
        ]
    return []


def _ports() -> list[CheckMessage]:
    return [
        Error(f"{name} must be a number.", id="integrations.E021")
        for name in ("SMTP_PORT", "IMAP_PORT")
        if (port := settings.CREDENTIALS.get(name, "")) and not port.isdecimal()
    ]


def _caps() -> list[CheckMessage]:
    caps = {
        name: getattr(settings, name) for name in ("MAIL_A_DAY", "MAIL_A_MINUTE", "MAIL_BULK_A_DAY")
    }
    found: list[CheckMessage] = [
        Error(f"{name} must not be negative; 0 is no cap.", id="integrations.E022")
        for name, cap in caps.items()
        if cap < 0
    ]
    if caps["MAIL_A_DAY"] > 0 and not 0 < caps["MAIL_BULK_A_DAY"] < caps["MAIL_A_DAY"]:
        found.append(
            CheckWarning(
                "MAIL_BULK_A_DAY leaves no room in MAIL_A_DAY: mailings may hold up what people wait for.",
                hint="MAIL_BULK_A_DAY=300 with MAIL_A_DAY=400 leaves a hundred letters.",
                id="integrations.W021",
            )
        )
    return found
