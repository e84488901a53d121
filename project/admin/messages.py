from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bot.models import Message
from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from payments.admin import search

State = Message.State
TONES = {
    State.QUEUED: Tone.WAIT,
    State.SENDING: Tone.WAIT,
    State.SENT: Tone.OK,
    State.UNCERTAIN: Tone.WARN,
    State.FAILED: Tone.BAD,
}


@admin.register(Message)
class MessageAdmin(CardAdmin):
    """What the bot sent: for reading, as everything that already happened."""

    list_display = ("number", "state_sign", "kind", "recipient", "payment_page", "error", "sent")
    list_select_related = ("customer", "payment")
    list_filter = (("state", admin.ChoicesFieldListFilter), ("kind", admin.ChoicesFieldListFilter))
    search_fields = ("id",)
    search_help_text = gettext_lazy("Telegram ID, имя или @имя")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(customer_id__in=search.customer_ids(search_term)), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Message) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Message) -> SafeString:
        return badge(row.get_state_display(), TONES[State(row.state)])

    @admin.display(description=gettext_lazy("кому"))
    def recipient(self, row: Message) -> Any:
        return row_link(row.customer) if row.customer else row.chat_id

    @admin.display(description=gettext_lazy("платёж"))
    def payment_page(self, row: Message) -> Any:
        return row_link(row.payment)

    @admin.display(description=gettext_lazy("отправлено"))
    def sent(self, row: Message) -> str:
        return moment(row.sent_at, seconds=True)

    def build_card(self, request: HttpRequest, row: Message) -> Card:
        return Card(
            title=_("Сообщение бота № %(number)s") % {"number": row.pk},
            badges=[self.state_sign(row)],
            warning=row.error,
            facts=[
                Fact(_("Вид"), row.get_kind_display()),
                Fact(_("Кому"), self.recipient(row)),
                Fact(_("Чат"), row.chat_id, is_code=True),
                Fact(_("Платёж"), row_link(row.payment)),
                Fact(_("Создано"), moment(row.created_at, seconds=True)),
                Fact(_("Отправлено"), self.sent(row)),
                Fact(_("Попыток"), row.attempts),
                Fact(_("Ключ"), row.key, is_code=True),
            ],
            texts=[(_("Текст"), row.text)],
        )
