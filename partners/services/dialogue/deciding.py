"""What a turn is answered with: by the step the conversation is at, one short message."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from partners.models import Conversation
from partners.services import conversations
from partners.services.channels import port_of
from partners.services.dialogue import asking, offering, phrases, rating
from partners.services.dialogue.turn import Turn, want_person
from partners.services.understanding import Understood

Speaker, Stage = Conversation.Speaker, Conversation.Stage
TOO_OFTEN = 2  # not understood in a row: a person is wanted
A_CLIENT = 1  # of the two choices
AFTERWARDS = (Stage.OFFERED, Stage.NOBODY, Stage.RATING, Stage.CLOSED)


def respond(turn: Turn) -> None:
    """Answer; what was learned is left in the conversation's fields, unsaved."""
    conversation = turn.conversation
    if turn.by_command:
        conversation.speaker = Speaker.CLIENT
        _start_over(turn)
        return
    if not turn.text and not turn.files:
        return
    if turn.fresh.wants_person and not conversation.wants_person:
        _call_person(turn)
    elif not turn.text and conversation.stage in AFTERWARDS:
        _keep_file(turn)
    elif turn.fresh.start_over and conversation.speaker != Speaker.PARTNER:
        _start_over(turn)
    else:
        _at(turn)


def _at(turn: Turn) -> None:
    conversation = turn.conversation
    side = turn.fresh.side
    if conversation.speaker == Speaker.CLIENT and side == "partner" and not turn.is_new:
        conversation.speaker = Speaker.UNKNOWN
    elif conversation.speaker == Speaker.PARTNER and side == "client" and turn.has_wish:
        conversation.speaker, conversation.stage = Speaker.UNKNOWN, Stage.WHO
    if conversation.speaker == Speaker.UNKNOWN:
        _who(turn)
    elif conversation.speaker == Speaker.PARTNER:
        _invite(turn)
    elif conversation.stage in AFTERWARDS:
        _afterwards(turn)
    elif conversation.stage == Stage.CONFIRM:
        _confirm(turn)
    else:
        _what(turn)


def _who(turn: Turn) -> None:
    conversation = turn.conversation
    speaker = _speaker(turn)
    conversation.understood = turn.merged.to_json()
    if speaker is None:
        conversation.stage = Stage.WHO
        _ask_or_give_up(turn, asking.WHO, is_answered=False)
        return
    conversation.speaker, conversation.unclear = speaker, 0
    if speaker == Speaker.PARTNER:
        _invite(turn)
    else:
        _what(turn)


def _speaker(turn: Turn) -> Conversation.Speaker | None:
    if turn.asked(asking.WHO) and (chosen := phrases.choice(turn.text)):
        # «Ищу исполнителя» is our own wording, not a wish for a category.
        turn.fresh = replace(turn.fresh, category=None)
        return Speaker.CLIENT if chosen == A_CLIENT else Speaker.PARTNER
    usual = port_of(turn.conversation.channel).speaker
    if turn.asked(asking.WHO) and turn.is_new:
        usual = Speaker.CLIENT  # asked who he is, he says what he wants
    return {"client": Speaker.CLIENT, "partner": Speaker.PARTNER}.get(turn.fresh.side, usual)


def _invite(turn: Turn) -> None:
    """A link to the form; whatever a would-be partner asks afterwards, it is the answer, or a person is."""
    turn.conversation.stage = Stage.INVITED
    was_invited = turn.said_last("join") or turn.said_last("thanks")
    if was_invited and (phrases.is_thanks(turn.text) or turn.fresh.says):
        _thank(turn)
    else:
        turn.say(asking.invitation(), asks="join")


def _what(turn: Turn) -> None:
    conversation = turn.conversation
    conversation.stage, conversation.understood = Stage.WHAT, turn.merged.to_json()
    question = asking.missing(turn)
    if not port_of(conversation.channel).is_chat:
        _form(turn, question)
    elif question:
        _ask_or_give_up(turn, question, is_answered=turn.is_new or not turn.asked(question))
    else:
        _show_summary(turn)


def _form(turn: Turn, question: str) -> None:
    """A form is answered once, by a letter; who filled it in cannot be asked back."""
    conversation = turn.conversation
    if not question:
        offering.pass_on(turn)
        return
    want_person(conversation, conversations.NOT_UNDERSTOOD)
    turn.say(
        _(
            "Получили вашу заявку. Чтобы подобрать партнёров, нужно уточнить, какие работы и где нужны: с вами свяжется"
            " сотрудник. Делать ничего не нужно."
        )
    )


def _show_summary(turn: Turn, *, again: bool = False) -> None:
    turn.conversation.stage = Stage.CONFIRM
    if not again:
        turn.conversation.unclear = 0
    asking.ask(turn, asking.SUMMARY, again=again)


def _confirm(turn: Turn) -> None:
    conversation = turn.conversation
    if turn.is_new:
        _what(turn)
    elif turn.fresh.says == "yes":
        offering.pass_on(turn)
    elif turn.fresh.phone or turn.fresh.email or turn.fresh.name:
        _what(turn)
    elif turn.fresh.says == "no":
        conversation.unclear = 0
        asking.ask(turn, asking.FIX)
    else:
        _ask_or_give_up(turn, asking.SUMMARY, is_answered=False)


def _afterwards(turn: Turn) -> None:
    """After the cards: an answer to the rating, another request, other partners, or nothing to be said."""
    conversation = turn.conversation
    if conversation.stage == Stage.RATING and rating.heard(turn):
        return
    if phrases.is_more(turn.text) and conversation.lead is not None:
        _more(turn)
    elif phrases.is_thanks(turn.text) and not turn.is_new:
        _thank(turn)
    elif conversation.stage == Stage.CLOSED:
        _start_over(turn)
    elif turn.is_new:
        _another(turn)
    elif turn.fresh.says or turn.fresh.rating:
        _thank(turn)
    else:
        _ask_or_give_up(turn, "", is_answered=False)


def _more(turn: Turn) -> None:
    conversation, lead = turn.conversation, turn.conversation.lead
    conversation.unclear = 0
    if lead is None:
        return
    if offering.had_more(lead) or conversation.stage == Stage.NOBODY:
        turn.say(
            _(
                "Других подходящих партнёров сейчас нет. Измените запрос своими словами или напишите"
                " «человек» – поможет сотрудник."
            )
        )
    else:
        offering.order_more(conversation, lead)


def _another(turn: Turn) -> None:
    """Another request of the same person: where stays unless he says so, what it may cost does not."""
    if turn.fresh.specialisations and turn.fresh.specialisations != turn.before.specialisations:
        turn.before = replace(turn.before, category=None, budget_from=None, budget_to=None, term="")
    turn.conversation.unclear = 0
    _what(turn)


def _start_over(turn: Turn) -> None:
    conversation = turn.conversation
    conversation.stage, conversation.unclear = Stage.WHAT, 0
    turn.before = Understood(side="client")
    turn.starts_over = True
    if conversation.speaker == Speaker.UNKNOWN:
        _who(turn)
    else:
        _what(turn)


def _thank(turn: Turn) -> None:
    """Once: politeness is not answered with politeness for ever."""
    turn.conversation.unclear = 0
    if not turn.said_last("thanks"):
        turn.say(_("Пожалуйста! Понадобится что-то ещё – просто напишите."), asks="thanks")


def _keep_file(turn: Turn) -> None:
    want_person(turn.conversation, conversations.FILE_CAME)
    if not turn.said_last("file"):
        turn.say(_("Файл мы получили, его посмотрит сотрудник."), asks="file")


def _call_person(turn: Turn) -> None:
    conversation = turn.conversation
    conversation.unclear, conversation.understood = 0, turn.merged.to_json()
    want_person(conversation, conversations.ASKED)
    turn.say(_("Позвали сотрудника, он ответит здесь. Пока можно дописать, что нужно."))


def _ask_or_give_up(turn: Turn, question: str, *, is_answered: bool) -> None:
    """Ask; where the answers tell nothing twice in a row, leave it to a person and say so."""
    conversation = turn.conversation
    again = not is_answered and (not question or turn.asked(question))
    conversation.unclear = conversation.unclear + 1 if again else 0
    if again and conversation.wants_person:
        return
    if conversation.unclear >= TOO_OFTEN:
        want_person(conversation, conversations.NOT_UNDERSTOOD)
        turn.say(_("Не смог понять, поэтому позвали сотрудника: он ответит здесь."))
    elif question:
        asking.ask(turn, question, again=again)
    else:
        turn.say(
            _(
                "Могу показать других партнёров – напишите «ещё», принять новый запрос – опишите его, или позвать"
                " сотрудника – напишите «человек»."
            )
        )
