"""Pages that answer "why": facts, tables and actions of one row, nothing to edit by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from integrations.admin.badges import NOTHING
from integrations.admin.paging import BoundedChangeList, BoundedPaginator


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: Any
    is_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`more` leads to the full list where the table shows only the newest rows."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str
    more: str = ""

    @property
    def labelled(self) -> list[list[tuple[str, Any]]]:
        """Rows whose cells know their header: on a phone a row becomes a list of them."""
        return [list(zip(self.headers, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. `asks` opens a page of its own first; every other one is a POST."""

    title: str
    url: str
    asks: bool = False
    is_main: bool = False


@dataclass(slots=True, kw_only=True)
class Card:
    title: str
    badges: list[Any] = field(default_factory=list)
    warning: str = ""
    actions: list[Action] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    prose: list[tuple[str, str]] = field(default_factory=list)  # title, a sentence or two
    texts: list[tuple[str, str]] = field(default_factory=list)  # title, preformatted text
    extra: dict[str, Any] = field(default_factory=dict)  # for a card with a template of its own


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold is untyped
    """Nobody adds, changes or deletes these rows by hand, superusers included: services do."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each number beside a filter would read the table
    list_per_page = 50
    list_max_show_all = 0
    actions = None
    list_fullwidth = True

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def page_of(self, name: str, *args: Any) -> str:
        """The address of one of this model's pages, e.g. page_of("change", 7)."""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


class CardAdmin(ReadOnlyAdmin):
    """A read-only model whose page is a Card."""

    change_form_template = "admin/office/card.html"
    # last part of the address -> (view's name, permission)
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {}

    def build_card(self, request: HttpRequest, row: Any) -> Card:
        raise NotImplementedError

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        card = self.build_card(request, kwargs["obj"])
        context |= {"card": card, "title": card.title, "subtitle": None}
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<str:row_id>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(self._guarded(getattr(self, view), permission)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name, (view, permission) in self.card_actions.items()
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def _guarded(self, view: Callable[..., HttpResponse], permission: str) -> Any:
        def guarded(request: HttpRequest, row_id: str) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            row = self.get_object(request, row_id)
            if row is None or not self.has_view_permission(request, row):
                raise PermissionDenied
            return view(request, row)

        return guarded

    def may(self, request: HttpRequest, name: str) -> bool:
        return bool(request.user.has_perm(self.card_actions[name][1]))

    def button(self, name: str, row: Any, title: str, **flags: bool) -> Action:
        return Action(title=title, url=self.page_of(name, row.pk), **flags)

    def done(
        self, request: HttpRequest, row: Any, text: str, *, level: int = messages.SUCCESS
    ) -> HttpResponse:
        """Back to the card, with what happened on top of it."""
        messages.add_message(request, level, text)
        return HttpResponseRedirect(self.page_of("change", row.pk))

    def ask(self, request: HttpRequest, row: Any, **context: Any) -> TemplateResponse:
        """The page between a dangerous button and its effect."""
        return TemplateResponse(
            request,
            "admin/office/ask.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row,
                "back": self.page_of("change", row.pk),
                **context,
            },
        )


def link(text: Any, url: str) -> Any:
    return format_html('<a class="office-link" href="{}">{}</a>', url, text) if url else text


def row_link(row: Any, text: Any = None) -> Any:
    """A link to the page of a row of any model the office knows."""
    if row is None:
        return NOTHING
    meta = row._meta
    said = str(row) if text is None else text
    return link(said, reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]))


def list_link(model: Any, **filters: Any) -> str:
    """The address of a model's list, filtered."""
    meta = model._meta
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{address}?{query}" if query else address


def case_link(case: str) -> Any:
    """`payment:12` leads to that payment, whichever app it lives in: this one need not know."""
    name, _, number = case.partition(":")
    for model in admin.site._registry:
        if model._meta.model_name == name and number.isdigit():
            try:
                url = reverse(f"admin:{model._meta.app_label}_{name}_change", args=[number])
            except NoReverseMatch:
                return case
            return link(f"{model._meta.verbose_name} № {number}", url)
    return case or NOTHING


def shortened(text: str, length: int = 90) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def plain_rows(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Table rows with a dash where there is nothing."""
    return [[NOTHING if cell in (None, "") else cell for cell in row] for row in rows]
