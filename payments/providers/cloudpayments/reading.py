"""An operation as CloudPayments' API answers with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.errors import ServiceUnreachable
from integrations.foreign import Unreadable
from payments.provider import ProviderEvent
from payments.providers.cloudpayments import bodies, operations
from payments.providers.cloudpayments.client import SERVICE


def unreadable(field: object) -> ServiceUnreachable:
    return ServiceUnreachable(f"{SERVICE}'s answer has no readable {field}", service=SERVICE)


def operation_told(model: Mapping[str, Any]) -> ProviderEvent:
    """What it says. Raises ServiceUnreachable where it cannot be read."""
    try:
        return operations.told(bodies.texts(model))
    except Unreadable as error:
        raise unreadable(error) from None
