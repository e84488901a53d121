"""The journal of cards: what was sent to whom, whether it arrived, whether it was opened."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from integrations.models import MailMessage
from partners.admin.conversation_page import carrier_state
from partners.admin.conversation_words import TROUBLE, opened_badge
from partners.models import ChatMessage, SentCard

Sent, Status = ChatMessage.State, MailMessage.Status
# How a card fares, whoever carries it.
STATES = {
    "sent": Q(message__state=Sent.SENT) | Q(letter__status=Status.SENT),
    "waiting": Q(message__state__in=[Sent.WAITING, Sent.SENDING])
    | Q(letter__status__in=[Status.WAITING, Status.SENDING]),
    "trouble": Q(message__state__in=TROUBLE)
    | Q(
        letter__status__in=[Status.UNCLEAR, Status.REFUSED, Status.SUPPRESSED, Status.BOUNCED],
    ),
}


class CarrierFilter(admin.SimpleListFilter):
    title = gettext_lazy("состояние")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("sent", _("отправлены")),
            ("waiting", _("ждут отправки")),
            ("trouble", _("не дошли или неизвестно")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(STATES[chosen]) if chosen in STATES else queryset


class OpenedFilter(admin.SimpleListFilter):
    title = gettext_lazy("открыта")
    parameter_name = "opened"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("да")), ("no", _("нет"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(opened_at__isnull=self.value() == "no")


@admin.register(SentCard)
class SentCardAdmin(CardAdmin):
    list_display = ("number", "company", "lead", "channel", "recipient", "state", "opened", "made")
    list_select_related = ("offer__partner", "offer__lead", "message", "letter")
    list_filter = (
        CarrierFilter,
        OpenedFilter,
        ("channel", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер обращения, код или ИНН партнёра, адрес получателя")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[SentCard]:
        rows: QuerySet[SentCard] = super().get_queryset(request)
        # The letters' texts are long, and the list needs none of them.
        return rows.select_related(*self.list_select_related).defer(
            "letter__text", "letter__html", "letter__context", "message__text"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SentCard], search_term: str
    ) -> tuple[QuerySet[SentCard], bool]:
        text = search_term.strip().lstrip("№# ")
        if not text:
            return queryset, False
        if text.upper().startswith("P-"):
            return queryset.filter(offer__partner__code=text.upper()), False
        if text.isascii() and text.isdecimal():
            found = Q(offer__partner__inn=text) | Q(recipient=text)
            if len(text) < 10:
                found |= Q(offer__lead=int(text))
            return queryset.filter(found), False
        return queryset.filter(recipient__iexact=text), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: SentCard) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("партнёр"))
    def company(self, row: SentCard) -> str:
        return row.offer.partner.name

    @admin.display(description=gettext_lazy("обращение"))
    def lead(self, row: SentCard) -> Any:
        return row_link(row.offer.lead)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: SentCard) -> Any:
        return carrier_state(row)

    @admin.display(description=gettext_lazy("открытия"))
    def opened(self, row: SentCard) -> SafeString:
        return opened_badge(row)

    @admin.display(description=gettext_lazy("создана"))
    def made(self, row: SentCard) -> str:
        return moment(row.created_at)

    def build_card(self, request: HttpRequest, row: SentCard) -> Card:
        conversation = row.message.conversation if row.message else None
        return Card(
            title=_("Карточка № %(number)s: %(partner)s")
            % {"number": row.pk, "partner": row.offer.partner.name},
            badges=[opened_badge(row)],
            facts=[
                Fact(_("Партнёр"), row_link(row.offer.partner)),
                Fact(_("Обращение"), row_link(row.offer.lead)),
                Fact(_("Предложение"), row_link(row.offer)),
                Fact(_("Канал"), row.get_channel_display()),
                Fact(_("Кому"), row.recipient, is_code=True),
                Fact(_("Диалог"), row_link(conversation)),
                Fact(_("Письмо"), row_link(row.letter)),
                Fact(_("Состояние"), carrier_state(row)),
                Fact(_("Версия"), row.version, is_code=True),
                Fact(_("Создана"), moment(row.created_at, seconds=True)),
                Fact(_("Впервые открыта"), moment(row.opened_at, seconds=True)),
                Fact(_("Открытий"), row.opens),
            ],
            texts=[(_("Как отправлено"), row.text)],
        )
