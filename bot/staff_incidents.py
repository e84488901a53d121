"""One notice per kind of exception and five minutes: what comes after it only raises its counter."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.keyboards import keyboard, link
from bot.messenger import Letter, WhenUnsure, edit, send_once
from bot.models import Message
from bot.rendering import Screen, render
from integrations.telegram.errors import ChatUnavailable, MessageGone
from payments.formats import money
from payments.models import Incident

WINDOW = timedelta(minutes=5)


def staff_incident(*, incident_id: int) -> None:
    """Needs a person: better twice than never. The notice stands already: an edit rings no bell and floods nobody."""
    if not settings.STAFF_CHAT_ID:
        return
    incident = Incident.objects.select_related("payment__plan", "customer").get(pk=incident_id)
    window = int(incident.opened_at.timestamp() // WINDOW.total_seconds())
    letter = Letter(
        key=f"staff:incident:{incident.kind}:{window}",
        kind=Message.Kind.STAFF,
        chat_id=int(settings.STAFF_CHAT_ID),
        screen=_notice(incident),
        when_unsure=WhenUnsure.REPEAT,
        payment=incident.payment,
    )
    stands = Message.objects.filter(key=letter.key, state=Message.State.SENT).first()
    if stands is None:
        send_once(letter)
    elif stands.message_id is not None:
        _raise_counter(stands, letter.screen)


def _raise_counter(stands: Message, screen: Screen) -> None:
    try:
        edit(chat_id=stands.chat_id, message_id=int(stands.message_id or 0), screen=screen)
    except (MessageGone, ChatUnavailable):
        # Somebody has cleared the chat; the queue in the admin has every case.
        Message.objects.filter(pk=stands.pk).update(message_id=None)


def _notice(incident: Incident) -> Screen:
    """In the installation's own language; no link and no requisites, only where to look."""
    alike = Incident.objects.filter(kind=incident.kind)
    with override(settings.LANGUAGE_CODE):
        payment = incident.payment
        amount = incident.amount
        return Screen(
            text=render(
                "staff/incident",
                incident=incident,
                payment=payment,
                came=money(amount, incident.currency) if amount is not None else "",
                ordered=money(payment.amount, payment.currency) if payment else "",
                recent=alike.filter(opened_at__gt=incident.opened_at - WINDOW).count(),
                waiting=alike.filter(status=Incident.Status.OPEN).count(),
            ),
            keyboard=keyboard([link(_("Открыть в админке"), _address(incident))]),
        )


def _address(incident: Incident) -> str:
    return f"{settings.PUBLIC_URL}/admin/payments/incident/{incident.pk}/change/"
