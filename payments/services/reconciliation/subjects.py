"""What can be reconciled: providers that list their payments, and the panel."""

from __future__ import annotations

from django.conf import settings

from payments.provider import ListsPayments
from payments.registry import ready_providers

PANEL = "panel"
PANEL_KEYS = ("REMNAWAVE_BASE_URL", "REMNAWAVE_API_TOKEN")


def subjects() -> list[str]:
    """Everything that can be asked for its list, in the owner's order; the panel last."""
    found = [one.slug for one in ready_providers() if isinstance(one, ListsPayments)]
    has_panel = all(settings.CREDENTIALS.get(name) for name in PANEL_KEYS)
    return [*found, PANEL] if has_panel else found
