"""Start-up checks of what is sold and who takes the money."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from integrations.checks import malformed
from payments.abilities import PaidByStatement
from payments.provider import PaymentProvider
from payments.registry import get_provider, known_slugs


def check_providers(**_: Any) -> list[CheckMessage]:
    """Every slug of PAYMENT_PROVIDERS is a folder, stands once, and has its credentials."""
    slugs = settings.PAYMENT_PROVIDERS
    if not slugs:
        return [CheckWarning("PAYMENT_PROVIDERS is empty: nobody can pay.", id="payments.W001")]
    found: list[CheckMessage] = []
    for slug in dict.fromkeys(slugs):
        if slug not in known_slugs():
            found.append(
                Error(
                    f"PAYMENT_PROVIDERS names {slug!r}, which is no payment provider here.",
                    hint=f"Known: {', '.join(known_slugs())}.",
                    id="payments.E001",
                )
            )
            continue
        if slugs.count(slug) > 1:
            found.append(Error(f"PAYMENT_PROVIDERS names {slug!r} twice.", id="payments.E002"))
        found += _credentials(slug)
    return found


def _credentials(slug: str) -> list[CheckMessage]:
    provider = get_provider(slug)
    found: list[CheckMessage] = [
        Error(
            f"{name} is not set, but PAYMENT_PROVIDERS switches {slug} on.",
            hint=f"Set it, or take {slug} out of PAYMENT_PROVIDERS. Its callbacks are refused meanwhile.",
            id="payments.E003",
        )
        for name in provider.missing(settings.CREDENTIALS)
    ]
    names = (*provider.required_env, *provider.optional_env)
    return found + malformed(names, settings.CREDENTIALS, app="payments")


def check_rules(**_: Any) -> list[CheckMessage]:
    """Bonuses are days to give, never to take."""
    return [
        Error(
            f"{name} must not be negative (it is {getattr(settings, name)}).",
            hint="0 switches the bonus off.",
            id="payments.E004",
        )
        for name in ("REFERRAL_DAYS", "TRIAL_DAYS", "BONUS_CHANNEL_DAYS")
        if getattr(settings, name) < 0
    ]


def check_polling(**_: Any) -> list[CheckMessage]:
    """A misspelt provider in RECONCILE_ACTIVATES would quietly wait for calls."""
    known = {*known_slugs(), "none"}
    return [
        CheckWarning(
            f"RECONCILE_ACTIVATES names {slug!r}, which is no payment provider here.",
            hint=f"Known: {', '.join(known_slugs())}, or none.",
            id="payments.W002",
        )
        for slug in settings.RECONCILE_ACTIVATES
        if slug not in known
    ]


# What a bank refuses a payment order for: the digits of each requisite.
REQUISITES = {
    "SELLER_INN": r"[0-9]{10}|[0-9]{12}",
    "SELLER_KPP": r"[0-9]{9}",
    "SELLER_BIK": r"[0-9]{9}",
    "SELLER_ACCOUNT": r"[0-9]{20}",
    "SELLER_CORR_ACCOUNT": r"[0-9]{20}",
    "SELLER_VAT": r"[0-9]{1,2}",
    "SELLER_INVOICE_DAYS": r"[1-9][0-9]?",
}


def check_seller(**_: Any) -> list[CheckMessage]:
    """Requisites that would be printed on invoices and come back from a bank."""
    if not any(isinstance(one, PaidByStatement) for one in all_known()):
        return []
    return [
        Error(
            f"{name} does not look like one.",
            hint=f"Expected: {pattern}, digits only.",
            id="payments.E005",
        )
        for name, pattern in REQUISITES.items()
        if (value := settings.CREDENTIALS.get(name)) and not re.fullmatch(pattern, value.strip())
    ]


def all_known() -> list[PaymentProvider]:
    """Every provider that is switched on and exists: a misspelt one is named by `check_providers`."""
    return [get_provider(slug) for slug in settings.PAYMENT_PROVIDERS if slug in known_slugs()]
