"""What becomes of a lead here, told to the site's own list in Flexbe.

Only where FLEXBE_API_KEY is set. The lead is looked up first: a call that came in by the webhook is not proof that
there is one, and what staff of the site have decided there is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from integrations.flexbe import client
from integrations.flexbe.client import FlexbeBusy, get_flexbe
from partners.models import Channel, Conversation, Lead, LeadOffer
from partners.services import allowances

CALLS_A_MINUTE = 90  # Flexbe allows 100
OURS = "Provodnik"


def tell_in_work(*, offer_id: int) -> None:
    """Reaction: the lead has been offered to partners. The first of its offers speaks for all."""
    offer = LeadOffer.objects.select_related("lead").get(pk=offer_id)
    if offer.rank == 1:
        count = offer.lead.offers.count()
        note = _("предложена партнёрам: %(count)s") % {"count": count}
        _tell(offer.lead, note, status=client.IN_WORK, where={client.NEW})


def tell_done(*, lead_id: int) -> None:
    """Reaction: the lead is closed."""
    lead = Lead.objects.get(pk=lead_id)
    _tell(lead, _("обращение закрыто"), status=client.DONE, where={client.NEW, client.IN_WORK})


def _tell(lead: Lead, note: str, *, status: str, where: Collection[str]) -> None:
    """Change the lead there, if its status is one of `where`. Raises what the API raises: the outbox asks again."""
    if not settings.CREDENTIALS.get("FLEXBE_API_KEY"):
        return
    for conversation in Conversation.objects.filter(lead=lead, channel=Channel.FLEXBE):
        number = str(conversation.reply_to["lead"])
        site = get_flexbe(str(conversation.reply_to.get("domain") or ""))
        _take_turn(conversation)
        found = site.lead(number)
        if found is None or found.status not in where:
            continue
        _take_turn(conversation)
        # The site's own note is kept: ours stands below it.
        notes = [found.note, f"{OURS}: {note}"]
        site.change_lead(number, status=status, note="\n".join(filter(None, notes)))


def _take_turn(conversation: Conversation) -> None:
    who = f"flexbe:{conversation.reply_to.get('site') or ''}"[:40]
    if allowances.spend(who, limit=CALLS_A_MINUTE):
        raise FlexbeBusy(
            "the minute's calls are used up", service=client.SERVICE, maybe_executed=False
        )
