"""Money of an unknown payer and the payment that a person has found for it."""

from __future__ import annotations

from dataclasses import replace

from payments.models import Incident, Payment
from payments.provider import ProviderEvent
from payments.services.incidents import LONGEST_KEY


def unknown_payer_key(source: str, event: ProviderEvent) -> str:
    """The same money told of twice is one finding."""
    name = event.external_id or event.reference or event.event_id
    return f"unknown:{source}:{name}:{event.operation}"[:LONGEST_KEY]


def linked(source: str, event: ProviderEvent) -> tuple[ProviderEvent, Payment] | None:
    """The payment this money was linked to by a person, and the event as that payment's own; None where it was not.

    What the provider calls the order is left out: it is another order's name.
    """
    incident = (
        Incident.objects.filter(key=unknown_payer_key(source, event), payment__isnull=False)
        .select_related("payment")
        .first()
    )
    if incident is None or incident.payment is None:
        return None
    operation = event.operation or event.external_id or event.reference
    return replace(event, reference="", external_id="", operation=operation), incident.payment
