"""Partners: found by anything known of them, seen whole on a card, edited on a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from integrations.admin.badges import NOTHING, Tone, badge
from integrations.admin.cards import Action, Card, CardAdmin
from integrations.clock import now
from partners.admin import found
from partners.admin.filters import CategoryFilter, PartnerQueue, RegionFilter, TierFilter
from partners.admin.forms import NoteForm, ReasonForm
from partners.admin.partner_card import card_of
from partners.admin.previews import PreviewsCard
from partners.admin.words import day, partner_badge
from partners.errors import NotPossible
from partners.models import Partner, PartnerService
from partners.selectors.cards import is_stale
from partners.services import accounts, notes, partner_desk, search, verification

HIDES, EDITS = "partners.hide_partner", "partners.change_partner"
Status = Partner.Status


class PartnerServiceInline(TabularInline):  # type: ignore[misc]  # Unfold is untyped
    model = PartnerService
    fields = ("title", "specialisation", "price_from", "price_to", "unit", "position")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(EDITS)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Partner)
class PartnerAdmin(PreviewsCard):
    list_display = ("code", "name", "inn", "category", "state", "stars", "checked", "placed")
    list_display_links = ("code", "name")
    list_select_related = ("category",)
    list_filter = (
        PartnerQueue,
        ("status", admin.ChoicesFieldListFilter),
        CategoryFilter,
        RegionFilter,
        TierFilter,
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Код, название, ИНН, телефон или e-mail")
    sortable_by = ()
    inlines = (PartnerServiceInline,)
    autocomplete_fields = ("specialisations", "regions", "cities")
    fieldsets = (
        (
            gettext_lazy("Компания"),
            {
                "fields": (
                    ("name", "legal_form"),
                    "legal_name",
                    ("inn", "ogrn"),
                    ("kpp", "registered_on"),
                    "director",
                    "legal_address",
                    "address",
                )
            },
        ),
        (
            gettext_lazy("Связь"),
            {
                "fields": (
                    ("contact_name", "language"),
                    ("phone", "email"),
                    ("website", "telegram"),
                )
            },
        ),
        (
            gettext_lazy("Чем занимается"),
            {
                "fields": (
                    "category",
                    "specialisations",
                    "regions",
                    "cities",
                    ("budget_from", "budget_to"),
                    "radius_km",
                    "about",
                    "logo",
                )
            },
        ),
        (gettext_lazy("Считается само"), {"fields": (("rating", "ratings", "response_rate"),)}),
    )
    readonly_fields = ("rating", "ratings", "response_rate")
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "edit": ("edit", EDITS),
        "hide": ("hide", HIDES),
        "show": ("show", HIDES),
        "verify": ("verify", "partners.verify_partner"),
        "note": ("note", "partners.view_partner"),
        "preview": ("preview", "partners.view_partner"),
    }

    # --- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        rows: QuerySet[Partner] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        if is_list:
            return rows.defer("about", "search")
        return rows.select_related("category", "account")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Partner], search_term: str
    ) -> tuple[QuerySet[Partner], bool]:
        return queryset.filter(
            found.partners(search_term)
        ) if search_term.strip() else queryset, False

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Partner) -> SafeString:
        return partner_badge(row)

    @admin.display(description=gettext_lazy("оценка"))
    def stars(self, row: Partner) -> str:
        return f"{row.rating} ({row.ratings})" if row.rating else NOTHING

    @admin.display(description=gettext_lazy("ФНС"))
    def checked(self, row: Partner) -> Any:
        if row.status in (Status.ACTIVE, Status.PAUSED) and is_stale(row):
            when = day(row.verified_at) if row.verified_at else _("не отвечала")
            return badge(when, Tone.WARN)
        return day(row.verified_at)

    @admin.display(description=gettext_lazy("размещён с"))
    def placed(self, row: Partner) -> str:
        return day(row.published_at)

    # --- the page

    def build_card(self, request: HttpRequest, row: Partner) -> Card:
        card = card_of(row, request.user)
        card.actions = self._ways(request, row)
        return card

    def _ways(self, request: HttpRequest, row: Partner) -> list[Action]:
        found = []
        if self.may(request, "edit"):
            found.append(self.button("edit", row, _("Править данные"), asks=True, is_main=True))
        if self.may(request, "hide"):
            if row.status != Status.HIDDEN:
                found.append(self.button("hide", row, _("Скрыть"), asks=True))
            if row.status != Status.ACTIVE:
                found.append(self.button("show", row, _("Вернуть в каталог"), asks=True))
        if self.may(request, "verify") and row.status in (Status.ACTIVE, Status.PAUSED):
            found.append(self.button("verify", row, _("Спросить ФНС сейчас")))
        found.append(self.button("preview", row, _("Как выглядит карточка"), asks=True))
        found.append(self.button("note", row, _("Заметка"), asks=True))
        return found

    @method_decorator(require_POST)
    def verify(self, request: HttpRequest, row: Partner) -> HttpResponse:
        verification.ask_now(partner_id=row.pk, staff=cast(User, request.user))
        return self.done(request, row, _("Вопрос отправлен: ответ ФНС придёт за минуту."))

    def hide(self, request: HttpRequest, row: Partner) -> HttpResponse:
        return self._move(
            request,
            row,
            partner_desk.hide,
            title=_("Скрыть партнёра %(partner)s") % {"partner": row},
            effects=[
                _("Страница, каталог и подбор перестанут его показывать."),
                _("Оплаченный срок идёт дальше, кабинет работает."),
                _("Ваше имя и причина останутся в записи."),
            ],
            button=_("Скрыть"),
            said=_("Партнёр скрыт."),
        )

    def show(self, request: HttpRequest, row: Partner) -> HttpResponse:
        effects = [_("Партнёра снова увидят на странице, в каталоге и в подборе.")]
        if row.status == Status.CLOSED:
            effects.append(_("ФНС сообщала, что он не действует: убедитесь, что это не так."))
        return self._move(
            request,
            row,
            partner_desk.show,
            title=_("Вернуть в каталог партнёра %(partner)s") % {"partner": row},
            effects=[*effects, _("Ваше имя и причина останутся в записи.")],
            button=_("Вернуть в каталог"),
            said=_("Партнёр снова размещён."),
        )

    def _move(
        self,
        request: HttpRequest,
        row: Partner,
        act: Callable[..., Partner],
        *,
        said: str,
        **words: Any,
    ) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self.ask(request, row, form=form, **words)
        try:
            act(
                partner_id=row.pk,
                reason=form.cleaned_data["reason"],
                staff=cast(User, request.user),
            )
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        return self.done(request, row, said)

    def note(self, request: HttpRequest, row: Partner) -> HttpResponse:
        form = NoteForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            notes.add(partner=row, text=form.cleaned_data["text"], staff=cast(User, request.user))
            return self.done(request, row, _("Заметка записана."))
        return self.ask(
            request,
            row,
            title=_("Заметка о партнёре %(partner)s") % {"partner": row},
            effects=[_("Её увидят все, кто откроет карточку. Партнёр – нет.")],
            form=form,
            button=_("Записать"),
        )

    # --- editing: the admin's own form, on a page of its own

    def edit(self, request: HttpRequest, row: Partner) -> HttpResponse:
        request.is_editing = True  # type: ignore[attr-defined]
        context = {"title": _("Править данные: %(partner)s") % {"partner": row}, "subtitle": None}
        response: HttpResponse = self.changeform_view(request, str(row.pk), "", context)
        return response

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editing(request) and request.user.has_perm(EDITS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self.fieldsets) if is_editing(request) else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if is_editing(request) else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if not is_editing(request):
            return super().render_change_form(request, context, *args, **kwargs)
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        response = super(CardAdmin, self).render_change_form(request, context, *args, **kwargs)
        response.template_name = "admin/change_form.html"
        return cast(HttpResponse, response)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "website":
            kwargs["assume_scheme"] = "https"
        if db_field.name == "language":
            kwargs |= {"widget": UnfoldAdminSelectWidget(choices=settings.LANGUAGES)}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: Any) -> None:
        obj.updated_at = now()
        if "email" in form.changed_data:
            # Whoever reads the old mailbox is no longer the partner.
            obj.session_epoch = F("session_epoch") + 1
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """What follows from the new data: the text it is found by, and whom payments write to."""
        super().save_related(request, form, formsets, change)
        partner = Partner.objects.get(pk=form.instance.pk)
        search.refresh(partner)
        accounts.ensure_account(partner)

    def response_change(self, request: HttpRequest, obj: Partner) -> HttpResponse:
        return self.done(request, obj, _("Данные партнёра сохранены."))


def is_editing(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_editing", False))
