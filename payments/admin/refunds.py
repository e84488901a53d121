from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from integrations.admin.badges import moment
from integrations.admin.cards import Action, Card, CardAdmin, row_link
from integrations.admin.dates import DatedChangeList
from integrations.clock import now
from payments.admin import search
from payments.admin.badges import sum_of
from payments.admin.refund_actions import after_deciding, effects_of_refund
from payments.admin.refund_card import card_of
from payments.admin.refund_export import csv_of_refunds
from payments.admin.refund_filters import WAITING, RefundQueue
from payments.admin.refund_forms import ConfirmForm, EvidenceForm, RefundForm, RejectForm
from payments.admin.refund_words import REFUSALS, refund_badge
from payments.errors import RefundImpossible
from payments.models import Refund
from payments.registry import provider_label
from payments.services import refund_rules, refunds

Status = Refund.Status
DECIDES, CONFIRMS = "payments.decide_refund", "payments.approve_refund"


@admin.register(Refund)
class RefundAdmin(CardAdmin):
    change_list_template = "admin/office/change_list.html"
    list_display = ("number", "state", "payment_link", "payer", "total", "system", "made", "over")
    list_select_related = ("payment__customer",)
    list_filter = (
        RefundQueue,
        ("status", admin.ChoicesFieldListFilter),
        ("origin", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер возврата или платежа, ключ, номер системы, клиент")
    sortable_by = ()
    dated_by = "created_at"
    card_actions = {
        "approve": ("approve", DECIDES),
        "reject": ("reject", DECIDES),
        "confirm": ("confirm", CONFIRMS),
        "manual": ("manual", DECIDES),
    }

    # --- the list: what waits for a person comes first

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DatedChangeList]:
        return DatedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        rows: QuerySet[Refund] = super().get_queryset(request)
        return rows.select_related("payment__customer", "decided_by", "second_by")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        rank = Case(When(WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
        return [rank.asc(), "-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        wanted = search_term.strip().lstrip("№# ")
        if not wanted:
            return queryset, False
        found = Q(payment_id__in=search.payment_ids(wanted)) | Q(external_id__startswith=wanted)
        found |= Q(reference__startswith=wanted.lower())
        if wanted.isascii() and wanted.isdigit() and int(wanted) <= search.LARGEST_ID:
            found |= Q(pk=int(wanted))
        return queryset.filter(found), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if request.user.has_perm("payments.export_payment"):
            context["export_url"] = f"{self.page_of('export')}?{request.GET.urlencode()}"
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="payments_refund_export"), *super().get_urls()]

    @method_decorator(require_safe)
    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The list as it is filtered, every page of it."""
        if not request.user.has_perm("payments.export_payment"):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        return csv_of_refunds(rows, name=f"refunds-{localtime(now()):%Y-%m-%d-%H%M}")

    @admin.display(description=gettext_lazy("№"))
    def number(self, refund: Refund) -> int:
        return refund.pk

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, refund: Refund) -> SafeString:
        return refund_badge(refund)

    @admin.display(description=gettext_lazy("платёж"))
    def payment_link(self, refund: Refund) -> Any:
        return row_link(refund.payment)

    @admin.display(description=gettext_lazy("клиент"))
    def payer(self, refund: Refund) -> Any:
        return row_link(refund.payment.customer)

    @admin.display(description=gettext_lazy("сумма"))
    def total(self, refund: Refund) -> str:
        return sum_of(refund.money)

    @admin.display(description=gettext_lazy("система"))
    def system(self, refund: Refund) -> str:
        return provider_label(refund.payment.provider)

    @admin.display(description=gettext_lazy("создан"))
    def made(self, refund: Refund) -> str:
        return moment(refund.created_at)

    @admin.display(description=gettext_lazy("закончен"))
    def over(self, refund: Refund) -> str:
        return moment(refund.finished_at)

    # --- the page

    def build_card(self, request: HttpRequest, row: Refund) -> Card:
        card = card_of(row)
        card.actions = [
            self.button(name, row, title, asks=True, is_main=is_main)
            for name, title, is_main in _ways(row)
            if self.may(request, name)
        ]
        if row.status == Status.FAILED and request.user.has_perm(DECIDES):
            again = reverse("admin:payments_payment_refund", args=[row.payment_id])
            card.actions.insert(0, Action(title=_("Вернуть ещё раз"), url=again, asks=True))
        return card

    def approve(self, request: HttpRequest, row: Refund) -> HttpResponse:
        left = refund_rules.refundable(row.payment)
        form = RefundForm(
            request.POST if request.method == "POST" else None,
            left=left,
            initial={"amount": min(row.amount, left.amount)},
        )
        return self._decide(
            request,
            row,
            form,
            lambda said: refunds.approve(
                refund_id=row.pk,
                staff=cast(User, request.user),
                amount=said["amount"],
                days=said["days"],
                reason=said["reason"],
            ),
            title=_("Одобрить возврат № %(number)s") % {"number": row.pk},
            effects=effects_of_refund(row.payment, left),
            button=_("Одобрить возврат"),
        )

    def reject(self, request: HttpRequest, row: Refund) -> HttpResponse:
        effects = [_("Деньги останутся у нас, срок клиента не изменится.")]
        if row.origin == Refund.Origin.CUSTOMER:
            effects.append(_("Клиент получит сообщение с этой причиной."))
        effects.append(_("Ваше имя и причина останутся в записи."))
        return self._decide(
            request,
            row,
            RejectForm(request.POST if request.method == "POST" else None),
            lambda said: refunds.reject(
                refund_id=row.pk, staff=cast(User, request.user), reason=said["reason"]
            ),
            title=_("Отказать в возврате № %(number)s") % {"number": row.pk},
            effects=effects,
            button=_("Отказать"),
        )

    def confirm(self, request: HttpRequest, row: Refund) -> HttpResponse:
        words = {"sum": sum_of(row.money), "who": row.decided_by, "reason": row.reason}
        return self._decide(
            request,
            row,
            ConfirmForm(request.POST if request.method == "POST" else None),
            lambda _said: refunds.confirm(refund_id=row.pk, staff=cast(User, request.user)),
            title=_("Подтвердить возврат № %(number)s") % {"number": row.pk},
            effects=[
                _("Первым решил %(who)s: %(reason)s") % words,
                _("Клиенту уйдёт %(sum)s.") % words,
                _("Ваше имя останется в записи."),
            ],
            button=_("Подтвердить возврат"),
        )

    def manual(self, request: HttpRequest, row: Refund) -> HttpResponse:
        return self._decide(
            request,
            row,
            EvidenceForm(request.POST if request.method == "POST" else None),
            lambda said: refunds.complete_manual(
                refund_id=row.pk, staff=cast(User, request.user), evidence=said["evidence"]
            ),
            title=_("Записать перевод по возврату № %(number)s") % {"number": row.pk},
            effects=[
                _("Сначала переведите клиенту %(sum)s сами.") % {"sum": sum_of(row.money)},
                _("После записи деньги проведутся как возвращённые, срок изменится."),
                _("Клиент получит сообщение о возврате."),
            ],
            button=_("Деньги переведены"),
        )

    def _decide(
        self,
        request: HttpRequest,
        row: Refund,
        form: forms.Form,
        act: Callable[[dict[str, Any]], Refund],
        *,
        title: str,
        effects: list[str],
        button: str,
    ) -> HttpResponse:
        """Ask, then act; somebody who was faster is named calmly, and every act is in the journal."""
        if request.method != "POST" or not form.is_valid():
            return self.ask(request, row, title=title, effects=effects, form=form, button=button)
        try:
            refund = act(form.cleaned_data)
        except RefundImpossible as error:
            return self.done(request, row, str(REFUSALS[error.reason]), level=messages.WARNING)
        note = form.cleaned_data.get("reason") or form.cleaned_data.get("evidence") or ""
        self.log_change(request, row, f"{button}: {note}" if note else button)
        messages.success(request, after_deciding(refund))
        return HttpResponseRedirect(self.page_of("change", row.pk))


def _ways(refund: Refund) -> list[tuple[str, str, bool]]:
    """What can be done with a refund in its state: action, title, whether it is the main one."""
    if refund.status == Status.REQUESTED:
        return [("approve", _("Одобрить"), True), ("reject", _("Отказать"), False)]
    if refund.status == Status.SECOND:
        return [("confirm", _("Подтвердить вторым"), True), ("reject", _("Отказать"), False)]
    if refund.status == Status.MANUAL:
        return [("manual", _("Деньги переведены"), True)]
    if refund.status == Status.FAILED:
        return [
            ("manual", _("Деньги переведены вручную"), False),
            ("reject", _("Закрыть без возврата"), False),
        ]
    return []
