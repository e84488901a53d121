"""Clients' wishes and to whom they were offered; how a client liked it is written down here."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Action, Card, CardAdmin, Fact, Table, row_link, shortened
from partners.admin.conversation_page import cards_table
from partners.admin.conversation_words import stage_badge, who
from partners.admin.filters import count_of
from partners.admin.forms import StarsForm
from partners.admin.previews import PreviewsCard
from partners.admin.words import offer_badge, price_range
from partners.errors import NotPossible
from partners.models import Lead, LeadOffer
from partners.services import dialogue, leads, matching

RATES = "partners.change_partner"
MOST = 20

LEAD_TONES = {
    Lead.Status.NEW: Tone.WAIT,
    Lead.Status.OFFERED: Tone.OK,
    Lead.Status.NOBODY: Tone.WARN,
    Lead.Status.CLOSED: Tone.IDLE,
}


def lead_badge(lead: Lead) -> SafeString:
    return badge(lead.get_status_display(), LEAD_TONES[Lead.Status(lead.status)])


@admin.register(Lead)
class LeadAdmin(PreviewsCard):
    list_display = ("number", "wish", "where", "source", "state", "offered", "came")
    list_select_related = ("region",)
    list_filter = (
        ("status", admin.ChoicesFieldListFilter),
        ("source", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Номер обращения, телефон, e-mail или номер у источника")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {
        "preview": ("preview", "partners.view_lead"),
        "match": ("match", "partners.answer_conversation"),
        "close": ("close", RATES),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        rows: QuerySet[Lead] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        if is_list:
            return rows.annotate(offer_count=count_of(LeadOffer.objects.all(), "lead"))
        return rows.select_related("region", "category", "specialisation")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        text = search_term.strip().lstrip("№# ")
        if not text:
            return queryset, False
        found = Q(external_id=text) | Q(phone=text) | Q(email__iexact=text)
        if text.isascii() and text.isdigit() and len(text) < 10:
            found |= Q(pk=int(text))
        return queryset.filter(found), False

    @admin.display(description=gettext_lazy("№"))
    def number(self, row: Lead) -> int:
        return int(row.pk)

    @admin.display(description=gettext_lazy("что нужно"))
    def wish(self, row: Lead) -> str:
        return shortened(row.text) or NOTHING

    @admin.display(description=gettext_lazy("где"))
    def where(self, row: Lead) -> str:
        return ", ".join(str(part) for part in (row.region, row.city) if part) or NOTHING

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: Lead) -> SafeString:
        return lead_badge(row)

    @admin.display(description=gettext_lazy("партнёров"))
    def offered(self, row: Lead) -> int:
        return int(row.offer_count)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("получено"))
    def came(self, row: Lead) -> str:
        return moment(row.created_at)

    def build_card(self, request: HttpRequest, row: Lead) -> Card:
        actions = [self.button("preview", row, _("Как выглядит карточка"), asks=True)]
        if row.status != Lead.Status.CLOSED and self.may(request, "close"):
            actions.append(self.button("close", row, _("Закрыть обращение"), asks=True))
        return Card(
            actions=actions,
            title=_("Обращение клиента № %(number)s") % {"number": row.pk},
            badges=[lead_badge(row)],
            facts=[
                Fact(_("Откуда"), row.get_source_display()),
                Fact(_("Номер у источника"), row.external_id, is_code=True),
                Fact(_("Имя"), row.client_name),
                Fact(_("Телефон"), row.phone, is_code=True),
                Fact(_("E-mail"), row.email, is_code=True),
                Fact(_("Регион"), row.region),
                Fact(_("Город"), row.city),
                Fact(_("Категория"), row.category),
                Fact(_("Специализация"), row.specialisation),
                Fact(_("Бюджет"), price_range(row.budget, row.budget)),
                Fact(_("Срок"), row.term),
                Fact(_("Получено"), moment(row.created_at, seconds=True)),
            ],
            tables=[_offers(row), cards_table(row), _conversations(row)],
            texts=[(_("Что нужно"), row.text)],
        )

    def close(self, request: HttpRequest, row: Lead) -> HttpResponse:
        """The client has told staff that he looks no further."""
        if request.method != "POST":
            return self.ask(
                request,
                row,
                title=_("Закрыть обращение № %(number)s") % {"number": row.pk},
                effects=[
                    _("Партнёры, которые ещё не ответили, уже не смогут его принять."),
                    _("Заявка с сайта на Flexbe получит там состояние «выполнена»."),
                    _("Открыть обращение снова нельзя. Ваше имя останется в записи."),
                ],
                button=_("Закрыть"),
            )
        if not leads.close(row):
            return self.done(request, row, _("Оно уже закрыто."), level=messages.WARNING)
        self.log_change(request, row, _("Обращение закрыто"))
        return self.done(request, row, _("Обращение закрыто."))

    def _ways(self, request: HttpRequest, row: Lead) -> list[Action]:
        found = []
        if row.status == Lead.Status.NOBODY and self.may(request, "match"):
            found.append(self.button("match", row, _("Подобрать сейчас"), is_main=True))
        return [*found, self.button("preview", row, _("Как выглядит карточка"), asks=True)]

    @method_decorator(require_POST)
    def match(self, request: HttpRequest, row: Lead) -> HttpResponse:
        """Look again for a lead that fitted nobody; who came by a chat gets the cards there."""
        try:
            dialogue.offer_lead(lead_id=row.pk)
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.WARNING)
        many = row.offers.count()
        self.log_change(request, row, _("Подбор партнёров: %(n)s") % {"n": many})
        if not many:
            said = _("Никто не подошёл: измените место, работы или бюджет.")
            return self.done(request, row, said, level=messages.WARNING)
        return self.done(request, row, _("Подобрали: %(n)s. Карточки уходят.") % {"n": many})


def _offers(lead: Lead) -> Table:
    return Table(
        title=_("Кому предложено"),
        headers=(_("место"), _("партнёр"), _("соответствие"), _("почему"), _("ответ"), _("оценка")),
        rows=[
            [
                row_link(offer, offer.rank),
                row_link(offer.partner),
                offer.score,
                _why(offer),
                offer_badge(offer),
                offer.rating or NOTHING,
            ]
            for offer in lead.offers.select_related("partner")
        ],
        empty=_("Никому не предлагалось."),
    )


def _conversations(lead: Lead) -> Table:
    return Table(
        title=_("Диалоги"),
        headers=(_("диалог"), _("кто"), _("шаг"), _("ведёт"), _("когда")),
        rows=[
            [
                row_link(one),
                who(one),
                stage_badge(one),
                one.taken_by.get_username() if one.taken_by else NOTHING,
                moment(one.last_at),
            ]
            for one in lead.conversations.select_related("taken_by")[:MOST]
        ],
        empty=_("Обращение пришло не из диалога."),
    )


def _why(offer: LeadOffer) -> str:
    return ", ".join(_reasons(offer)) or NOTHING


def _reasons(offer: LeadOffer) -> list[str]:
    """What fits, in words, each with its points."""
    return [f"{matching.REASONS.get(code, code)}: {points}" for code, points in offer.why]


@admin.register(LeadOffer)
class LeadOfferAdmin(CardAdmin):
    list_display = ("lead", "partner", "rank", "state", "offered", "answered", "rating")
    list_select_related = ("lead", "partner")
    list_filter = (("status", admin.ChoicesFieldListFilter),)
    search_fields = ("partner__code", "partner__inn")
    search_help_text = gettext_lazy("Код или ИНН партнёра")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"rate": ("rate", RATES)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadOffer]:
        rows: QuerySet[LeadOffer] = super().get_queryset(request)
        return rows.select_related("lead", "partner")

    @admin.display(description=gettext_lazy("ответ"))
    def state(self, row: LeadOffer) -> SafeString:
        return offer_badge(row)

    @admin.display(description=gettext_lazy("предложено"))
    def offered(self, row: LeadOffer) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("ответил"))
    def answered(self, row: LeadOffer) -> str:
        return moment(row.answered_at)

    def build_card(self, request: HttpRequest, row: LeadOffer) -> Card:
        words = {"number": row.lead_id, "partner": row.partner}
        actions = []
        if row.status == LeadOffer.Status.ACCEPTED and self.may(request, "rate"):
            actions = [self.button("rate", row, _("Оценка клиента"), asks=True)]
        return Card(
            actions=actions,
            title=_("Обращение № %(number)s → %(partner)s") % words,
            badges=[offer_badge(row)],
            facts=[
                Fact(_("Обращение"), row_link(row.lead)),
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Место"), row.rank),
                Fact(_("Соответствие"), row.score),
                Fact(_("Предложено"), moment(row.created_at, seconds=True)),
                Fact(_("Ответил"), moment(row.answered_at, seconds=True)),
                Fact(_("Оценка клиента"), row.rating),
                Fact(_("Оценено"), moment(row.rated_at, seconds=True)),
            ],
            texts=[(_("Почему предложено"), "\n".join(_reasons(row)))],
        )

    def rate(self, request: HttpRequest, row: LeadOffer) -> HttpResponse:
        """How the client liked it, as he told staff."""
        form = StarsForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self.ask(
                request,
                row,
                title=_("Оценка клиента: обращение № %(number)s") % {"number": row.lead_id},
                effects=[
                    _("Оценка войдёт в рейтинг партнёра на его странице и в каталоге."),
                    _("Новая оценка заменит прежнюю. Ваше имя останется в записи."),
                ],
                form=form,
                button=_("Записать"),
            )
        try:
            leads.rate(row, form.cleaned_data["stars"])
        except NotPossible as error:
            return self.done(request, row, str(error), level=messages.ERROR)
        self.log_change(request, row, _("Оценка клиента: %(stars)s") % form.cleaned_data)
        return self.done(request, row, _("Записано."))
