"""The way out of mailings: by the link of a letter, by a mail program's own button, by the button under a broadcast."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.models import Recipient
from integrations.clock import now
from integrations.services import consents

log = structlog.get_logger(__name__)


def find(token: str) -> Recipient | None:
    """Whose secret this is."""
    return Recipient.objects.select_related("mailing").filter(unsubscribe_token=token).first()


def unsubscribe(recipient: Recipient, *, by: consents.Withdrawal) -> None:
    """No more mailings to this address. Saying it twice changes nothing."""
    with transaction.atomic():
        Recipient.objects.filter(pk=recipient.pk, unsubscribed_at=None).update(
            unsubscribed_at=now()
        )
        consents.withdraw(channel=channel_of(recipient), address=recipient.address, by=by)
    recipient.refresh_from_db()
    log.info("mailing.unsubscribed", mailing=recipient.mailing_id, by=str(by))


def subscribe_again(recipient: Recipient, *, remote_addr: str | None = None) -> None:
    """Changed his mind on the page that said goodbye."""
    with override(recipient.language):
        wording = wish_again()
    with transaction.atomic():
        Recipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=None)
        consents.give(
            channel=channel_of(recipient),
            address=recipient.address,
            source=consents.Source.FORM,
            wording=wording,
            remote_addr=remote_addr,
        )
    recipient.refresh_from_db()


def is_subscribed(recipient: Recipient) -> bool:
    return consents.has_consent(channel_of(recipient), recipient.address)


def channel_of(recipient: Recipient) -> consents.Channel:
    return consents.Channel(recipient.mailing.channel)


def wish_again() -> str:
    """What the button says, and so what is agreed to."""
    return _("Снова получать новости")
