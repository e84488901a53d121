"""Whether a client opened a card: a moment and a number, and nothing of who he is."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from integrations.clock import now
from partners.models import SentCard


def opened(token: str, *, counts: bool) -> SentCard | None:
    """The card with this link; `counts`: a person has opened it, and the first time stays."""
    card = (
        SentCard.objects.select_related("offer__partner", "offer__lead").filter(token=token).first()
    )
    if card is not None and counts:
        SentCard.objects.filter(pk=card.pk).update(
            opens=F("opens") + 1, opened_at=Coalesce("opened_at", Value(now()))
        )
    return card
