"""Who followed which link of a mailing: each recipient counts once."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from bot.models import MailingClick, MailingLink, Recipient
from integrations.clock import now


def follow(token: str, number: int, *, counts: bool) -> str | None:
    """The address behind a counted link; None where there is none. Only stored addresses are led to."""
    recipient = Recipient.objects.filter(click_token=token).only("pk", "mailing_id").first()
    if recipient is None:
        return None
    link = MailingLink.objects.filter(mailing=recipient.mailing_id, number=number).first()
    if link is None:
        return None
    if counts:
        _count(recipient, link)
    return link.url


def _count(recipient: Recipient, link: MailingLink) -> None:
    """The recipient's row is locked, so that two presses at once are one."""
    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=recipient.pk)
        _click, is_first = MailingClick.objects.get_or_create(recipient=recipient, link=link)
        if not is_first:
            return
        Recipient.objects.filter(pk=recipient.pk, clicked_at=None).update(clicked_at=now())
        MailingLink.objects.filter(pk=link.pk).update(clicks=F("clicks") + 1)
