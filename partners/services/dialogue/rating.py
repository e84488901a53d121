"""How it went: some days after a partner took the request its client is asked for one to five stars, once."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.clock import now
from partners.models import ChatMessage, Conversation, LeadOffer
from partners.services import conversations, leads, saying
from partners.services.channels import port_of
from partners.services.dialogue.requests import conversation_of
from partners.services.dialogue.turn import Turn, can_hear

Kind, Stage, Status = ChatMessage.Kind, Conversation.Stage, LeadOffer.Status
A_WEEK = timedelta(days=7)  # for who was busy with another request; later nobody remembers
A_BATCH = 200
# A conversation that may be asked: nothing else is being asked for in it.
QUIET = (Stage.OFFERED, Stage.NOBODY, Stage.CLOSED)


def ask_due() -> int:
    """Ask the clients whose time has come; returns how many were asked."""
    return sum(_ask(offer) for offer in _due()[:A_BATCH])


def rate_url(offer: LeadOffer) -> str:
    return f"{settings.PUBLIC_URL}{reverse('partners:rate', args=[offer.client_token])}"


def heard(turn: Turn) -> bool:
    """Whether the turn answers the question; the next partner of the same client is asked about at once."""
    conversation = turn.conversation
    asked = next((one for one in turn.recent if one.kind == Kind.RATING), None)
    if asked is None or (turn.fresh.rating is None and turn.fresh.says != "no"):
        return False
    conversation.stage = Stage.OFFERED
    if turn.fresh.rating is None:
        turn.say(_("Хорошо, оценку не ставим."))
        return True
    offer = LeadOffer.objects.select_related("lead").get(pk=asked.data["offer"])
    leads.rate(offer, turn.fresh.rating)
    turn.say(_("Спасибо! Записали: %(stars)s из 5.") % {"stars": turn.fresh.rating})
    following = _due().filter(lead=offer.lead_id).exclude(pk=offer.pk).first()
    if following is not None:
        _say(conversation, following)
    return True


def _due() -> QuerySet[LeadOffer]:
    until = now() - timedelta(hours=settings.RATING_ASK_HOURS)
    said = ChatMessage.objects.filter(
        key=Concat(Value("rate:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    )
    return (
        LeadOffer.objects.filter(
            ~Exists(said),
            status=Status.ACCEPTED,
            rating=None,
            client_token__isnull=False,
            answered_at__lte=until,
            answered_at__gt=until - A_WEEK,
            lead__external_id__startswith=leads.OF_A_CHAT,
        )
        .select_related("lead", "partner")
        .order_by("answered_at", "pk")
    )


@transaction.atomic
def _ask(offer: LeadOffer) -> bool:
    for conversation in conversation_of(offer.lead).select_for_update():
        is_quiet = conversation.stage in QUIET and not conversations.is_with_people(conversation)
        if is_quiet and _say(conversation, offer):
            conversation.save(update_fields=["stage"])
            return True
    return False


def _say(conversation: Conversation, offer: LeadOffer) -> bool:
    if not can_hear(conversation):
        return False
    about = {"name": offer.partner.name, "link": rate_url(offer)}
    with override(conversation.language):
        if port_of(conversation.channel).is_chat:
            text = _(
                "Как прошла работа с компанией %(name)s? Ответьте числом от 1 до 5 или оцените по ссылке: %(link)s"
            )
            conversation.stage = Stage.RATING
        else:
            text = _("Как прошла работа с компанией %(name)s? Оцените её по ссылке: %(link)s")
        saying.say(
            conversation,
            text % about,
            key=f"rate:{offer.pk}",
            kind=Kind.RATING,
            data={"offer": offer.pk, "lead": offer.lead_id},
        )
    return True
