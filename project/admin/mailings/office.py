"""The list of mailings and a mailing's own page: what it says, how far it is, what came of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bot.mailings import progress
from bot.models import Mailing, Recipient
from integrations.admin.badges import NOTHING, Tone, badge, duration, moment
from integrations.admin.cards import Action, Card, Fact, Table, link, list_link
from integrations.clock import now
from project.admin.mailings.audience_form import told
from project.admin.mailings.looks import excluded, side
from project.admin.mailings.recipients import TONES as OUTCOMES
from project.admin.mailings.steps import Steps

Status = Mailing.Status
TONES = {
    Status.DRAFT: Tone.IDLE,
    Status.SCHEDULED: Tone.WAIT,
    Status.COLLECTING: Tone.WAIT,
    Status.RUNNING: Tone.WAIT,
    Status.PAUSED: Tone.WARN,
    Status.STOPPED: Tone.BAD,
    Status.DONE: Tone.OK,
}
BEGUN = (Status.COLLECTING, Status.RUNNING, Status.PAUSED, Status.STOPPED, Status.DONE)
MOVING = (Status.SCHEDULED, Status.COLLECTING, Status.RUNNING)
CHANGES, SENDS, SEES = "bot.change_mailing", "bot.send_mailing", "bot.view_mailing"


@admin.register(Mailing)
class MailingAdmin(Steps):
    change_form_template = "admin/office/mailing.html"
    list_display = ("title", "channel", "state_sign", "reach", "begins", "author")
    list_display_links = ("title",)
    list_select_related = ("created_by",)
    list_filter = (
        ("status", admin.ChoicesFieldListFilter),
        ("channel", admin.ChoicesFieldListFilter),
    )
    search_fields = ("name", "subject_ru", "subject_en")
    search_help_text = gettext_lazy("Слова названия или темы письма")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "edit": ("edit", CHANGES),
        "try_out": ("try_out", CHANGES),
        "copy": ("copy", "bot.add_mailing"),
        "start": ("start", SENDS),
        "unschedule": ("unschedule", SENDS),
        "pause": ("pause", SENDS),
        "resume": ("resume", SENDS),
        "stop": ("stop", SENDS),
        "report_csv": ("report_csv", SEES),
        "live": ("live", SEES),
    }

    def get_urls(self) -> list[URLPattern]:
        beside = path("side/", self.admin_site.admin_view(self.side_view), name="bot_mailing_side")
        return [beside, *super().get_urls()]

    @admin.display(description=gettext_lazy("название"))
    def title(self, row: Mailing) -> str:
        return row.name

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Mailing) -> SafeString:
        return badge(row.get_status_display(), TONES[Status(row.status)])

    @admin.display(description=gettext_lazy("получателей"))
    def reach(self, row: Mailing) -> str:
        return str(row.total) if row.status in BEGUN else NOTHING

    @admin.display(description=gettext_lazy("начало"))
    def begins(self, row: Mailing) -> str:
        return moment(row.started_at or row.starts_at)

    @admin.display(description=gettext_lazy("кто создал"))
    def author(self, row: Mailing) -> str:
        return str(row.created_by or NOTHING)

    def build_card(self, request: HttpRequest, row: Mailing) -> Card:
        has_begun = row.status in BEGUN
        shown = side(row)
        card = Card(
            title=row.name,
            badges=[] if has_begun else [self.state_sign(row)],  # else it stands with the progress
            warning=row.pause_reason,
            actions=self._actions(request, row),
            facts=[
                Fact(_("Кому и как"), row.get_channel_display()),
                Fact(_("Начать"), moment(row.starts_at)),
                Fact(_("Началась"), moment(row.started_at, seconds=True)),
                Fact(_("Закончилась"), moment(row.finished_at, seconds=True)),
                Fact(_("Служебная"), _("да") if row.is_service else _("нет")),
                Fact(_("Ночью"), _("не пишем") if row.keeps_quiet_hours else _("пишем")),
                Fact(_("Кто создал"), self.author(row)),
                *(Fact(label, words) for label, words in told(row.audience)),
            ],
            extra={"looks": shown.looks, "side": None if has_begun else shown},
        )
        if has_begun:
            card.extra |= self._getting_on(row)
            card.tables = self._tables(row)
        return card

    def live(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        """How far it is: what the page asks for again and again."""
        return TemplateResponse(
            request, "admin/office/mailing_progress.html", self._getting_on(row)
        )

    def _getting_on(self, row: Mailing) -> dict[str, Any]:
        found = progress.progress(row)
        counts = [
            (
                badge(str(Recipient.State(state).label), OUTCOMES[Recipient.State(state)]),
                number,
                list_link(Recipient, mailing__id__exact=row.pk, state__exact=state),
            )
            for state, number in found.counts.items()
            if number
        ]
        left = duration(found.ends_at - now()) if found.ends_at else ""
        return {
            "progress": found,
            "counts": counts,
            "pace": pace_of(found.a_second),
            "left": left,
            "is_moving": row.status in MOVING,
            "live_url": self.page_of("live", row.pk),
            "state_sign": self.state_sign(row),
        }

    def _tables(self, row: Mailing) -> list[Table]:
        why = excluded(row.excluded)
        return [
            Table(
                title=_("Кто не в списке"),
                headers=[_("Почему"), _("Сколько")],
                rows=[[reason, number] for reason, number in why],
                empty=_("Исключённых нет."),
            ),
            Table(
                title=_("Переходы"),
                headers=[_("Ссылка"), _("Перешли, человек")],
                rows=[[link(one.url, one.url), one.clicks] for one in row.links.order_by("number")],
                empty=_("Ссылок нет, или переходы не считаются."),
            ),
        ]

    def _actions(self, request: HttpRequest, row: Mailing) -> list[Action]:
        offered: dict[str, tuple[str, dict[str, bool]]] = {}
        if row.status == Status.DRAFT:
            offered["edit"] = (_("Изменить"), {"asks": True})
            offered["try_out"] = (_("Себе на пробу"), {"asks": True})
            offered["start"] = (_("Начать…"), {"asks": True, "is_main": True})
        if row.status == Status.SCHEDULED:
            offered["try_out"] = (_("Себе на пробу"), {"asks": True})
            offered["unschedule"] = (_("Вернуть в черновики"), {})
            offered["start"] = (_("Другое время…"), {"asks": True})
        if row.status in (Status.COLLECTING, Status.RUNNING):
            offered["pause"] = (_("Пауза"), {"is_main": True})
        if row.status == Status.PAUSED:
            offered["resume"] = (_("Продолжить"), {"is_main": True})
        if row.status in (Status.COLLECTING, Status.RUNNING, Status.PAUSED):
            offered["stop"] = (_("Остановить…"), {"asks": True})
        if row.status in BEGUN:
            offered["report_csv"] = (_("Скачать CSV"), {"asks": True})
        offered["copy"] = (_("Скопировать"), {})
        return [
            self.button(name, row, title, **flags)
            for name, (title, flags) in offered.items()
            if self.may(request, name)
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mailing]:
        rows: QuerySet[Mailing] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        return rows.defer("body_ru", "body_en") if is_list else rows


def pace_of(a_second: float | None) -> str:
    if not a_second:
        return ""
    if a_second < 1:
        return _("%(number)d в минуту") % {"number": max(1, round(a_second * 60))}
    return _("%(number)d в секунду") % {"number": round(a_second)}
