from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from integrations.admin.badges import moment
from integrations.admin.cards import Card, CardAdmin
from integrations.errors import IntegrationError
from payments.admin.forms import ReasonForm
from payments.admin.reconciliation_badges import period, run_badge
from payments.admin.reconciliation_card import card_of
from payments.admin.reconciliation_export import csv_of_run
from payments.admin.reconciliation_forms import SignForm, StartForm, subject_label
from payments.errors import EventTooEarly, UnknownPayment
from payments.models import ReconciliationLine, ReconciliationRun
from payments.registry import UnknownProvider
from payments.services.reconciliation import fixes, runs, signing

RUN = "payments.run_reconciliation"
# What a button needs beside the right to reconcile.
NEEDS = {
    fixes.Fix.CHECK: "payments.check_payment",
    fixes.Fix.REFUNDS: "payments.check_payment",
    fixes.Fix.SYNC: "payments.sync_subscription",
    fixes.Fix.CLOSE: "payments.sync_subscription",
}


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(CardAdmin):
    change_form_template = "admin/office/reconciliation.html"
    change_list_template = "admin/office/change_list.html"
    list_display = ("number", "subject_name", "days", "state", "theirs", "ours", "begun", "signer")
    list_select_related = ("signed_by",)
    list_filter = (("status", admin.ChoicesFieldListFilter),)
    sortable_by = ()
    card_actions = {
        "sign": ("sign", "payments.sign_reconciliation"),
        "again": ("again", RUN),
        "export": ("export", "payments.view_reconciliationrun"),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRun]:
        rows: QuerySet[ReconciliationRun] = super().get_queryset(request)
        is_open = Q(lines__isnull=False, lines__resolved_at=None)
        return rows.select_related("statement", "started_by", "signed_by").annotate(
            open_count=Count("lines", filter=is_open)
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("start/", view(self.start), name="payments_reconciliationrun_start"),
            path("lines/<int:line_id>/fix/", view(self.fix), name="payments_reconciliationrun_fix"),
            path(
                "lines/<int:line_id>/explain/",
                view(self.explain),
                name="payments_reconciliationrun_explain",
            ),
            *super().get_urls(),
        ]

    # --- the list ---

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if request.user.has_perm(RUN):
            context["tools"] = [(_("Провести сверку"), self.page_of("start"))]
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @admin.display(description=gettext_lazy("№"))
    def number(self, run: ReconciliationRun) -> int:
        return run.pk

    @admin.display(description=gettext_lazy("с чем"))
    def subject_name(self, run: ReconciliationRun) -> str:
        return subject_label(run.subject)

    @admin.display(description=gettext_lazy("период"))
    def days(self, run: ReconciliationRun) -> str:
        return period(run)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, run: Any) -> SafeString:
        return run_badge(run, run.open_count)

    @admin.display(description=gettext_lazy("начата"))
    def begun(self, run: ReconciliationRun) -> str:
        return moment(run.started_at)

    @admin.display(description=gettext_lazy("подписал"))
    def signer(self, run: ReconciliationRun) -> str:
        return str(run.signed_by or "–")

    # --- a run ---

    def build_card(self, request: HttpRequest, row: Any) -> Card:
        card = card_of(
            row,
            address=lambda name, line: self.page_of(name, line.pk),
            may_act=request.user.has_perm(RUN),
        )
        is_done = row.status == ReconciliationRun.Status.DONE
        in_order = is_done and not row.error and not card.extra["open"]
        if in_order and row.signed_at is None and self.may(request, "sign"):
            signing_button = self.button("sign", row, _("Подписать"), asks=True, is_main=True)
            card.actions.append(signing_button)
        if row.status != ReconciliationRun.Status.RUNNING and self.may(request, "again"):
            card.actions.append(self.button("again", row, _("Сверить ещё раз")))
        if is_done:
            card.actions.append(self.button("export", row, _("Выгрузить CSV"), asks=True))
        return card

    def start(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(RUN):
            raise PermissionDenied
        form = StartForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            since, until = form.period
            return self._ordered(request, form.cleaned_data["subject"], since, until)
        return TemplateResponse(
            request,
            "admin/office/ask.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Провести сверку"),
                "effects": [
                    _("Список той стороны будет прочитан страницами; это может занять минуты."),
                    _("Ничего не изменится: расхождения ждут вашего решения."),
                ],
                "form": form,
                "button": _("Сверить"),
                "back": self.page_of("changelist"),
            },
        )

    @method_decorator(require_POST)
    def again(self, request: HttpRequest, row: ReconciliationRun) -> HttpResponse:
        """The same period, now; a statement is compared anew."""
        return self._ordered(request, row.subject, row.since, row.until, statement=row.statement)

    def _ordered(
        self, request: HttpRequest, subject: str, since: Any, until: Any, *, statement: Any = None
    ) -> HttpResponse:
        try:
            run = runs.order(
                subject=subject,
                since=since,
                until=until,
                statement=statement,
                started_by=cast(User, request.user),
            )
        except runs.AlreadyRunning:
            messages.warning(request, _("Такая сверка уже идёт: дождитесь её конца."))
            return HttpResponseRedirect(self.page_of("changelist"))
        runs.order_for_worker(run)
        said = _("Сверка поставлена в очередь: через несколько секунд обновите страницу.")
        return self.done(request, run, said)

    def sign(self, request: HttpRequest, row: ReconciliationRun) -> HttpResponse:
        form = SignForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                note = form.cleaned_data["note"]
                signing.sign(run_id=row.pk, staff=cast(User, request.user), note=note)
            except signing.NotReconciled:
                said = _("Подписать нельзя: разберите все расхождения.")
                return self.done(request, row, said, level=messages.ERROR)
            self.log_change(request, row, _("Сверка подписана"))
            return self.done(request, row, _("Сверка подписана."))
        effects = [
            _("Вы подтверждаете: все расхождения исправлены или объяснены."),
            _("Ваше имя и время останутся в сверке; разобрать её заново будет нельзя."),
        ]
        title = _("Подписать сверку № %(number)s") % {"number": row.pk}
        return self.ask(
            request, row, title=title, effects=effects, form=form, button=_("Подписать")
        )

    @method_decorator(require_safe)
    def export(self, request: HttpRequest, row: ReconciliationRun) -> Any:
        return csv_of_run(row)

    # --- a line ---

    @method_decorator(require_POST)
    def fix(self, request: HttpRequest, line_id: int) -> HttpResponse:
        line = self._line(request, line_id)
        needed = NEEDS.get(fixes.fix_of(line))
        if needed and not request.user.has_perm(needed):
            raise PermissionDenied
        try:
            done = fixes.fix(line_id=line.pk, staff=cast(User, request.user))
        except fixes.NotFixed as error:
            return self.done(request, line.run, str(error), level=messages.WARNING)
        except (IntegrationError, EventTooEarly) as error:
            said = _("Платёжная система не ответила как надо: %(error)s. Попробуйте через минуту.")
            return self.done(request, line.run, said % {"error": error}, level=messages.WARNING)
        except UnknownPayment:
            said = _("Платёжная система говорит о другом заказе. Ничего не изменено.")
            return self.done(request, line.run, said, level=messages.ERROR)
        except UnknownProvider:
            said = _("Эта платёжная система сейчас выключена.")
            return self.done(request, line.run, said, level=messages.WARNING)
        self.log_change(request, line.run, f"{line}: {done}")
        return self.done(request, line.run, done)

    def explain(self, request: HttpRequest, line_id: int) -> HttpResponse:
        line = self._line(request, line_id)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            signing.explain(line_id=line.pk, reason=reason, staff=cast(User, request.user))
            self.log_change(request, line.run, f"{line}: {reason}")
            return self.done(request, line.run, _("Объяснение записано."))
        return self.ask(
            request,
            line.run,
            title=_("Объяснить: %(difference)s") % {"difference": line},
            effects=[
                _("У нас: %(ours)s. У них: %(theirs)s.")
                % {"ours": line.ours or "–", "theirs": line.theirs or "–"},
                _("Ничего не изменится; следующие сверки об этом промолчат, пока данные те же."),
            ],
            form=form,
            button=_("Записать"),
        )

    def _line(self, request: HttpRequest, line_id: int) -> ReconciliationLine:
        if not request.user.has_perm(RUN) or not self.has_view_permission(request):
            raise PermissionDenied
        lines = ReconciliationLine.objects.select_related("run", "payment", "subscription")
        line: ReconciliationLine = get_object_or_404(lines, pk=line_id)
        if line.run.signed_at is not None:
            raise PermissionDenied
        return line
