"""Asking a provider how it is, with what only a call can tell; the answers are kept for the page."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.skew import watching
from payments.models import ProviderState
from payments.provider import ChecksCredentials, NamesLimits, PaymentProvider
from payments.services import provider_states
from payments.services.self_test import run_self_test


def examine(provider: PaymentProvider) -> ProviderState:
    """Its keys, its clock, its limits, and one call to ourselves; takes as long as they take to answer.

    Nothing is raised: what failed is part of the findings. They are plain JSON: account, skew, limits, self_test.
    """
    found: dict[str, Any] = {}
    with watching(wall_clock) as seen:
        if not provider.missing(settings.CREDENTIALS):
            found["account"] = _account(provider)
            found["limits"] = _limits(provider)
    if seen:
        found["skew"] = seen[-1]
    test = run_self_test(provider)
    found["self_test"] = {
        "url": test.url,
        "signed": test.signed,
        "passed": test.passed,
        "status": test.answer.status,
        "milliseconds": test.answer.milliseconds,
        "text": test.answer.text or test.answer.error,
        "address": test.address,
        "outside": test.address_is_outside,
        "verdict": test.verdict,
    }
    state = provider_states.state_of(provider.slug)
    state.examination, state.examined_at = found, wall_clock()
    state.save(update_fields=["examination", "examined_at"])
    return state


def _account(provider: PaymentProvider) -> dict[str, Any]:
    """`ok` is empty where its API has no harmless call to ask by."""
    if not isinstance(provider, ChecksCredentials):
        return {"ok": None, "said": ""}
    try:
        return {"ok": True, "said": provider.whoami()}
    except IntegrationError as error:
        return {"ok": False, "said": str(error)}


def _limits(provider: PaymentProvider) -> list[list[str]]:
    if not isinstance(provider, NamesLimits):
        return []
    try:
        limits = provider.limits()
    except IntegrationError as error:
        return [["", str(error)]]
    return [
        [method.value, f"{limit.minimum} – {limit.maximum}"] for method, limit in limits.items()
    ]
