"""Staff put right what the robot understood, and have partners looked for by it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partners.errors import NotPossible
from partners.models import Conversation, Lead, LeadOffer
from partners.services import dialogue
from partners.services.dialogue.requests import lead_from
from partners.services.dialogue.turn import A_LOOK_BACK, Turn
from partners.services.understanding import Understood

Stage = Conversation.Stage
# Whom nobody was offered for yet: such a request is written anew, another one is a request of its own.
UNOFFERED = (Lead.Status.NEW, Lead.Status.NOBODY)


def put_right(
    conversation_id: int, wish: Understood, *, name: str, phone: str, email: str
) -> Conversation:
    """What the person wants and who he is, as a person of staff says; a request without offers follows."""
    with transaction.atomic():
        held = _locked(conversation_id)
        held.understood = wish.to_json()
        held.name, held.phone, held.email = name, phone, email
        held.save(update_fields=["understood", "name", "phone", "email"])
        if held.lead is not None and held.lead.status in UNOFFERED:
            _rewrite(held.lead, held, wish)
    return held


def match_now(conversation_id: int) -> list[LeadOffer]:
    """Look for partners by what is known now; their cards go into the chat. Nothing where nobody fits.

    Raises NotPossible where it is not known what is wanted, or partners for just this were found before.
    """
    with transaction.atomic():
        held = _locked(conversation_id)
        wish = Understood.from_json(held.understood)
        if not wish.specialisations:
            raise NotPossible(_("Не указано, какие работы нужны: нажмите «Исправить»."))
        if held.lead is None or held.lead.status not in UNOFFERED:
            if held.lead is not None and _is_of(held.lead, wish):
                raise NotPossible(_("Партнёры по этому запросу уже подобраны."))
            held.lead = lead_from(_turn(held, wish))
        held.stage = Stage.OFFERED
        held.save(update_fields=["lead", "stage"])
        offers = dialogue.offer(held)
        if not offers:
            Conversation.objects.filter(pk=held.pk).update(stage=Stage.NOBODY)
    return offers


def _locked(conversation_id: int) -> Conversation:
    return (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("lead")
        .get(pk=conversation_id)
    )


def _turn(held: Conversation, wish: Understood) -> Turn:
    recent = list(held.messages.order_by("-pk")[:A_LOOK_BACK])
    return Turn(
        conversation=held,
        text="",
        fresh=Understood(),
        before=wish,
        files=False,
        recent=recent,
    )


def _rewrite(lead: Lead, held: Conversation, wish: Understood) -> None:
    for name, value in _asked_by(wish).items():
        setattr(lead, name, value)
    lead.category_id = wish.category
    lead.client_name, lead.phone, lead.email = held.name, held.phone, held.email
    lead.save()


def _is_of(lead: Lead, wish: Understood) -> bool:
    """The lead asks for just this; its category may have been dropped for want of anybody."""
    same = all(getattr(lead, name) == value for name, value in _asked_by(wish).items())
    return same and lead.category_id in (None, wish.category)


def _asked_by(wish: Understood) -> dict[str, Any]:
    """Columns of a lead."""
    return {
        "specialisation_id": wish.specialisations[0] if wish.specialisations else None,
        "region_id": wish.region,
        "city": wish.city,
        "budget": wish.budget_to if wish.budget_to is not None else wish.budget_from,
        "term": wish.term,
    }
