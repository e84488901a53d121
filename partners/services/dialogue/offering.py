"""From a request that is clear to cards in the same chat. Matching has a transaction of its own: it is asked again
after a crash, and gives the same offers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from integrations.clock import now
from integrations.services import outbox
from partners.errors import NotPossible
from partners.models import ChatMessage, Conversation, Lead, LeadOffer
from partners.services import cards, conversations, matching, ratings, saying
from partners.services.channels import port_of
from partners.services.dialogue.requests import conversation_of, lead_from
from partners.services.dialogue.turn import Turn, can_hear, want_person

Kind, Stage, State = ChatMessage.Kind, Conversation.Stage, ChatMessage.State
FIRST, NEXT = 1, 2


def pass_on(turn: Turn) -> None:
    """Write the lead down and order its partners."""
    conversation = turn.conversation
    lead = lead_from(turn)
    conversation.lead, conversation.stage = lead, Stage.OFFERED
    conversation.unclear = 0
    outbox.publish(
        "lead.wanted", {"lead_id": lead.pk}, key=f"lead:{lead.pk}:wanted", case=lead.case
    )


def order_more(conversation: Conversation, lead: Lead) -> None:
    """Have the next partners offered, once for a lead, in the caller's transaction."""
    ranks = LeadOffer.objects.filter(lead=lead).values_list("rank", flat=True)
    outbox.publish(
        "lead.more_wanted",
        {"lead_id": lead.pk, "after": max(ranks, default=0)},
        key=f"lead:{lead.pk}:more",
        case=lead.case,
    )


def had_more(lead: Lead) -> bool:
    return ChatMessage.objects.filter(key=_key(lead, NEXT)).exists()


def offer_lead(*, lead_id: int) -> None:
    """Reaction: find partners for a client's request and show him their cards, or say that nobody fits."""
    lead = Lead.objects.get(pk=lead_id)
    if lead.status == Lead.Status.CLOSED:
        return
    offers = _match(lead)
    with transaction.atomic():
        for conversation in conversation_of(lead).select_for_update():
            _show(conversation, lead, offers, FIRST)


def offer_more(*, lead_id: int, after: int) -> None:
    """Reaction: the next partners, beside those of the ranks up to `after`."""
    lead = Lead.objects.get(pk=lead_id)
    if lead.status == Lead.Status.CLOSED:
        return
    offers = matching.further(lead, after=after)
    with transaction.atomic():
        for conversation in conversation_of(lead).select_for_update():
            _show(conversation, lead, offers, NEXT)


def offer(conversation: Conversation) -> list[LeadOffer]:
    """A person of staff wants partners looked for again: their cards go into the chat; nothing where nobody fits.

    Raises NotPossible where there is no request, or it is closed.
    """
    with transaction.atomic():
        held = Conversation.objects.select_for_update().get(pk=conversation.pk)
        if held.lead is None:
            raise NotPossible(_("В этом диалоге ещё нет обращения: подбирать нечего."))
        offers = _match(held.lead)
        if offers:
            _show(held, held.lead, offers, FIRST)
    return offers


def _match(lead: Lead) -> list[LeadOffer]:
    """People say «подрядчик» of anybody: where nobody of that category fits, whoever does the work does."""
    if lead.category_id is not None and not matching.candidates(lead).exists():
        Lead.objects.filter(pk=lead.pk).update(category=None)
    return matching.match(lead)


def _show(conversation: Conversation, lead: Lead, offers: Sequence[LeadOffer], turn: int) -> None:
    """Once for each turn: whoever comes again finds it said."""
    if ChatMessage.objects.filter(key=_key(lead, turn)).exists():
        return
    with override(conversation.language):
        if offers:
            _show_cards(conversation, lead, offers, turn)
        elif turn == NEXT:
            _say_no_more(conversation, lead)
        else:
            _say_nobody(conversation, lead)
    conversation.save(update_fields=["stage", "wants_person"])


def _show_cards(
    conversation: Conversation, lead: Lead, offers: Sequence[LeadOffer], turn: int
) -> None:
    text = _found(len(offers))
    about = {"lead": lead.pk}
    if port_of(conversation.channel).is_chat:
        saying.say(conversation, text, key=_key(lead, turn), kind=Kind.NEWS, data=about)
        cards.send_in_chat(conversation, offers)
    else:
        if conversation.email:
            cards.send_by_mail(lead, offers, conversation.email, conversation.language)
        else:
            want_person(conversation, conversations.NO_ADDRESS)
        _note(conversation, text, key=_key(lead, turn), about=about)
    if conversation.lead_id == lead.pk and conversation.stage in (Stage.NOBODY, Stage.OFFERED):
        conversation.stage = Stage.OFFERED
        if conversation.wants_person == conversations.NOBODY_FITS:
            conversation.wants_person = ""


def _say_nobody(conversation: Conversation, lead: Lead) -> None:
    text = _(
        "Сейчас никто из партнёров не подходит под запрос. Передали его сотруднику: он поищет вручную и напишет вам."
        " Можно и изменить запрос – например, назвать соседний город или другой бюджет."
    )
    if can_hear(conversation):
        saying.say(
            conversation, text, key=f"nobody:{lead.pk}", kind=Kind.NEWS, data={"lead": lead.pk}
        )
    want_person(conversation, conversations.NOBODY_FITS)
    if conversation.lead_id == lead.pk and conversation.stage == Stage.OFFERED:
        conversation.stage = Stage.NOBODY


def _say_no_more(conversation: Conversation, lead: Lead) -> None:
    open_or_taken = [LeadOffer.Status.OFFERED, LeadOffer.Status.ACCEPTED]
    if LeadOffer.objects.filter(lead=lead, status__in=open_or_taken).exists():
        text = _("Других подходящих партнёров сейчас нет. Ждём ответа тех, кого показали.")
    else:
        text = _("Других подходящих партнёров сейчас нет. Запрос у сотрудника: он поищет вручную.")
        want_person(conversation, conversations.NOBODY_TOOK)
    if can_hear(conversation):
        about = {"lead": lead.pk}
        saying.say(conversation, text, key=_key(lead, NEXT), kind=Kind.NEWS, data=about)


def _note(conversation: Conversation, text: str, *, key: str, about: dict[str, int]) -> None:
    """In the thread alone: the letter with the cards has said it."""
    ChatMessage.objects.create(
        conversation=conversation,
        author=ChatMessage.Author.ROBOT,
        kind=Kind.NEWS,
        state=State.SENT,
        text=text,
        key=key,
        data=about,
        sent_at=now(),
    )


def _found(many: int) -> str:
    hours = int(ratings.ANSWER_WITHIN.total_seconds() // 3600)
    return _(
        "✅ Подобрали партнёров: %(many)d. Ваш запрос у них, ответы придут сюда в течение %(hours)d часов."
        " Показать других – напишите «ещё»."
    ) % {"many": many, "hours": hours}


def _key(lead: Lead, turn: int) -> str:
    return f"offers:{lead.pk}:{turn}"
