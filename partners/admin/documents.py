"""Documents one by one: opened behind a permission, verified or refused with a remark."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from integrations.admin.badges import NOTHING, moment
from integrations.admin.cards import Action, Card, CardAdmin, Fact, row_link
from partners.admin.document_rows import opened
from partners.admin.forms import ReviewForm
from partners.admin.words import file_badge, review_badge, size_of
from partners.models import Document
from partners.services import document_review

VERIFIES = "partners.verify_document"
PDF = "application/pdf"
# Shown in the browser; whatever else there is comes as a file to keep.
SHOWN = frozenset({PDF, "image/png", "image/jpeg", "image/webp", "image/gif"})
LOCKED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@admin.register(Document)
class DocumentAdmin(CardAdmin):
    list_display = ("name_sign", "kind", "owner", "file_sign", "review_sign", "weighs", "came")
    list_select_related = ("application", "partner")
    list_filter = (
        ("review", admin.ChoicesFieldListFilter),
        ("kind", admin.ChoicesFieldListFilter),
        ("status", admin.ChoicesFieldListFilter),
    )
    search_fields = ("name", "application__inn", "partner__inn", "partner__code")
    search_help_text = gettext_lazy("Имя файла, ИНН или код партнёра")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "file": ("file", "partners.view_document"),
        "verify": ("verify", VERIFIES),
        "refuse": ("refuse", VERIFIES),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        rows: QuerySet[Document] = super().get_queryset(request)
        return rows.select_related("application", "partner", "reviewed_by")

    @admin.display(description=gettext_lazy("файл"))
    def name_sign(self, row: Document) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("чей"))
    def owner(self, row: Document) -> Any:
        return row_link(row.partner or row.application)

    @admin.display(description=gettext_lazy("получен"))
    def file_sign(self, row: Document) -> SafeString:
        return file_badge(row)

    @admin.display(description=gettext_lazy("проверка"))
    def review_sign(self, row: Document) -> SafeString:
        return review_badge(row)

    @admin.display(description=gettext_lazy("размер"))
    def weighs(self, row: Document) -> str:
        return size_of(row.size)

    @admin.display(description=gettext_lazy("когда"))
    def came(self, row: Document) -> str:
        return moment(row.created_at)

    def build_card(self, request: HttpRequest, row: Document) -> Card:
        card = Card(
            title=str(row),
            badges=[file_badge(row), review_badge(row)],
            warning=row.error,
            facts=[
                Fact(_("Файл"), opened(row)),
                Fact(_("Вид"), row.get_kind_display()),
                Fact(_("Тип по содержимому"), row.content_type, is_code=True),
                Fact(_("Размер"), size_of(row.size)),
                Fact(_("Заявка"), row_link(row.application)),
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Получен"), moment(row.created_at, seconds=True)),
                Fact(_("Скачан с"), row.source_url, is_code=True),
                Fact("SHA-256", row.sha256, is_code=True),
                Fact(_("Проверил"), row.reviewed_by or NOTHING),
                Fact(_("Проверен"), moment(row.reviewed_at)),
                Fact(_("Замечание"), row.review_note),
            ],
        )
        if self.may(request, "verify") and row.status == Document.Status.STORED:
            card.actions = self._ways(row)
        return card

    def _ways(self, row: Document) -> list[Action]:
        found = []
        if row.review != Document.Review.VERIFIED:
            found.append(self.button("verify", row, _("Подтвердить"), asks=True, is_main=True))
        if row.review != Document.Review.REJECTED:
            found.append(self.button("refuse", row, _("Не подходит"), asks=True))
        return found

    @method_decorator(require_safe)
    def file(self, request: HttpRequest, row: Document) -> HttpResponseBase:
        """The bytes, so that nothing in them can act in the office's name."""
        if row.status != Document.Status.STORED or not row.file:
            raise Http404
        try:
            content = row.file.open("rb")
        except OSError as error:
            raise Http404 from error
        is_shown = row.content_type in SHOWN
        response = FileResponse(
            content,
            as_attachment=not is_shown,
            filename=row.name or f"document-{row.pk}",
            content_type=row.content_type if is_shown else "application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        # A browser's own PDF reader does not open in a sandbox; a type that is sure (nosniff) runs nothing of ours.
        response["Content-Security-Policy"] = (
            LOCKED if row.content_type == PDF else f"{LOCKED}; sandbox"
        )
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    def verify(self, request: HttpRequest, row: Document) -> HttpResponse:
        return self._review(
            request,
            row,
            Document.Review.VERIFIED,
            effects=[
                _("Документ будет отмечен подтверждённым."),
                _("Ваше имя останется в записи."),
            ],
            title=_("Подтвердить документ «%(name)s»") % {"name": row},
            button=_("Подтвердить"),
        )

    def refuse(self, request: HttpRequest, row: Document) -> HttpResponse:
        return self._review(
            request,
            row,
            Document.Review.REJECTED,
            effects=[
                _("Документ останется в заявке с замечанием."),
                _("Заявитель узнает о нём из письма, когда вы попросите исправить заявку."),
            ],
            title=_("Документ «%(name)s» не подходит") % {"name": row},
            button=_("Не подходит"),
        )

    def _review(
        self, request: HttpRequest, row: Document, review: Document.Review, **words: Any
    ) -> HttpResponse:
        is_sent = request.method == "POST"
        form = ReviewForm(
            request.POST if is_sent else None, is_rejection=review == Document.Review.REJECTED
        )
        if not is_sent or not form.is_valid():
            return self.ask(request, row, form=form, **words)
        done = document_review.review(
            document_id=row.pk,
            review=review,
            note=form.cleaned_data["note"],
            staff=cast(User, request.user),
        )
        if not done:
            said = _("Документ уже отмечен так.")
            return self.done(request, row, said, level=messages.INFO)
        return self.done(request, row, _("Записано."))
