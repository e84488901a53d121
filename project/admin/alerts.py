"""What is wrong now, and what was."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, duration, moment
from integrations.admin.cards import Card, CardAdmin, Fact
from integrations.clock import wall_clock
from integrations.models import Alert
from project.alerts.rule import Severity
from project.alerts.rules import BY_NAME

State = Alert.State


@admin.register(Alert)
class AlertAdmin(CardAdmin):
    list_display = ("title", "subject", "state_sign", "since_when", "lasted")
    list_filter = (
        ("state", admin.ChoicesFieldListFilter),
        ("severity", admin.AllValuesFieldListFilter),
        ("name", admin.AllValuesFieldListFilter),
    )
    search_fields = ("name", "subject")
    search_help_text = gettext_lazy("Правило (ProcessSilent) или о чём оно (worker@money)")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """What is not certain yet is nobody's business."""
        rows: QuerySet[Alert] = super().get_queryset(request)
        return rows.exclude(state=State.PENDING)

    @admin.display(description=gettext_lazy("тревога"))
    def title(self, row: Alert) -> str:
        rule = BY_NAME.get(row.name)
        return str(rule.title) if rule else row.name

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Alert) -> SafeString:
        if row.state == State.CLEARED:
            return badge(_("прошло"), Tone.OK)
        if row.severity == Severity.CRITICAL:
            return badge(_("срочно"), Tone.BAD)
        return badge(_("сегодня"), Tone.WARN)

    @admin.display(description=gettext_lazy("началось"))
    def since_when(self, row: Alert) -> str:
        return moment(row.since)

    @admin.display(description=gettext_lazy("длится"))
    def lasted(self, row: Alert) -> str:
        return duration((row.cleared_at or wall_clock()) - row.since)

    def build_card(self, request: HttpRequest, row: Alert) -> Card:
        rule: Any = BY_NAME.get(row.name)
        told = []
        if rule:
            meaning = f"{rule.title}. {rule.meaning}"
            told = [(_("Что это значит"), meaning), (_("Что делать"), str(rule.remedy))]
        return Card(
            title=self.title(row),
            badges=[self.state_sign(row)],
            facts=[
                Fact(_("О чём"), row.subject or NOTHING),
                Fact(_("Началось"), moment(row.since, seconds=True)),
                Fact(_("Сообщено"), moment(row.fired_at, seconds=True)),
                Fact(_("Прошло"), moment(row.cleared_at, seconds=True)),
                Fact(_("Длится"), self.lasted(row)),
                Fact(_("Значение"), NOTHING if row.value is None else f"{row.value.normalize():f}"),
                Fact(_("Условие"), rule.expression if rule else NOTHING, is_code=True),
                Fact(_("Правило"), row.name, is_code=True),
            ],
            prose=told,
        )
