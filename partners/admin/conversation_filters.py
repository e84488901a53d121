"""Which conversations to look at."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.admin.conversation_words import TROUBLE
from partners.models import Channel, ChatMessage, Conversation
from partners.services import channels

ANSWERED_THERE = Q(wants_person__in=sorted(channels.ANSWERED_THERE))
# The condition of the partial index `conversations_for_people`, without those that somebody answers already.
FOR_PEOPLE = ~Q(wants_person="") & ~ANSWERED_THERE


def failed_messages() -> QuerySet[ChatMessage]:
    return ChatMessage.objects.filter(state__in=TROUBLE)


class ConversationQueue(SimpleListFilter):
    title = gettext_lazy("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("person", _("ждут человека")),
            ("mine", _("мои")),
            ("taken", _("ведут сотрудники")),
            ("failed", _("ответ не доставлен")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == "person":
            return queryset.filter(FOR_PEOPLE)
        if chosen == "mine":
            return queryset.filter(taken_by=request.user)
        if chosen == "taken":
            return queryset.filter(Q(taken_by__isnull=False) | ANSWERED_THERE)
        if chosen == "failed":
            return queryset.filter(pk__in=failed_messages().values("conversation"))
        return queryset


def conversations(term: str) -> Q:
    """A number is a conversation's or a telephone; the rest an address, a chat's number, a name."""
    text = term.strip()
    digits = "".join(letter for letter in text if letter.isdecimal())
    # With the channel named the unique index knows the chat.
    found = Q(channel__in=Channel.values, external_id=text)
    if "@" in text:
        return found | Q(email__iexact=text)
    number = text.lstrip("№# ")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        return found | Q(pk=int(number))
    if digits and not any(letter.isalpha() for letter in text):
        found |= Q(phone=f"+{digits}")
        if len(digits) == 11 and digits[0] == "8":
            found |= Q(phone=f"+7{digits[1:]}")
        return found | Q(phone=f"+7{digits}")
    return found | Q(name__icontains=text)


def of_lead(lead: Any) -> QuerySet[Conversation]:
    return Conversation.objects.filter(lead=lead).select_related("taken_by")
