"""What the robot asks: one question at a time, each with an example, and nothing that was answered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import ChatMessage, Region, Specialisation
from partners.models.vocabulary import Category, Term
from partners.selectors.cards import amounts
from partners.services.channels import port_of
from partners.services.dialogue.turn import Turn

Kind = ChatMessage.Kind
WHO, WHAT, WHERE, PHONE, SUMMARY, FIX = "who", "what", "where", "phone", "summary", "fix"


def missing(turn: Turn) -> str:
    """The next question, or nothing."""
    wish = turn.merged
    if not wish.specialisations:
        return WHAT
    if wish.region is None:
        return WHERE
    has_a_chat = port_of(turn.conversation.channel).is_chat
    if has_a_chat and not turn.conversation.phone and not turn.ever_asked(PHONE):
        return PHONE
    return ""


def ask(turn: Turn, code: str, *, again: bool = False) -> None:
    """Ask it; `again`: the last answer told nothing."""
    words = {WHO: _who, WHAT: _what, WHERE: _where, PHONE: _phone}
    kind = Kind.QUESTION
    if code == SUMMARY:
        text, kind = summary(turn), Kind.SUMMARY
    elif code == FIX:
        text = _("Что поправить? Напишите своими словами, например: «в Казани» или «до 300 тысяч».")
    else:
        text = words[code](turn)
    begins = []
    if turn.files and not turn.text:
        begins = [_("Файл мы получили, его посмотрит сотрудник. Я читаю только текст.")]
    elif again:
        begins = [_("Не понял ответ.")]
    elif turn.is_first:
        begins = [_("Здравствуйте!")]
    turn.say(" ".join([*begins, text]), asks=code, kind=kind)


def summary(turn: Turn) -> str:
    """What was understood, for the person to confirm or correct."""
    wish, unknown = turn.merged, _("не указано")
    language = turn.conversation.language
    region = _title(Region.objects.all(), wish.region, language)
    wanted = _title(Specialisation.objects.all(), wish.specialisations[0], language)
    category = _title(Category.objects.all(), wish.category, language)
    lines = [
        _("Правильно понял?"),
        _("Ищете: %(what)s") % {"what": " · ".join(filter(None, (wanted, category)))},
        _("Где: %(where)s") % {"where": ", ".join(_distinct(wish.city, region))},
        _("Бюджет: %(budget)s") % {"budget": amounts(wish.budget_from, wish.budget_to) or unknown},
        _("Срок: %(term)s") % {"term": wish.term or unknown},
    ]
    if turn.conversation.phone:
        lines.append(_("Телефон: %(phone)s") % {"phone": turn.conversation.phone})
    lines.append(_("Ответьте «да» или напишите, что поправить."))
    return "\n".join(lines)


def invitation() -> str:
    """What a would-be partner is told."""
    return _(
        "Чтобы стать партнёром, заполните заявку: %(link)s\nПроверим компанию по реестру ФНС и ответим письмом за"
        " 1 рабочий день. Если остались вопросы, напишите «человек» – ответит сотрудник."
    ) % {"link": f"{settings.PUBLIC_URL}{reverse('partners:join')}"}


def _who(turn: Turn) -> str:
    return _(
        "Подскажите, кто вы:\n1 – ищу исполнителя\n2 – хочу стать партнёром\nОтветьте цифрой или словами."
    )


def _what(turn: Turn) -> str:
    if turn.merged.region is None:
        return _(
            "Что нужно сделать и где? Например: «перекрыть крышу в Подольске, до 500 тысяч, к августу»."
        )
    return _("Какие работы нужны? Например: «кровля», «фундамент» или «электрика».")


def _where(turn: Turn) -> str:
    if turn.merged.city:
        return _(
            "Не нашёл город «%(city)s» в списке. В какой он области? Например: «Тверская область»."
        ) % {"city": turn.merged.city}
    return _("Где нужны работы? Напишите город или область, например: «Казань».")


def _phone(turn: Turn) -> str:
    return _(
        "По какому телефону партнёру с вами связаться? Его увидит только тот, кто возьмётся за запрос. Не хотите"
        " оставлять – напишите «нет»."
    )


def _title(terms: QuerySet[Any], pk: int | None, language: str) -> str:
    term: Term | None = terms.filter(pk=pk).first()
    return term.title(language) if term else ""


def _distinct(*names: str) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
