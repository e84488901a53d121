"""The page where a mailing is written: the form, and beside it what it would do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bot.mailings.conditions import BadAudience
from bot.models import Mailing
from integrations.admin.cards import CardAdmin
from project.admin.mailings.audience_form import AudienceForm
from project.admin.mailings.draft_form import DraftForm
from project.admin.mailings.looks import placeholders, side

EDITABLE = (Mailing.Status.DRAFT,)


class Editing(CardAdmin):
    """Adding and changing a draft; a mailing that has begun is read only."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.has_perm("bot.add_mailing"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        staff: Any = request.user
        return self._write(request, Mailing(channel=_channel(request), created_by=staff))

    def edit(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        if row.status not in EDITABLE:
            return self.done(request, row, _("Рассылка уже назначена или началась: её не меняют."))
        return self._write(request, row)

    def side_view(self, request: HttpRequest) -> HttpResponse:
        """What the form as it stands would do; asked for by the page while one writes."""
        if not (request.user.has_perm("bot.view_mailing") and request.method == "POST"):
            raise PermissionDenied
        draft, _chosen = _forms(request, Mailing())
        return TemplateResponse(
            request, "admin/office/mailing_side.html", {"side": side(draft.instance)}
        )

    def _write(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        draft, chosen = _forms(request, row)
        is_sent = request.method == "POST" and "look" not in request.POST
        if is_sent and draft.is_valid() and chosen.is_valid():
            is_new = row.pk is None
            saved = draft.save()
            note = [{"added": {}}] if is_new else _("Текст или получатели изменены")
            (self.log_addition if is_new else self.log_change)(request, saved, note)
            return self.done(request, saved, _("Черновик сохранён."))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Новая рассылка") if row.pk is None else row.name,
            "draft": draft,
            "chosen": chosen,
            "groups": _groups(chosen),
            "placeholders": placeholders(),
            "side": side(draft.instance),
            "side_url": self.page_of("side"),
            "back": self.page_of("changelist")
            if row.pk is None
            else self.page_of("change", row.pk),
        }
        return TemplateResponse(request, "admin/office/mailing_edit.html", context)


def _channel(request: HttpRequest) -> str:
    wanted = request.GET.get("channel", "")
    return wanted if wanted in Mailing.Channel.values else Mailing.Channel.TELEGRAM


def _forms(request: HttpRequest, row: Mailing) -> tuple[DraftForm, AudienceForm]:
    """Both forms; where they were sent, the draft's row holds what they say, saved or not."""
    if request.method != "POST":
        return DraftForm(instance=row), AudienceForm(initial=AudienceForm.shown(row.audience))
    draft, chosen = DraftForm(request.POST, instance=row), AudienceForm(request.POST)
    draft.is_valid()  # fills the row
    if chosen.is_valid():
        try:
            row.audience = chosen.chosen(row.channel)
        except BadAudience as error:
            chosen.add_error(error.field, str(error))
    return draft, chosen


def _groups(chosen: AudienceForm) -> list[tuple[str, str, list[Any]]]:
    """Channel it belongs to, heading, fields."""
    return [
        ("", _("Кому угодно"), [chosen[name] for name in chosen.COMMON]),
        (
            Mailing.Channel.TELEGRAM.value,
            _("Клиенты в Telegram"),
            [chosen[name] for name in chosen.CUSTOMERS],
        ),
        (
            Mailing.Channel.MAIL.value,
            _("Партнёры по e-mail"),
            [chosen[name] for name in chosen.PARTNERS],
        ),
    ]
