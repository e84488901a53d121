"""Recipients of mailings, one row each: who got it, who did not and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bot.models import Recipient
from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link, shortened

State = Recipient.State
TONES = {
    State.WAITING: Tone.WAIT,
    State.SENDING: Tone.WAIT,
    State.SENT: Tone.OK,
    State.UNCLEAR: Tone.WARN,
    State.BLOCKED: Tone.BAD,
    State.REFUSED: Tone.BAD,
    State.BOUNCED: Tone.BACK,
    State.EXCLUDED: Tone.IDLE,
    State.CANCELLED: Tone.IDLE,
}


@admin.register(Recipient)
class RecipientAdmin(CardAdmin):
    list_display = ("address", "mailing", "state_sign", "sent", "clicked", "gone", "trouble")
    list_select_related = ("mailing",)
    list_filter = (("state", admin.ChoicesFieldListFilter),)
    search_fields = ("id",)
    search_help_text = gettext_lazy("E-mail или номер чата целиком")
    sortable_by = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "mailing__id__exact" or super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Recipient], search_term: str
    ) -> tuple[QuerySet[Recipient], bool]:
        text = search_term.strip()
        return (queryset.filter(address__in=[text, text.lower()]) if text else queryset), False

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Recipient) -> SafeString:
        return badge(row.get_state_display(), TONES[State(row.state)])

    @admin.display(description=gettext_lazy("отправлено"))
    def sent(self, row: Recipient) -> str:
        return moment(row.sent_at, seconds=True)

    @admin.display(description=gettext_lazy("перешёл"))
    def clicked(self, row: Recipient) -> str:
        return moment(row.clicked_at)

    @admin.display(description=gettext_lazy("отписался"))
    def gone(self, row: Recipient) -> str:
        return moment(row.unsubscribed_at)

    @admin.display(description=gettext_lazy("ошибка"))
    def trouble(self, row: Recipient) -> str:
        return shortened(row.error) or NOTHING

    def build_card(self, request: HttpRequest, row: Recipient) -> Card:
        return Card(
            title=row.address,
            badges=[self.state_sign(row)],
            warning=row.error,
            facts=[
                Fact(_("Рассылка"), row_link(row.mailing)),
                Fact(_("Кто"), row_link(row.partner or row.customer)),
                Fact(_("Язык"), row.language),
                Fact(_("Попыток"), row.attempts),
                Fact(_("Отправлено"), moment(row.sent_at, seconds=True)),
                Fact(_("Номер сообщения"), row.message_id or NOTHING, is_code=True),
                Fact(_("Перешёл"), moment(row.clicked_at, seconds=True)),
                Fact(_("Отписался"), moment(row.unsubscribed_at, seconds=True)),
            ],
        )
