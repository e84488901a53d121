"""Pages taken from Tilda: which of them our own pages wear, and when they were fetched."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminSelectWidget

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table
from partners.admin.words import size_of
from partners.models import TildaPage
from partners.services.look import refresh as refreshing
from partners.services.look.wearing import PLACE, fits

CHANGES = "partners.change_tildapage"


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Где используется"),
        choices=TildaPage.Role.choices,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


def page_badge(page: TildaPage) -> SafeString:
    if page.error:
        return badge(_("ошибка"), Tone.BAD)
    if page.wanted_at is not None:
        return badge(_("обновляется"), Tone.WAIT)
    if page.fetched_at is None:
        return badge(_("не получена"), Tone.IDLE)
    return badge(_("получена"), Tone.OK)


def _unfit(page: TildaPage) -> str:
    """Why a page that was fetched is not worn."""
    if not page.html or fits(page.html):
        return ""
    words = {"place": f"{{{{{PLACE}}}}}"}
    return _("На странице нет места %(place)s: вместо неё работает встроенный вид.") % words


@admin.register(TildaPage)
class TildaPageAdmin(CardAdmin):
    list_display = ("heading", "page_id", "role", "state", "fetched")
    list_filter = (("role", admin.ChoicesFieldListFilter),)
    search_fields = ("title", "page_id__exact")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "choose": ("choose", CHANGES),
        "refresh": ("refresh", CHANGES),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[TildaPage]:
        rows: QuerySet[TildaPage] = super().get_queryset(request)
        return rows.defer("html")

    @admin.display(description=gettext_lazy("страница"))
    def heading(self, row: TildaPage) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: TildaPage) -> SafeString:
        return page_badge(row)

    @admin.display(description=gettext_lazy("получена"))
    def fetched(self, row: TildaPage) -> str:
        return moment(row.fetched_at)

    def build_card(self, request: HttpRequest, row: TildaPage) -> Card:
        card = Card(
            title=str(row),
            badges=[page_badge(row)],
            warning=row.error or _unfit(row),
            facts=[
                Fact(_("Где используется"), row.get_role_display()),
                Fact(_("Проект"), row.project_id, is_code=True),
                Fact(_("Страница"), row.page_id, is_code=True),
                Fact(_("Опубликована в Tilda"), row.published),
                Fact(_("Получена"), moment(row.fetched_at, seconds=True)),
                Fact(_("Обновить не раньше"), moment(row.wanted_at, seconds=True)),
                Fact(_("Попыток"), row.attempts),
            ],
            tables=[
                Table(
                    title=_("Файлы страницы"),
                    headers=(_("имя"), _("тип"), _("размер")),
                    rows=[
                        [one.name, one.content_type, size_of(one.size)]
                        for one in row.assets.all()[:200]
                    ],
                    empty=_("Файлов нет."),
                )
            ],
        )
        if self.may(request, "choose"):
            card.actions = [
                self.button("choose", row, _("Где использовать"), asks=True, is_main=True),
                self.button("refresh", row, _("Обновить из Tilda")),
            ]
        return card

    def choose(self, request: HttpRequest, row: TildaPage) -> HttpResponse:
        is_sent = request.method == "POST"
        form = RoleForm(request.POST if is_sent else None, initial={"role": row.role})
        if not is_sent or not form.is_valid():
            return self.ask(
                request,
                row,
                title=_("Где использовать страницу «%(page)s»") % {"page": row},
                effects=[
                    _("Наши страницы получат её вид. Прежняя страница этой роли её потеряет."),
                    _("Без страницы Tilda работает встроенный вид."),
                ],
                form=form,
                button=_("Сохранить"),
            )
        role = form.cleaned_data["role"]
        with transaction.atomic():
            if role:
                TildaPage.objects.filter(role=role).exclude(pk=row.pk).update(role="")
            TildaPage.objects.filter(pk=row.pk).update(role=role)
        row.role = role
        said = str(row.get_role_display() or NOTHING)
        self.log_change(request, row, _("Где используется: %(role)s") % {"role": said})
        return self.done(request, row, _("Сохранено."))

    @method_decorator(require_POST)
    def refresh(self, request: HttpRequest, row: TildaPage) -> Any:
        refreshing.want(page_id=row.page_id, project_id=row.project_id)
        self.log_change(request, row, _("Обновление запрошено"))
        return self.done(request, row, _("Страница обновится в ближайшие минуты."))
