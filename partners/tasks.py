"""Partners' work in the background. Every task runs on the queue `messages`."""

from __future__ import annotations

from celery import shared_task

from partners.services import allowances, leads, sign_in


@shared_task(name="partners.sweep_sign_in")
def sweep_sign_in() -> int:
    return sign_in.sweep()


@shared_task(name="partners.miss_unanswered")
def miss_unanswered() -> int:
    return leads.miss_unanswered()


@shared_task(name="partners.sweep_allowances")
def sweep_allowances() -> int:
    return allowances.sweep()
