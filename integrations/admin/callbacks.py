from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.body import readable
from integrations.admin.cards import (
    Card,
    CardAdmin,
    Fact,
    Table,
    case_link,
    plain_rows,
    shortened,
)
from integrations.admin.filters import CallbackQueue, SourceFilter
from integrations.models import InboundCallback, OutboxMessage
from integrations.services import inbox

Status = InboundCallback.Status
Verdict = InboundCallback.Verdict

VERDICT_TONES = {Verdict.ACCEPTED: Tone.OK, Verdict.REJECTED: Tone.BAD, Verdict.MALFORMED: Tone.BAD}
STATUS_TONES = {
    Status.RECEIVED: Tone.WAIT,
    Status.WAITING: Tone.WARN,
    Status.APPLIED: Tone.OK,
    Status.UNKNOWN: Tone.WARN,
    Status.DEAD: Tone.BAD,
    Status.REFUSED: Tone.IDLE,
}


# What those who apply calls report about each event of a call.
OUTCOME_WORDS = {
    "moved": gettext_lazy("состояние изменено"),
    "kept": gettext_lazy("ничего не меняет"),
    "review": gettext_lazy("отправлен на проверку"),
    "application": gettext_lazy("принята заявка"),
    "repeat": gettext_lazy("повтор заявки, осталась первая"),
    "nothing to do": gettext_lazy("делать нечего"),
}


def outcome_of(row: InboundCallback) -> str:
    return ", ".join(str(OUTCOME_WORDS.get(word, word)) for word in row.outcome.split(", "))


def verdict_badge(row: InboundCallback) -> SafeString:
    return badge(row.get_verdict_display(), VERDICT_TONES[Verdict(row.verdict)])


def status_badge(row: InboundCallback) -> SafeString:
    return badge(row.get_status_display(), STATUS_TONES[Status(row.status)])


@admin.register(InboundCallback)
class InboundCallbackAdmin(CardAdmin):
    list_display = ("number", "origin", "verdict_sign", "status_sign", "case_page", "tries", "came")
    list_filter = (
        CallbackQueue,
        SourceFilter,
        ("verdict", admin.ChoicesFieldListFilter),
        ("status", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер вызова или платежа")
    sortable_by = ("number",)
    card_actions = {"replay": ("replay", "integrations.replay")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundCallback]:
        """The list needs no bodies; the card reads its own."""
        rows: QuerySet[InboundCallback] = super().get_queryset(request)
        return rows.defer("body", "headers")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return by_number_or_case(queryset, search_term), False

    @admin.display(description=gettext_lazy("№"), ordering="id")
    def number(self, row: InboundCallback) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("источник"))
    def origin(self, row: InboundCallback) -> str:
        return f"{row.source} / {row.kind}" if row.kind else row.source

    @admin.display(description=gettext_lazy("проверка"))
    def verdict_sign(self, row: InboundCallback) -> SafeString:
        return verdict_badge(row)

    @admin.display(description=gettext_lazy("состояние"))
    def status_sign(self, row: InboundCallback) -> SafeString:
        return status_badge(row)

    @admin.display(description=gettext_lazy("дело"))
    def case_page(self, row: InboundCallback) -> Any:
        return case_link(row.case)

    @admin.display(description=gettext_lazy("доставок / попыток"))
    def tries(self, row: InboundCallback) -> str:
        return f"{row.deliveries} / {row.attempts}"

    @admin.display(description=gettext_lazy("получен"))
    def came(self, row: InboundCallback) -> str:
        return moment(row.received_at, seconds=True)

    def build_card(self, request: HttpRequest, row: InboundCallback) -> Card:
        card = Card(
            title=_("Входящий вызов № %(number)s") % {"number": row.pk},
            badges=[verdict_badge(row), status_badge(row)],
            facts=[
                Fact(_("Источник"), self.origin(row)),
                Fact(_("Дело"), case_link(row.case)),
                Fact(_("Почему отклонён"), row.verdict_reason)
                if row.verdict != Verdict.ACCEPTED
                else Fact(_("Чем кончилось"), outcome_of(row)),
                Fact(_("Получен"), moment(row.received_at, seconds=True)),
                Fact(_("Доставок"), deliveries(row)),
                Fact(_("Обработан"), moment(row.applied_at, seconds=True)),
                Fact(_("Попыток обработки"), row.attempts),
                Fact(_("Следующая попытка"), next_try(row)),
                Fact(_("Адрес отправителя"), row.remote_addr, is_code=True),
                Fact(_("Номер запроса"), row.request_id, is_code=True),
                Fact(_("SHA-256 тела"), row.digest, is_code=True),
            ],
            warning=row.error,
            tables=[
                Table(
                    title=_("Заголовки"),
                    headers=(_("имя"), _("значение")),
                    rows=plain_rows(sorted(row.headers.items())),
                    empty=_("Заголовков не было."),
                )
            ],
            texts=[(_("Тело, %(size)s байт") % {"size": len(row.body)}, readable(bytes(row.body)))],
        )
        if row.verdict == Verdict.ACCEPTED and self.may(request, "replay"):
            card.actions = [self.button("replay", row, _("Повторить обработку"), is_main=True)]
        return card

    @method_decorator(require_POST)
    def replay(self, request: HttpRequest, row: InboundCallback) -> HttpResponse:
        if row.verdict != Verdict.ACCEPTED:
            return self.done(
                request, row, _("Непринятый вызов не обрабатывается."), level=messages.WARNING
            )
        inbox.requeue(row.pk)
        self.log_change(request, row, _("Обработка повторена"))
        return self.done(request, row, _("Вызов поставлен в очередь: обработка займёт секунды."))


def deliveries(row: InboundCallback) -> str:
    if row.deliveries == 1:
        return "1"
    last = moment(row.last_delivery_at, seconds=True)
    return _("%(count)s, последняя %(last)s") % {"count": row.deliveries, "last": last}


def next_try(row: InboundCallback) -> str:
    open_states = (Status.RECEIVED, Status.WAITING)
    return moment(row.not_before if row.status in open_states else None, seconds=True)


def by_number_or_case(
    queryset: QuerySet[Any], term: str
) -> QuerySet[InboundCallback] | QuerySet[OutboxMessage]:
    """`15` is a row's own number or a payment's; `payment:15` is the case alone."""
    wanted = term.strip().lstrip("№# ")
    if not wanted:
        return queryset
    if wanted.isdigit() and len(wanted) < 19:
        return queryset.filter(Q(pk=int(wanted)) | Q(case=f"payment:{wanted}"))
    return queryset.filter(case=wanted) if ":" in wanted else queryset.none()


def brief(row: InboundCallback) -> list[Any]:
    """One line about a call, for the page of its case."""
    return [
        moment(row.received_at, seconds=True),
        verdict_badge(row),
        status_badge(row),
        shortened(row.error or outcome_of(row)),
        f"{row.deliveries} / {row.attempts}",
    ]
