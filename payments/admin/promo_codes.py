from __future__ import annotations

import csv
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin

from integrations.admin.badges import Tone, badge, moment
from integrations.clock import now
from payments.admin.badges import sum_of
from payments.admin.export import BOM, Echo, local, safe
from payments.admin.promo_forms import MakeCodesForm, PromoCodeForm
from payments.models import PromoCode, PromoUse
from payments.money import Money
from payments.services.promo_batches import make_codes
from payments.services.promotions import normal

ADD = "payments.add_promocode"
FIXED_ONCE_USED = ("code", "kind", "currency")


@admin.register(PromoCode)
class PromoCodeAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """Staff make codes and switch them off. One that was entered is not deleted, and what it is stays."""

    form = PromoCodeForm
    change_list_template = "admin/office/change_list.html"
    list_display = ("code", "gives", "state", "used", "waiting", "limit", "until", "note")
    list_filter = (("kind", admin.ChoicesFieldListFilter), "is_active", "first_purchase_only")
    search_fields = ("code", "note")
    search_help_text = gettext_lazy("Промокод или заметка")
    ordering = ("-id",)
    sortable_by = ("code",)
    list_per_page = 50
    actions = None
    list_fullwidth = True
    warn_unsaved_form = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromoCode]:
        status = PromoUse.Status
        rows: QuerySet[PromoCode] = super().get_queryset(request)
        return rows.annotate(
            times_used=Count("uses", filter=Q(uses__status=status.USED)),
            times_waiting=Count("uses", filter=Q(uses__status=status.RESERVED)),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return FIXED_ONCE_USED if obj is not None and obj.uses.exists() else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromoCode], search_term: str
    ) -> tuple[QuerySet[PromoCode], bool]:
        words = search_term.strip()
        found = Q(code__startswith=normal(words)) | Q(note__icontains=words)
        return (queryset.filter(found) if words else queryset), False

    # --- the list ---

    @admin.display(description=gettext_lazy("что даёт"))
    def gives(self, code: PromoCode) -> str:
        return gives(code)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, code: PromoCode) -> SafeString:
        moment_now = now()
        if not code.is_active:
            return badge(_("выключен"), Tone.IDLE)
        if code.ends_at is not None and code.ends_at <= moment_now:
            return badge(_("закончился"), Tone.IDLE)
        if code.starts_at is not None and code.starts_at > moment_now:
            return badge(_("ещё не начался"), Tone.WAIT)
        if code.limit_total is not None and self.used(code) >= code.limit_total:
            return badge(_("использован"), Tone.BACK)
        return badge(_("действует"), Tone.OK)

    @admin.display(description=gettext_lazy("использован"))
    def used(self, code: PromoCode) -> int:
        return int(code.times_used)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("ждёт покупки"))
    def waiting(self, code: PromoCode) -> int:
        return int(code.times_waiting)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("всего можно"))
    def limit(self, code: PromoCode) -> str:
        return "∞" if code.limit_total is None else str(code.limit_total)

    @admin.display(description=gettext_lazy("до"))
    def until(self, code: PromoCode) -> str:
        return moment(code.ends_at)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        context["export_url"] = f"{reverse(EXPORT)}?{request.GET.urlencode()}"
        if request.user.has_perm(ADD):
            context["tools"] = [(_("Набор кодов"), reverse(MANY))]
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("export/", self.admin_site.admin_view(self.export), name=EXPORT.partition(":")[2]),
            path("many/", self.admin_site.admin_view(self.many), name=MANY.partition(":")[2]),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_safe)
    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The list as it is filtered, every page of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
        name = f"promo-codes-{localtime(now()):%Y-%m-%d-%H%M}"
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response

    def many(self, request: HttpRequest) -> HttpResponse:
        """Codes drawn by chance; afterwards the list shows them, ready to be exported."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        form = MakeCodesForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            facts = form.cleaned_data
            codes = make_codes(**facts | {"plans": list(facts["plans"])})
            for code in codes[:1]:
                words = {"number": len(codes), "note": facts["note"]}
                said = _("Создан набор: %(number)s шт., «%(note)s».") % words
                self.log_addition(request, code, said)
                messages.success(request, said)
            found = urlencode({"q": facts["note"]})
            return HttpResponseRedirect(f"{reverse(LIST)}?{found}")
        return TemplateResponse(
            request,
            "admin/office/ask.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Создать набор кодов"),
                "effects": [
                    _("Каждый код сработает один раз. Коды разные, угадать их нельзя."),
                    _("После создания откроется список набора: выгрузите его в CSV."),
                ],
                "form": form,
                "button": _("Создать"),
                "back": reverse(LIST),
            },
        )


LIST = "admin:payments_promocode_changelist"
MANY = "admin:payments_promocode_many"
EXPORT = "admin:payments_promocode_export"


def gives(code: PromoCode) -> str:
    if code.kind == PromoCode.Kind.PERCENT:
        return f"−{number_format(code.value.normalize())} %"
    if code.kind == PromoCode.Kind.FIXED:
        return f"−{sum_of(Money(code.value, code.currency))}"
    return _("+%(days)s дн.") % {"days": int(code.value)}


def _lines(codes: QuerySet[PromoCode]) -> Any:
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    head = [_("Промокод"), _("Что даёт"), _("Использован"), _("Ждёт покупки"), _("Всего можно")]
    yield BOM + writer.writerow([*head, _("Действует до"), _("Заметка")])
    for code in codes.iterator(chunk_size=2000):
        row = [code.code, gives(code), code.times_used, code.times_waiting]  # type: ignore[attr-defined]
        limit = "" if code.limit_total is None else code.limit_total
        yield writer.writerow(safe([*row, limit, local(code.ends_at), code.note]))
