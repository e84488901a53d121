"""The lists by which partners are described: staff edit them, nothing is deleted that may be in use."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from integrations.admin.badges import NOTHING
from partners.admin.forms import AliasForm
from partners.admin.words import yes_badge
from partners.fields import FIELDS
from partners.models import (
    Category,
    City,
    DecisionReason,
    FieldAlias,
    Region,
    Specialisation,
    Tier,
)
from partners.services.aliases import FORM


class ListAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """A row that is no longer wanted is switched off."""

    actions = None
    list_fullwidth = True
    warn_unsaved_form = True
    list_per_page = 100

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Any) -> SafeString:
        return yes_badge(is_on=row.is_active)


class TermAdmin(ListAdmin):
    list_display = ("title_ru", "title_en", "code", "state", "position")
    fields = ("code", ("title_ru", "title_en"), "is_active", "position")
    search_fields = ("code", "title_ru", "title_en")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """By its code a word stands in applications and in the API."""
        return ("code",) if obj is not None else ()


@admin.register(Category)
class CategoryAdmin(TermAdmin):
    pass


@admin.register(Specialisation)
class SpecialisationAdmin(TermAdmin):
    pass


@admin.register(Region)
class RegionAdmin(TermAdmin):
    pass


@admin.register(City)
class CityAdmin(ListAdmin):
    """Towns that load with the program have coordinates; without them a radius cannot be measured."""

    list_display = ("name", "region", "residents", "is_placed")
    list_select_related = ("region",)
    list_filter = (("region", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name",)
    show_facets = admin.ShowFacets.NEVER
    fields = ("name", "region", ("latitude", "longitude"), "population")

    @admin.display(description=gettext_lazy("жителей"), ordering="population")
    def residents(self, row: City) -> str:
        return number_format(row.population, force_grouping=True) if row.population else NOTHING

    @admin.display(description=gettext_lazy("на карте"), boolean=True)
    def is_placed(self, row: City) -> bool:
        return row.latitude is not None and row.longitude is not None


@admin.register(Tier)
class TierAdmin(ListAdmin):
    list_display = ("title_ru", "code", "leads_a_month", "monthly", "yearly", "state")
    list_select_related = ("monthly", "yearly")
    fields = (
        "code",
        ("title_ru", "title_en"),
        "leads_a_month",
        ("monthly", "yearly"),
        "is_active",
        "position",
    )


@admin.register(DecisionReason)
class DecisionReasonAdmin(ListAdmin):
    list_display = ("title_ru", "code", "outcome", "again", "state", "position")
    list_filter = (("outcome", admin.ChoicesFieldListFilter),)
    fields = (
        ("code", "outcome"),
        ("title_ru", "title_en"),
        "letter_ru",
        "letter_en",
        "reapply_days",
        ("is_active", "position"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "outcome") if obj is not None else ()

    @admin.display(description=gettext_lazy("снова можно через, дней"))
    def again(self, row: DecisionReason) -> Any:
        return gettext_lazy("никогда") if row.reapply_days is None else row.reapply_days


@admin.register(FieldAlias)
class FieldAliasAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """What a field of a form is called: the only list whose rows may simply go."""

    form = AliasForm
    list_display = ("alias", "title", "form_name")
    list_filter = (("form", admin.ChoicesFieldListFilter),)
    search_fields = ("alias", "field")
    list_fullwidth = True
    actions = None

    @admin.display(description=gettext_lazy("наше поле"))
    def title(self, row: FieldAlias) -> str:
        if row.field == FORM:
            return str(gettext_lazy("Имя самой формы"))
        return str(FIELDS[row.field].title) if row.field in FIELDS else row.field

    @admin.display(description=gettext_lazy("форма"))
    def form_name(self, row: FieldAlias) -> str:
        return str(row.get_form_display() or gettext_lazy("все"))
