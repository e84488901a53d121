"""What staff were told: every notice, wherever it went."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bot.models import Notice
from bot.notices.showing import plain
from bot.notices.taking import take
from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Action, Card, CardAdmin, Fact, case_link, link, shortened

State = Notice.State
TONES = {
    State.WAITING: Tone.WAIT,
    State.SENT: Tone.OK,
    State.MAILED: Tone.OK,
    State.SILENT: Tone.IDLE,
}
UNSENT = Q(state=State.WAITING) & ~Q(error="")
TAKES = "bot.change_notice"


class NoticeQueue(admin.SimpleListFilter):
    """What a person should look at."""

    title = gettext_lazy("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unsent", _("не уходят")), ("free", _("никто не взял"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queues = {"unsent": UNSENT, "free": Q(taken_at=None)}
        chosen = self.value() or ""
        return queryset.filter(queues[chosen]) if chosen in queues else queryset


@admin.register(Notice)
class NoticeAdmin(CardAdmin):
    list_display = ("title", "topic", "times", "state_sign", "taken", "last")
    list_filter = (
        NoticeQueue,
        ("topic", admin.ChoicesFieldListFilter),
        ("state", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Слова заголовка, кто взял или дело (payment:512)")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"take": ("take", TAKES)}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notice], search_term: str
    ) -> tuple[QuerySet[Notice], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if ":" in text:
            return queryset.filter(case=text), False
        return queryset.filter(Q(title__icontains=text) | Q(taken_name__icontains=text)), False

    @admin.display(description=gettext_lazy("сколько раз"))
    def times(self, row: Notice) -> str:
        return f"× {row.count}" if row.count > 1 else NOTHING

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Notice) -> SafeString:
        if row.state == State.WAITING and row.error:
            return badge(_("не уходит"), Tone.BAD)
        return badge(row.get_state_display(), TONES[State(row.state)])

    @admin.display(description=gettext_lazy("взял в работу"))
    def taken(self, row: Notice) -> str:
        return shortened(row.taken_name, 40) or NOTHING

    @admin.display(description=gettext_lazy("последний раз"))
    def last(self, row: Notice) -> str:
        return moment(row.last_at)

    def build_card(self, request: HttpRequest, row: Notice) -> Card:
        card = Card(
            title=row.title,
            badges=[self.state_sign(row)],
            warning=row.error if row.state == State.WAITING else "",
            facts=[
                Fact(_("Тема"), row.get_topic_display()),
                Fact(_("Сколько раз"), row.count),
                Fact(_("О чём"), link(_("открыть страницу"), row.url) if row.url else NOTHING),
                Fact(_("Дело"), case_link(row.case)),
                Fact(_("Взял в работу"), row.taken_name or NOTHING),
                Fact(_("Взято"), moment(row.taken_at, seconds=True)),
                Fact(_("Создано"), moment(row.created_at, seconds=True)),
                Fact(_("Последний раз"), moment(row.last_at, seconds=True)),
                Fact(_("Отправлено"), moment(row.sent_at, seconds=True)),
                Fact(_("Ключ"), row.key, is_code=True),
            ],
            texts=[(_("Текст"), f"{row.title}\n{plain(row)}".strip())],
        )
        if row.url:
            card.actions.append(Action(title=_("Открыть страницу"), url=row.url, asks=True))
        if row.taken_at is None and self.may(request, "take"):
            card.actions.append(self.button("take", row, _("Взять в работу"), is_main=True))
        return card

    def take(self, request: HttpRequest, row: Notice) -> HttpResponse:
        if request.method != "POST":
            return self.done(request, row, _("Нажмите «Взять в работу»."))
        staff: Any = request.user
        taken = take(row, name=staff.get_full_name() or staff.get_username(), staff=staff)
        if taken.is_first:
            self.log_change(request, row, _("Взято в работу"))
        return self.done(request, row, taken.words)
