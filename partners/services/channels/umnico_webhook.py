"""Whether the services that tell us of messages still do: what was found is told to staff."""

from __future__ import annotations

from django.db import transaction

from integrations.clock import now
from integrations.services import outbox
from integrations.umnico import keeping
from integrations.umnico.client import KeyRefused
from integrations.umnico.keeping import State

KEY = "key"  # what is told where the service does not know our token any more


def keep() -> State:
    """Register our address anew where it is needed; returns what was found before. Raises IntegrationError."""
    try:
        found = keeping.keep()
    except KeyRefused:
        _tell(KEY, f"{now():%Y%m%d}")  # once a day, until somebody makes a new token
        raise
    if found in (State.OFF, State.MISSING):
        _tell(found.value, f"{now():%Y%m%d%H}")
    return found


@transaction.atomic
def _tell(what: str, window: str) -> None:
    event = f"umnico-webhook:{what}:{window}"
    outbox.publish("umnico.webhook", {"what": what, "event": event}, key=event)
