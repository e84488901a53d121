"""News for staff of partners and of clients: reactions of project/reactions.py. Each may run twice and counts once."""

from __future__ import annotations

from bot.models import Topic
from bot.notices.raising import page, pages, raise_notice
from integrations.models import InboundCallback
from partners.models import Application, Conversation, Lead, Partner
from partners.services import conversations


def staff_partner_closed(*, partner_id: int) -> None:
    """Not said any more once staff have brought it back."""
    partner = Partner.objects.get(pk=partner_id)
    if partner.status != Partner.Status.CLOSED:
        return
    raise_notice(
        "partner_closed",
        Topic.PARTNER,
        f"partner_closed:{partner_id}:{partner.updated_at:%Y%m%d%H%M%S}",
        template="partner_closed",
        url=page(partner),
        many_url=pages(Partner, "?status__exact=closed"),
        case=partner.case,
        partner=partner,
    )


def staff_application_received(*, application_id: int) -> None:
    application = Application.objects.get(pk=application_id)
    raise_notice(
        "application",
        Topic.PARTNER,
        f"application:{application_id}",
        template="application_received",
        url=page(application),
        many_url=pages(Application),
        case=application.case,
        application=application,
    )


def staff_lead_unmatched(*, lead_id: int) -> None:
    """Not said any more once somebody was found, or the lead is closed."""
    lead = Lead.objects.select_related("region", "specialisation", "category").get(pk=lead_id)
    if lead.status != Lead.Status.NOBODY:
        return
    raise_notice(
        "lead_unmatched",
        Topic.LEAD,
        f"lead_unmatched:{lead_id}",
        template="lead_unmatched",
        url=page(lead),
        many_url=pages(Lead, "?status__exact=nobody"),
        case=lead.case,
        lead=lead,
    )


def staff_conversation_waits(*, conversation_id: int, event: str) -> None:
    """Somebody waits for a person; not said any more once a person has answered."""
    conversation = Conversation.objects.get(pk=conversation_id)
    if not conversations.is_waiting(conversation):
        return
    raise_notice(
        "conversation",
        Topic.LEAD,
        event,
        template="conversation_waits",
        url=page(conversation),
        many_url=pages(Conversation),
        case=conversation.case,
        conversation=conversation,
        last=conversation.messages.filter(author="person").order_by("-id").first(),
    )


def staff_umnico(*, what: str, event: str) -> None:
    """Umnico had stopped telling us of messages, or does not know our token any more."""
    raise_notice(
        f"umnico:{what}",
        Topic.SYSTEM,
        event,
        template="umnico_webhook",
        url=pages(InboundCallback, "?source=umnico"),
        what=what,
    )
