"""Partners' work in the background. Every task runs on the queue `messages`."""

from __future__ import annotations

from celery import shared_task

from integrations.wakeups import awake
from partners.services import (
    allowances,
    dialogue,
    draining,
    fetching,
    leads,
    search,
    sign_in,
    verification,
)
from partners.services.channels import umnico_webhook
from partners.services.look import refresh


@shared_task(name="partners.sweep_sign_in")
def sweep_sign_in() -> int:
    return sign_in.sweep()


@shared_task(name="partners.miss_unanswered")
def miss_unanswered() -> int:
    return leads.miss_unanswered()


@shared_task(name="partners.ask_ratings")
def ask_ratings() -> int:
    return dialogue.ask_due()


@shared_task(name="partners.sweep_allowances")
def sweep_allowances() -> int:
    return allowances.sweep()


@shared_task(name=verification.CHECK)
def check_due() -> int:
    awake(verification.CHECK)
    return verification.check_due()


@shared_task(name=verification.RECHECK)
def recheck_due() -> int:
    awake(verification.RECHECK)
    return verification.recheck_due()


@shared_task(name=draining.DRAIN)
def apply_calls() -> int:
    awake(draining.DRAIN)
    return draining.apply_calls()


@shared_task(name=fetching.FETCH)
def fetch_documents() -> int:
    awake(fetching.FETCH)
    return fetching.fetch_documents()


@shared_task(name=refresh.REFRESH)
def refresh_look() -> int:
    awake(refresh.REFRESH)
    return refresh.refresh_due()


@shared_task(name="partners.refresh_search")
def refresh_search() -> int:
    """After somebody renamed a word of the lists; everything else refreshes its own partner at once."""
    return search.refresh_all()


@shared_task(name="partners.keep_webhooks")
def keep_webhooks() -> str:
    """Umnico may switch off an address that kept failing; returns what was found."""
    return umnico_webhook.keep().value
