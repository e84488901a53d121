"""The words by which messages are understood, and a page to try them on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from integrations.admin.badges import NOTHING
from integrations.admin.cards import Fact, Table
from integrations.clock import wall_clock
from partners.admin.vocabulary import ListAdmin
from partners.admin.words import price_range
from partners.models import Category, Keyword, Region, Specialisation
from partners.services.understanding import Reading, Understood, read

MEANS = {
    Keyword.Meaning.SPECIALISATION: "specialisation",
    Keyword.Meaning.CATEGORY: "category",
    Keyword.Meaning.REGION: "region",
}
SIDES = {
    "client": gettext_lazy("клиент"),
    "partner": gettext_lazy("будущий партнёр"),
    "both": gettext_lazy("и то и другое: спросим"),
    "none": gettext_lazy("не ясно: спросим"),
}
# The codes of `understanding.Found`, for people.
SAYS = {
    "side_client": gettext_lazy("клиент"),
    "side_partner": gettext_lazy("будущий партнёр"),
    "specialisations": gettext_lazy("специализация"),
    "category": gettext_lazy("категория"),
    "place": gettext_lazy("где"),
    "budget": gettext_lazy("бюджет"),
    "term": gettext_lazy("срок"),
}


class KeywordForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Keyword
        fields = ("meaning", "phrase", "specialisation", "category", "region", "is_active")
        help_texts = {
            "phrase": gettext_lazy(
                "В любой форме: «крыша» найдёт и «крыши». * – до трёх слов между: «ремонт * квартиры». "
                "= перед словом – только эта форма: «=строим»."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who only looks has a form without fields.
        for name in self.fields.keys() & MEANS.values():
            self.fields[name].empty_label = NOTHING  # type: ignore[attr-defined]  # all are choices of rows

    def clean_phrase(self) -> str:
        return " ".join(str(self.cleaned_data["phrase"]).split())

    def clean(self) -> dict[str, Any]:
        """A word says one thing: what its meaning needs is there, the rest is emptied."""
        data = super().clean() or {}
        wanted = MEANS.get(data.get("meaning") or self.instance.meaning)
        for name in MEANS.values():
            if name != wanted:
                data[name] = None
        if wanted and data.get(wanted) is None:
            self.add_error(wanted, _("Укажите, о чём говорит это слово."))
        return data


class TryForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Сообщение"),
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("Например: «Нужна крыша в Подольске, до 500 тыс, к маю»."),
    )


@admin.register(Keyword)
class KeywordAdmin(ListAdmin):
    """A row is switched off rather than deleted: a default that is gone would come back."""

    form = KeywordForm
    change_list_template = "admin/office/change_list.html"
    list_display = ("phrase", "meaning", "about", "state")
    list_select_related = ("specialisation", "category", "region")
    list_filter = (
        ("meaning", admin.ChoicesFieldListFilter),
        ("is_active", admin.BooleanFieldListFilter),
        ("specialisation", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("phrase",)
    show_facets = admin.ShowFacets.NEVER

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it says stays: another phrase is another word."""
        return ("phrase", "meaning") if obj is not None else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_it)
        return [path("try/", view, name="partners_keyword_try"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        context["tools"] = [(_("Проверить на сообщении"), reverse("admin:partners_keyword_try"))]
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def save_model(self, request: HttpRequest, obj: Keyword, form: Any, change: Any) -> None:
        obj.updated_at = wall_clock()
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("что именно"))
    def about(self, row: Keyword) -> Any:
        return row.specialisation or row.category or row.region or NOTHING

    def try_it(self, request: HttpRequest) -> HttpResponse:
        """What would be understood of a sentence, and by which words. Nothing is kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST if request.method == "POST" else None)
        reading = read(form.cleaned_data["text"]) if form.is_bound and form.is_valid() else None
        return TemplateResponse(
            request,
            "admin/office/try_words.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Проверить слова на сообщении"),
                "form": form,
                "facts": list(_said(reading.understood)) if reading else [],
                "table": _words(reading) if reading else None,
                "back": reverse("admin:partners_keyword_changelist"),
            },
        )


def _words(reading: Reading) -> Table:
    rows = dict.fromkeys((found.words, SAYS[found.field]) for found in reading.found)
    return Table(
        title=_("По каким словам"),
        headers=[_("Слова"), _("Говорят")],
        rows=list(rows),
        empty=_("Знакомых слов нет."),
    )


def _said(understood: Understood) -> Iterator[Fact]:
    yield Fact(_("Кто пишет"), SIDES[understood.side])
    if understood.specialisations:
        names = Specialisation.objects.in_bulk(list(understood.specialisations))
        said = ", ".join(str(names[one]) for one in understood.specialisations if one in names)
        yield Fact(_("Специализация"), said)
    if understood.category is not None:
        yield Fact(_("Категория"), Category.objects.filter(pk=understood.category).first())
    if understood.region is not None:
        yield Fact(_("Регион"), Region.objects.filter(pk=understood.region).first())
    budget = price_range(understood.budget_from, understood.budget_to)
    if budget != NOTHING:
        yield Fact(_("Бюджет"), budget)
    told = {
        _("Город"): understood.city,
        _("Срок"): understood.term,
        _("Телефон"): understood.phone,
        "E-mail": understood.email,
        _("Имя"): understood.name,
        _("Ответ"): {"yes": _("да"), "no": _("нет")}.get(understood.says, ""),
        _("Оценка"): understood.rating,
        _("Зовёт человека"): understood.wants_person and _("да"),
        _("Начинает заново"): understood.start_over and _("да"),
    }
    yield from (Fact(title, value) for title, value in told.items() if value)
