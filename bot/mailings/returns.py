"""A letter of a mailing came back: its recipient did not get it after all."""

from __future__ import annotations

from bot.models import Recipient

State = Recipient.State
SENT = (State.SENT, State.UNCLEAR)


def letter_returned(*, message_id: str, address: str, is_hard: bool) -> None:
    """Reaction to `mail.bounced`. The report names our letter; a letter that is none of a mailing's changes nothing."""
    if not message_id:
        return
    reason = "5xx" if is_hard else "4xx"
    Recipient.objects.filter(message_id=message_id, state__in=SENT).update(
        state=State.BOUNCED, error=f"returned by {address} ({reason})"[:300]
    )
