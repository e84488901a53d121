"""The way back of channels that people write by."""

from __future__ import annotations

from django.conf import settings

from integrations.errors import IntegrationError
from integrations.flexbe.client import FlexbeOff, get_flexbe
from integrations.flexbe.source import sites_of
from integrations.protalk.client import ProTalkOff, Which, get_bot
from project.doctor.findings import Finding, failed, fine, warning

BOTS: tuple[tuple[Which, str], ...] = (("client", "Clients' bot"), ("partner", "Partners' bot"))


def protalk() -> list[Finding]:
    """Nothing is asked: every call of the API makes a bot think, which may cost money."""
    return [_bot(which, title) for which, title in BOTS]


def _bot(which: Which, title: str) -> Finding:
    try:
        get_bot(which)
    except ProTalkOff as off:
        return warning(title, f"{off}: its people get no answer", "Set it, or do without this bot.")
    return fine(title, f"has a token; to hear it: manage.py ask_protalk {which} …")


def flexbe() -> list[Finding]:
    credentials = settings.CREDENTIALS
    sites = sites_of(credentials.get("FLEXBE_SITES") or "")
    found = [fine("Sites", ", ".join(sorted(sites)))]
    if not sites:
        found = [warning("Sites", "any site that knows the secret", "List them in FLEXBE_SITES.")]
    if not credentials.get("FLEXBE_API_KEY"):
        return [*found, fine("API", "off: FLEXBE_API_KEY is not set")]
    domains = [""] if credentials.get("FLEXBE_BASE_URL") else [s for s in sites if "." in s]
    return [*found, *(_account(domain) for domain in sorted(domains) or [""])]


def _account(domain: str) -> Finding:
    title = f"API {domain}".strip()
    try:
        get_flexbe(domain).check()
    except FlexbeOff as off:
        return failed(title, str(off), "List the site's domain in FLEXBE_SITES.")
    except IntegrationError as error:
        hint = "" if error.retryable else "Check FLEXBE_API_KEY: the site's settings show it."
        return failed(title, str(error), hint)
    return fine(title, "the key is this site's")
