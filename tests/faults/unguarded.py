"""Workers of mailings without one of their guards, for the controls: loaded by `celery -I`, never by the product."""

from __future__ import annotations

import os
from typing import Any

from bot.mailings import claims, sending
from bot.models import Recipient
from integrations.telegram import pace

WITHOUT = os.environ.get("WITHOUT_GUARD", "")


def own_bucket() -> None:
    """Each worker believes that the whole limit is its own."""
    shared = pace.Pace.__init__

    def alone(self: pace.Pace, bot: str) -> None:
        shared(self, f"{bot}:{os.getpid()}")

    pace.Pace.__init__ = alone  # type: ignore[method-assign]


def no_claim() -> None:
    """Whoever sees a waiting row sends it."""

    def reserve(mailing: Any, count: int) -> list[Recipient]:
        rows = Recipient.objects.filter(mailing=mailing, state=claims.State.WAITING)
        found = list(rows.select_related("customer", "partner").order_by("pk")[:count])
        for row in found:
            row.mailing = mailing
        return found

    def begin(recipient: Recipient) -> bool:
        Recipient.objects.filter(pk=recipient.pk).update(state=claims.State.SENDING)
        return True

    sending.claims.reserve = reserve  # type: ignore[attr-defined]
    sending.claims.begin = begin  # type: ignore[attr-defined]


if WITHOUT == "bucket":
    own_bucket()
elif WITHOUT == "claim":
    no_claim()
