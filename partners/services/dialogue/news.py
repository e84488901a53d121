"""What partners answered, told to the client in the same chat."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from partners.models import ChatMessage, Conversation, Lead, LeadOffer, Partner
from partners.selectors.cards import contacts
from partners.services import conversations, saying
from partners.services.dialogue import offering
from partners.services.dialogue.requests import conversation_of
from partners.services.dialogue.turn import can_hear, want_person

Kind, Status = ChatMessage.Kind, LeadOffer.Status


def tell_answer(*, offer_id: int) -> None:
    """Reaction: a partner has answered. Who takes the lead is named at once; who does not, only when all have."""
    offer = LeadOffer.objects.select_related("lead", "partner").get(pk=offer_id)
    if offer.status != Status.ACCEPTED:
        tell_unanswered(lead_id=offer.lead_id)
        return
    with transaction.atomic():
        for conversation in conversation_of(offer.lead).select_for_update():
            if not can_hear(conversation):
                continue
            with override(conversation.language):
                text = _taken(offer.partner, offer.lead)
            saying.say(
                conversation,
                text,
                key=f"taken:{offer.pk}",
                kind=Kind.NEWS,
                data={"lead": offer.lead_id},
            )


def tell_unanswered(*, lead_id: int) -> None:
    """Reaction: where nobody is left who may take the lead, say so and offer it to the next partners, once."""
    lead = Lead.objects.get(pk=lead_id)
    with transaction.atomic():
        for conversation in conversation_of(lead).select_for_update():
            statuses = set(LeadOffer.objects.filter(lead=lead).values_list("status", flat=True))
            if statuses and statuses <= {Status.DECLINED, Status.MISSED}:
                with override(conversation.language):
                    _nobody_took(conversation, lead)


def _nobody_took(conversation: Conversation, lead: Lead) -> None:
    if lead.status == Lead.Status.CLOSED:
        return
    if offering.had_more(lead):
        text = _("Партнёры не смогли взяться за запрос. Он у сотрудника: тот поищет вручную.")
        _tell(conversation, lead, text, key=f"untaken:{lead.pk}:last")
        want_person(conversation, conversations.NOBODY_TOOK)
        return
    text = _("Партнёры, которым мы передали запрос, не смогли за него взяться. Ищем других.")
    _tell(conversation, lead, text, key=f"untaken:{lead.pk}:first")
    offering.order_more(conversation, lead)


def _tell(conversation: Conversation, lead: Lead, text: str, *, key: str) -> None:
    if can_hear(conversation):
        saying.say(conversation, text, key=key, kind=Kind.NEWS, data={"lead": lead.pk})


def _taken(partner: Partner, lead: Lead) -> str:
    """What the public page shows of the partner, and nothing else."""
    found = contacts(partner)
    if lead.phone:
        how = _("Ваш телефон %(phone)s у компании: с вами свяжутся.") % {"phone": lead.phone}
    elif lead.email:
        how = _("Ваш e-mail %(email)s у компании: с вами свяжутся.") % {"email": lead.email}
    else:
        how = _("Ваших контактов у компании нет: свяжитесь с ней сами.")
    page = f"{settings.PUBLIC_URL}{reverse('partners:page', args=[partner.code])}"
    ways = [found.phone_text if found.phone else "", found.email, found.website]
    return "\n".join(
        [
            _("✅ Ваш запрос взяла компания %(name)s.") % {"name": partner.name},
            how,
            " · ".join(filter(None, [*ways, page])),
        ]
    )
