"""Reminders, for reading: what was said to whom, through which channel, and why not."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link
from payments.models import Customer, Reminder

Status = Reminder.Status
TONES = {
    Status.PLANNED: Tone.WAIT,
    Status.SENT: Tone.OK,
    Status.SKIPPED: Tone.IDLE,
    Status.UNCLEAR: Tone.WARN,
    Status.FAILED: Tone.BAD,
}
MOST = 20


@admin.register(Reminder)
class ReminderAdmin(CardAdmin):
    list_display = ("number", "holder", "kind", "about", "state", "where", "why_not", "sent")
    list_select_related = ("subscription__customer",)
    list_filter = (
        ("status", admin.ChoicesFieldListFilter),
        ("kind", admin.ChoicesFieldListFilter),
        ("channel", admin.ChoicesFieldListFilter),
    )
    search_fields = ("subscription__customer__telegram_id",)
    search_help_text = gettext_lazy("Telegram ID")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Reminder) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("клиент"))
    def holder(self, row: Reminder) -> Any:
        return row_link(row.subscription.customer)

    @admin.display(description=gettext_lazy("о сроке до"))
    def about(self, row: Reminder) -> str:
        return moment(row.ends_at)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Reminder) -> SafeString:
        return reminder_badge(row)

    @admin.display(description=gettext_lazy("куда"))
    def where(self, row: Reminder) -> str:
        return row.get_channel_display() or NOTHING

    @admin.display(description=gettext_lazy("пояснение"))
    def why_not(self, row: Reminder) -> str:
        return row.get_note_display() or NOTHING

    @admin.display(description=gettext_lazy("отправлено"))
    def sent(self, row: Reminder) -> str:
        return moment(row.sent_at)

    def build_card(self, request: HttpRequest, row: Reminder) -> Card:
        return Card(
            title=_("Напоминание № %(number)s") % {"number": row.pk},
            badges=[reminder_badge(row)],
            facts=[
                Fact(_("Клиент"), row_link(row.subscription.customer)),
                Fact(_("Подписка"), row_link(row.subscription)),
                Fact(_("Какое"), row.get_kind_display()),
                Fact(_("О сроке до"), moment(row.ends_at, seconds=True)),
                Fact(_("Куда"), row.get_channel_display()),
                Fact(_("Пояснение"), row.get_note_display()),
                Fact(_("Создано"), moment(row.created_at, seconds=True)),
                Fact(_("Отправлено"), moment(row.sent_at, seconds=True)),
            ],
        )


def reminder_badge(row: Reminder) -> SafeString:
    return badge(row.get_status_display(), TONES[Status(row.status)])


def reminders_of(customer: Customer) -> Table:
    """For the customer's page: the newest first."""
    rows = Reminder.objects.filter(subscription__customer=customer)[:MOST]
    return Table(
        title=_("Напоминания"),
        headers=(
            _("какое"),
            _("о сроке до"),
            _("состояние"),
            _("куда"),
            _("пояснение"),
            _("отправлено"),
        ),
        rows=[
            [
                row_link(row, row.get_kind_display()),
                moment(row.ends_at),
                reminder_badge(row),
                row.get_channel_display() or NOTHING,
                row.get_note_display() or NOTHING,
                moment(row.sent_at),
            ]
            for row in rows
        ],
        empty=_("Напоминаний ещё не было."),
    )
