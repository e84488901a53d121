"""News for staff of a reconciliation that found something."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from bot.keyboards import keyboard, link
from bot.messenger import Letter, WhenUnsure, send_once
from bot.models import Message
from bot.rendering import Screen, render
from payments.models import ReconciliationRun
from payments.registry import provider_label
from payments.services.reconciliation.subjects import PANEL

TEMPLATE = "reconciliation"


def staff_reconciliation(*, run_id: int) -> None:
    """Needs a person: better twice than never. Not said any more once everything in it is explained."""
    run = ReconciliationRun.objects.get(pk=run_id)
    count = run.open_lines.count()
    if not settings.STAFF_CHAT_ID or not count:
        return
    with override(settings.LANGUAGE_CODE):
        subject = _("Панель") if run.subject == PANEL else provider_label(run.subject)
        address = f"{settings.PUBLIC_URL}/admin/payments/reconciliationrun/{run.pk}/change/"
        screen = Screen(
            text=render(f"staff/{TEMPLATE}", run=run, subject=subject, count=count),
            keyboard=keyboard([link(_("Открыть в админке"), address)]),
        )
    send_once(
        Letter(
            key=f"staff:reconciliation:{run_id}",
            kind=Message.Kind.STAFF,
            chat_id=int(settings.STAFF_CHAT_ID),
            screen=screen,
            when_unsure=WhenUnsure.REPEAT,
        )
    )
