"""A payment as YooKassa's API answers with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.foreign import Unreadable
from payments.provider import ProviderEvent, Trust
from payments.providers.yookassa import objects
from payments.providers.yookassa.client import undocumented


def payment_told(payment: Mapping[str, Any]) -> ProviderEvent:
    """What it says. Raises ServiceUnreachable where it cannot be read."""
    try:
        return objects.payment_event(payment, trust=Trust.SIGNED)
    except Unreadable as error:
        raise undocumented(str(error)) from None
