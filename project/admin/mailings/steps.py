"""What is done with a mailing: tried, started, paused, stopped, copied. Each leaves a line in the history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from bot.mailings import progress, running
from bot.models import Mailing
from integrations.admin.badges import moment
from integrations.clock import now
from integrations.errors import IntegrationError
from project.admin.mailings import report
from project.admin.mailings.draft_form import StartForm, TryForm
from project.admin.mailings.editing import Editing
from project.admin.mailings.looks import side

KEPT = (
    "channel",
    "audience",
    "is_service",
    "subject_ru",
    "subject_en",
    "body_ru",
    "body_en",
    "button_ru",
    "button_en",
    "button_url",
    "counts_clicks",
    "keeps_quiet_hours",
)


class Steps(Editing):
    def start(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        """How many get it and why others do not, before it begins; the time is chosen here."""
        form = StartForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._schedule(request, row, form.cleaned_data["at"])
        now_true = side(row)
        effects = [
            _("Пока нельзя: %(problem)s") % {"problem": problem} for problem in now_true.problems
        ]
        if not now_true.problems and now_true.counted:
            effects = [
                _("Получат: %(number)s.") % {"number": now_true.counted.total},
                *(
                    _("Не получат, %(why)s: %(number)s.") % {"why": why, "number": number}
                    for why, number in now_true.excluded
                ),
                _("Список получателей составится в момент начала; до него рассылку можно вернуть."),
            ]
            if row.keeps_quiet_hours:
                effects.append(_("Ночью не пишем: остановится и продолжится утром сама."))
            if row.is_service:
                effects.append(_("Служебная: уйдёт и тем, кто не давал согласия на новости."))
        return self.ask(
            request,
            row,
            title=_("Начать рассылку «%(name)s»") % {"name": row.name},
            effects=effects,
            form=form,
            button=_("Назначить"),
        )

    def _schedule(self, request: HttpRequest, row: Mailing, at: datetime | None) -> HttpResponse:
        if at is not None and at < now():
            return self._refused(request, row, _("Это время уже прошло."))
        try:
            started = running.schedule(row, at)
        except running.NotPossible as error:
            return self._refused(request, row, str(error))
        when = moment(started.starts_at)
        self.log_change(request, row, _("Назначена на %(when)s") % {"when": when})
        return self.done(request, row, _("Рассылка назначена на %(when)s.") % {"when": when})

    def unschedule(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        return self._move(request, row, running.unschedule, _("Возвращена в черновики"))

    def pause(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        return self._move(request, row, running.pause, _("Поставлена на паузу"))

    def resume(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        return self._move(request, row, running.resume, _("Продолжена"))

    def stop(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        if request.method == "POST":
            return self._move(request, row, running.stop, _("Остановлена навсегда"))
        counts = progress.progress(row).counts
        return self.ask(
            request,
            row,
            title=_("Остановить рассылку «%(name)s»") % {"name": row.name},
            effects=[
                _("Не получат те, кто ещё ждёт: %(number)s.") % {"number": counts["waiting"]},
                _("Продолжить её будет нельзя; можно скопировать в новый черновик."),
            ],
            form=None,
            button=_("Остановить"),
        )

    def try_out(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        staff: Any = request.user
        first = staff.email if row.channel == Mailing.Channel.MAIL else ""
        form = TryForm(request.POST if request.method == "POST" else None, initial={"to": first})
        is_mail = row.channel == Mailing.Channel.MAIL
        form.fields["to"].label = _("E-mail") if is_mail else _("Номер вашего чата с ботом")
        if request.method == "POST" and form.is_valid():
            to, languages = form.cleaned_data["to"], form.cleaned_data["languages"].split(",")
            languages = [one for one in languages if getattr(row, f"body_{one}").strip()]
            try:
                running.send_test(row, to=to.strip(), languages=languages)
            except (IntegrationError, ValueError) as error:
                form.add_error("to", _("Не отправлено: %(error)s") % {"error": error})
            else:
                self.log_change(request, row, _("Отправлена на пробу: %(to)s") % {"to": to})
                return self.done(request, row, _("Отправлено на %(to)s.") % {"to": to})
        return self.ask(
            request,
            row,
            title=_("Себе на пробу: %(name)s") % {"name": row.name},
            effects=[
                _("Уйдёт одно сообщение на каждый язык, с придуманными данными."),
                _("Переходы по ссылкам не считаются, отписка не сработает."),
            ],
            form=form,
            button=_("Отправить"),
        )

    def copy(self, request: HttpRequest, row: Mailing) -> HttpResponse:
        staff: Any = request.user
        fresh = Mailing.objects.create(
            name=_("%(name)s – копия") % {"name": row.name[:100]},
            created_by=staff,
            **{field: getattr(row, field) for field in KEPT},
        )
        self.log_addition(request, fresh, _("Скопирована с № %(number)s") % {"number": row.pk})
        return self.done(request, fresh, _("Это новый черновик."))

    def report_csv(self, request: HttpRequest, row: Mailing) -> HttpResponseBase:
        return report.csv_of(row)

    def _move(self, request: HttpRequest, row: Mailing, act: Any, said: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(self.page_of("change", row.pk))
        try:
            act(row)
        except running.NotPossible as error:
            return self._refused(request, row, str(error))
        self.log_change(request, row, said)
        return self.done(request, row, f"{said}.")

    def _refused(self, request: HttpRequest, row: Mailing, said: str) -> HttpResponse:
        return self.done(request, row, said, level=messages.ERROR)
