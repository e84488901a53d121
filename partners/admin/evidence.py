"""What the tax service answered, as it came, and what it says otherwise than before."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import NOTHING, Tone, badge, indented, moment
from integrations.admin.body import readable
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link, shortened
from partners.admin.filters import SeenFilter
from partners.admin.words import answer_badge, field_title, result_badge
from partners.models import RegistryAnswer, RegistryChange
from partners.services import partner_desk

VERIFIES = "partners.verify_partner"


@admin.register(RegistryAnswer)
class RegistryAnswerAdmin(CardAdmin):
    list_display = ("number", "inn", "method", "state", "trouble", "came")
    list_filter = (
        ("outcome", admin.ChoicesFieldListFilter),
        ("received_at", admin.DateFieldListFilter),
    )
    search_fields = ("inn__exact",)
    search_help_text = gettext_lazy("ИНН целиком")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistryAnswer]:
        rows: QuerySet[RegistryAnswer] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        return rows.defer("body", "card") if is_list else rows

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: RegistryAnswer) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("итог"))
    def state(self, row: RegistryAnswer) -> SafeString:
        return answer_badge(row)

    @admin.display(description=gettext_lazy("ошибка"))
    def trouble(self, row: RegistryAnswer) -> str:
        return shortened(row.error) or NOTHING

    @admin.display(description=gettext_lazy("получен"))
    def came(self, row: RegistryAnswer) -> str:
        return moment(row.received_at, seconds=True)

    def build_card(self, request: HttpRequest, row: RegistryAnswer) -> Card:
        verdicts = row.ruleverdict_set.select_related("application").order_by("-pk")[:50]
        return Card(
            title=_("Ответ ФНС № %(number)s") % {"number": row.pk},
            badges=[answer_badge(row)],
            warning=row.error,
            facts=[
                Fact(_("ИНН"), row.inn, is_code=True),
                Fact(_("Метод"), row.method, is_code=True),
                Fact(_("Получен"), moment(row.received_at, seconds=True)),
                Fact(_("SHA-256 ответа"), row.sha256, is_code=True),
            ],
            tables=[
                Table(
                    title=_("Вердикты по этому ответу"),
                    headers=(_("заявка"), _("правило"), _("вердикт")),
                    rows=[
                        [row_link(one.application), one.title, result_badge(one)]
                        for one in verdicts
                    ],
                    empty=_("На него не опирается ни один вердикт."),
                )
            ],
            texts=[
                (_("Выбранная запись"), indented(row.card) if row.card else ""),
                (_("Ответ, как пришёл"), readable(row.body.encode())),
            ],
        )


def seen_badge(change: RegistryChange) -> SafeString:
    if change.seen_at is None:
        return badge(_("не разобрано"), Tone.WARN)
    return badge(_("разобрано"), Tone.OK)


@admin.register(RegistryChange)
class RegistryChangeAdmin(CardAdmin):
    list_display = ("whose", "what", "before", "after", "state", "found")
    list_select_related = ("partner",)
    list_filter = (SeenFilter,)
    search_fields = ("partner__inn", "partner__code")
    search_help_text = gettext_lazy("ИНН или код партнёра")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"seen": ("seen", VERIFIES)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistryChange]:
        rows: QuerySet[RegistryChange] = super().get_queryset(request)
        return rows.select_related("partner", "answer").defer("answer__body", "answer__card")

    @admin.display(description=gettext_lazy("партнёр"))
    def whose(self, row: RegistryChange) -> str:
        return str(row.partner)

    @admin.display(description=gettext_lazy("поле"))
    def what(self, row: RegistryChange) -> str:
        return field_title(row.field)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: RegistryChange) -> SafeString:
        return seen_badge(row)

    @admin.display(description=gettext_lazy("замечено"))
    def found(self, row: RegistryChange) -> str:
        return moment(row.found_at)

    def build_card(self, request: HttpRequest, row: RegistryChange) -> Card:
        card = Card(
            title=f"{row.partner.name}: {field_title(row.field)}",
            badges=[seen_badge(row)],
            facts=[
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Было"), row.before),
                Fact(_("Стало"), row.after),
                Fact(_("Ответ ФНС"), row_link(row.answer)),
                Fact(_("Замечено"), moment(row.found_at, seconds=True)),
                Fact(_("Разобрано"), moment(row.seen_at, seconds=True)),
            ],
        )
        if row.seen_at is None and self.may(request, "seen"):
            card.actions = [self.button("seen", row, _("Разобрано"), is_main=True)]
        return card

    @method_decorator(require_POST)
    def seen(self, request: HttpRequest, row: RegistryChange) -> HttpResponse:
        partner_desk.see_change(change_id=row.pk, staff=cast(User, request.user))
        return self.done(request, row, _("Отмечено как разобранное."))


def changes_rows(changes: Any) -> list[list[Any]]:
    return [
        [
            moment(one.found_at),
            row_link(one, field_title(one.field)),
            one.before or NOTHING,
            one.after or NOTHING,
            seen_badge(one),
        ]
        for one in changes
    ]
