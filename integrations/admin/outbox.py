from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import Tone, badge, indented, moment
from integrations.admin.callbacks import by_number_or_case
from integrations.admin.cards import Card, CardAdmin, Fact, case_link, shortened
from integrations.admin.filters import OutboxQueue
from integrations.models import OutboxMessage
from integrations.services import outbox


def state_badge(row: OutboxMessage) -> SafeString:
    if row.delivered_at is not None:
        return badge(_("выполнено"), Tone.OK)
    return badge(_("ошибка"), Tone.BAD) if row.attempts else badge(_("ждёт"), Tone.WAIT)


def reaction_name(row: OutboxMessage) -> str:
    """What it does; of one that this release knows no more, its name in the code."""
    titles = import_string(settings.REACTION_TITLES)
    return str(titles.get(outbox.present_name(row.reaction), row.reaction.rpartition(".")[2]))


def next_try(row: OutboxMessage) -> str:
    return moment(None if row.delivered_at else row.not_before, seconds=True)


def brief(row: OutboxMessage) -> list[Any]:
    """One line about a reaction, for the page of its case."""
    return [
        moment(row.created_at, seconds=True),
        reaction_name(row),
        state_badge(row),
        shortened(row.error),
        row.attempts,
        moment(row.delivered_at, seconds=True) if row.delivered_at else next_try(row),
    ]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(CardAdmin):
    list_display = ("number", "what", "state", "case_page", "attempts", "trouble", "made", "due")
    list_filter = (OutboxQueue, ("created_at", admin.DateFieldListFilter))
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер действия или платежа")
    sortable_by = ("number",)
    card_actions = {"retry": ("retry", "integrations.replay")}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return by_number_or_case(queryset, search_term), False

    @admin.display(description=gettext_lazy("№"), ordering="id")
    def number(self, row: OutboxMessage) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("событие и действие"))
    def what(self, row: OutboxMessage) -> str:
        return f"{row.topic} → {reaction_name(row)}"

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: OutboxMessage) -> SafeString:
        return state_badge(row)

    @admin.display(description=gettext_lazy("дело"))
    def case_page(self, row: OutboxMessage) -> Any:
        return case_link(row.case)

    @admin.display(description=gettext_lazy("ошибка"))
    def trouble(self, row: OutboxMessage) -> str:
        return shortened(row.error)

    @admin.display(description=gettext_lazy("создано"))
    def made(self, row: OutboxMessage) -> str:
        return moment(row.created_at, seconds=True)

    @admin.display(description=gettext_lazy("следующая попытка"))
    def due(self, row: OutboxMessage) -> str:
        return next_try(row)

    def build_card(self, request: HttpRequest, row: OutboxMessage) -> Card:
        card = Card(
            title=_("Исходящее действие № %(number)s") % {"number": row.pk},
            badges=[state_badge(row)],
            facts=[
                Fact(_("Событие"), row.topic),
                Fact(_("Действие"), reaction_name(row)),
                Fact(_("Имя в коде"), row.reaction, is_code=True),
                Fact(_("Дело"), case_link(row.case)),
                Fact(_("Ключ"), row.key, is_code=True),
                Fact(_("Создано"), moment(row.created_at, seconds=True)),
                Fact(_("Попыток"), row.attempts),
                Fact(_("Выполнено"), moment(row.delivered_at, seconds=True)),
                Fact(_("Следующая попытка"), next_try(row)),
            ],
            warning=row.error,
            texts=[(_("Данные"), indented(row.payload))],
        )
        if row.delivered_at is None and self.may(request, "retry"):
            card.actions = [self.button("retry", row, _("Повторить сейчас"), is_main=True)]
        return card

    @method_decorator(require_POST)
    def retry(self, request: HttpRequest, row: OutboxMessage) -> HttpResponse:
        if row.delivered_at is not None:
            said = _("Действие уже выполнено, повторять нечего.")
            return self.done(request, row, said, level=messages.WARNING)
        outbox.retry_now(row)
        self.log_change(request, row, _("Повторено вручную"))
        return self.done(request, row, _("Действие поставлено в очередь: оно выполнится сейчас."))
