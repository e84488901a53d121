"""Leads in the partner's own Telegram: switched on by a link of a quarter of an hour, switched off here or there."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from integrations.errors import IntegrationError
from integrations.telegram.names import start_address
from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.services import chats


@require_POST
@for_partner
def on(request: HttpRequest, visit: Visit) -> Answer:
    """Shows the link once: it stands on this page and nowhere else."""
    try:
        address = start_address(chats.new_link(visit.partner))
    except IntegrationError:
        visit.say(_("Telegram не отвечает. Попробуйте через минуту."), kind="bad")
        return redirect("partners:cabinet-leads")
    minutes = int(chats.LASTS.total_seconds() // 60)
    context = {"address": address, "minutes": minutes}
    return page(request, visit, "cabinet/telegram.html", context)


@require_POST
@for_partner
def off(request: HttpRequest, visit: Visit, number: int) -> Answer:
    if chats.switch_off(visit.partner, number):
        visit.say(_("Обращения в этот чат больше не приходят."))
    return redirect("partners:cabinet-leads")
