from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link
from integrations.clock import now
from payments.admin.badges import sum_of
from payments.admin.reconciliation_forms import PeriodForm, UploadForm, iso
from payments.models import Statement
from payments.registry import provider_label
from payments.services import statements
from payments.services.reconciliation.runs import AlreadyRunning
from payments.services.statement_reading import StatementRefused

ADD = "payments.add_statement"


@admin.register(Statement)
class StatementAdmin(CardAdmin):
    change_list_template = "admin/office/change_list.html"
    list_display = ("name", "provider_name", "state", "uploaded_by", "uploaded")
    list_select_related = ("uploaded_by",)
    sortable_by = ()
    card_actions = {"keep": ("keep", ADD), "discard": ("discard", ADD)}

    def get_queryset(self, request: HttpRequest) -> Any:
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        rows = super().get_queryset(request)
        return rows.defer("rows") if is_list else rows

    def get_urls(self) -> list[URLPattern]:
        upload = self.admin_site.admin_view(self.upload)
        return [path("upload/", upload, name="payments_statement_upload"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if request.user.has_perm(ADD):
            context["tools"] = [(_("Загрузить выписку"), self.page_of("upload"))]
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @admin.display(description=gettext_lazy("платёжная система"))
    def provider_name(self, row: Statement) -> str:
        return provider_label(row.provider)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Statement) -> SafeString:
        if row.kept_at is None:
            return badge(_("просмотр"), Tone.WAIT)
        return badge(_("принята"), Tone.OK)

    @admin.display(description=gettext_lazy("загружена"))
    def uploaded(self, row: Statement) -> str:
        return moment(row.uploaded_at)

    def upload(self, request: HttpRequest) -> HttpResponse:
        """A file, read before anything is kept; what cannot be read is told by its line."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
        if is_sent and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                row = statements.upload(
                    provider=form.cleaned_data["provider"],
                    name=file.name,
                    content=file.read(),
                    currency=form.cleaned_data["currency"],
                    staff=cast(User, request.user),
                )
                return HttpResponseRedirect(self.page_of("change", row.pk))
            except StatementRefused as refused:
                for problem in refused.problems:
                    words = {"line": problem.line, "text": problem.text}
                    line = _("Строка %(line)s: %(text)s") % words if problem.line else problem.text
                    form.add_error(None, line)
            except statements.UploadedBefore as before:
                words = {"number": before.statement.pk}
                form.add_error(None, _("Этот файл уже принят: выписка № %(number)s.") % words)
        return TemplateResponse(
            request,
            "admin/office/ask.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Загрузить выписку"),
                "effects": [
                    _(
                        "Нужны столбцы с номером и суммой; дата, статус, валюта и возврат – если есть."
                    ),
                    _("Сначала вы увидите, что прочитано. До вашего решения ничего не сверяется."),
                ],
                "form": form,
                "button": _("Прочитать"),
                "back": self.page_of("changelist"),
            },
        )

    def build_card(self, request: HttpRequest, row: Statement) -> Card:
        seen = statements.preview(row)
        card = Card(
            title=_("Выписка «%(name)s»") % {"name": row.name},
            badges=[self.state(row)],
            facts=[
                Fact(_("Платёжная система"), provider_label(row.provider)),
                Fact(_("Строк о деньгах"), seen.count),
                Fact(_("Оплачено"), ", ".join(sum_of(money) for money in seen.paid)),
                Fact(_("Возвращено"), ", ".join(sum_of(money) for money in seen.refunded)),
                Fact(_("Первая дата"), moment(seen.since)),
                Fact(_("Последняя дата"), moment(seen.until)),
                Fact(_("Загрузил"), row.uploaded_by),
                Fact(_("Загружена"), moment(row.uploaded_at)),
            ],
            tables=[_first_rows(seen), *([_runs(row)] if row.kept_at else [])],
        )
        if row.kept_at is None and self.may(request, "keep"):
            card.actions = [
                self.button("keep", row, _("Принять и сверить"), asks=True, is_main=True),
                self.button("discard", row, _("Не принимать")),
            ]
        return card

    def keep(self, request: HttpRequest, row: Statement) -> HttpResponse:
        seen = statements.preview(row)
        initial = {
            "since": iso(localtime(seen.since or now()).date()),
            "until": iso(localtime(seen.until or now()).date()),
        }
        form = PeriodForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid():
            since, until = form.period
            try:
                run = statements.keep(
                    statement_id=row.pk, since=since, until=until, staff=cast(User, request.user)
                )
            except AlreadyRunning:
                said = _("Такая сверка уже идёт: дождитесь её конца.")
                return self.done(request, row, said, level=messages.WARNING)
            self.log_change(request, row, _("Выписка принята"))
            said = _("Сверка поставлена в очередь: %(run)s.") % {"run": f"№ {run.pk}"}
            return self.done(request, row, said)
        return self.ask(
            request,
            row,
            title=_("Принять выписку и сверить"),
            effects=[
                _("Наши платежи этого периода будут сверены с файлом, как со списком из API."),
                _("Этот файл второй раз принят не будет."),
            ],
            form=form,
            button=_("Принять и сверить"),
        )

    @method_decorator(require_POST)
    def discard(self, request: HttpRequest, row: Statement) -> HttpResponse:
        if statements.discard(statement_id=row.pk):
            messages.info(request, _("Файл не принят и забыт."))
        return HttpResponseRedirect(self.page_of("changelist"))


def _first_rows(seen: statements.Preview) -> Table:
    return Table(
        title=_("Первые строки, как они прочитаны"),
        headers=(_("строка"), _("номер"), _("что"), _("сумма"), _("дата"), _("у нас")),
        rows=[
            [
                row["line"],
                row["reference"] or row["external_id"],
                _("возврат") if statements.is_refund(row) else _("оплата"),
                f"{row['amount'] or row['refunded'] or NOTHING} {row['currency']}",
                (row["at"] or NOTHING).replace("T", " ")[:16],
                row_link(payment) if payment else badge(_("нет у нас"), Tone.WARN),
            ]
            for row, payment in seen.shown
        ],
        empty=_("Строк нет."),
    )


def _runs(row: Statement) -> Table:
    return Table(
        title=_("Сверки с этой выпиской"),
        headers=(_("сверка"), _("начата")),
        rows=[
            [row_link(run, f"№ {run.pk}"), moment(run.started_at)]
            for run in row.reconciliationrun_set.all()
        ],
        empty=_("Ещё не сверялась."),
    )
