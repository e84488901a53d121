"""Who agreed to be written to: searched by address; a member of staff writes down what people said to him."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact
from integrations.errors import IntegrationError
from integrations.models import Consent
from integrations.services import consents
from payments.admin.forms import ReasonForm

WITHDRAWS = "integrations.change_consent"


class ConsentForm(forms.Form):
    channel = forms.ChoiceField(
        label=gettext_lazy("Канал"),
        choices=Consent.Channel.choices,
        widget=UnfoldAdminSelectWidget,
    )
    address = forms.CharField(
        label=gettext_lazy("Адрес"),
        help_text=gettext_lazy("E-mail или номер чата с ботом."),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
    )
    wording = forms.CharField(
        label=gettext_lazy("С каким текстом согласились"),
        help_text=gettext_lazy("Слово в слово, и где это сохранено: договор, письмо, звонок."),
        min_length=10,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )


class StandingFilter(admin.SimpleListFilter):
    title = gettext_lazy("состояние")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("действует")), ("no", _("отозвано"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(withdrawn_at=None)
        return queryset.filter(withdrawn_at__isnull=False) if self.value() == "no" else queryset


@admin.register(Consent)
class ConsentAdmin(CardAdmin):
    list_display = ("address", "channel", "state_sign", "source", "given", "ended")
    list_filter = (
        StandingFilter,
        ("channel", admin.ChoicesFieldListFilter),
        ("source", admin.ChoicesFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("E-mail или номер чата целиком")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"withdraw": ("withdraw", WITHDRAWS)}

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.has_perm("integrations.add_consent"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Consent], search_term: str
    ) -> tuple[QuerySet[Consent], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(Q(address=text) | Q(address=text.lower())), False

    @admin.display(description=gettext_lazy("состояние"))
    def state_sign(self, row: Consent) -> SafeString:
        if row.withdrawn_at is None:
            return badge(_("действует"), Tone.OK)
        return badge(_("отозвано"), Tone.IDLE)

    @admin.display(description=gettext_lazy("дано"))
    def given(self, row: Consent) -> str:
        return moment(row.given_at)

    @admin.display(description=gettext_lazy("отозвано"))
    def ended(self, row: Consent) -> str:
        return moment(row.withdrawn_at)

    def build_card(self, request: HttpRequest, row: Consent) -> Card:
        card = Card(
            title=row.address,
            badges=[self.state_sign(row)],
            facts=[
                Fact(_("Канал"), row.get_channel_display()),
                Fact(_("Где дано"), row.get_source_display()),
                Fact(_("Дано"), moment(row.given_at, seconds=True)),
                Fact(_("С какого адреса"), row.remote_addr or NOTHING, is_code=True),
                Fact(_("Отозвано"), moment(row.withdrawn_at, seconds=True)),
                Fact(_("Как отозвано"), row.get_withdrawn_by_display() or NOTHING),
            ],
            prose=[(_("С каким текстом согласились"), row.wording)],
        )
        if row.withdrawn_at is None and self.may(request, "withdraw"):
            card.actions = [self.button("withdraw", row, _("Записать отзыв"), asks=True)]
        return card

    def withdraw(self, request: HttpRequest, row: Consent) -> HttpResponse:
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            ended = consents.withdraw(
                channel=Consent.Channel(row.channel),
                address=row.address,
                by=Consent.Withdrawal.STAFF,
            )
            if not ended:
                return self.done(request, row, _("Согласие уже отозвано."), level=messages.WARNING)
            reason = form.cleaned_data["reason"]
            self.log_change(request, row, _("Отзыв записан: %(reason)s") % {"reason": reason})
            return self.done(request, row, _("Отзыв записан."))
        return self.ask(
            request,
            row,
            title=_("Отзыв согласия: %(address)s") % {"address": row.address},
            effects=[
                _("Рассылки на этот адрес больше не уйдут, в том числе начатая."),
                _("Служебные сообщения приходить будут."),
            ],
            form=form,
            button=_("Записать отзыв"),
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ConsentForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._give(request, form):
            return HttpResponseRedirect(self.page_of("changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Записать согласие"),
            "effects": [_("На этот адрес можно будет слать новости, пока согласие не отзовут.")],
            "form": form,
            "button": _("Записать"),
            "back": self.page_of("changelist"),
        }
        return TemplateResponse(request, "admin/office/ask.html", context)

    def _give(self, request: HttpRequest, form: ConsentForm) -> bool:
        said = form.cleaned_data
        channel = Consent.Channel(said["channel"])
        try:
            is_new = consents.give(
                channel=channel,
                address=said["address"].strip(),
                source=Consent.Source.STAFF,
                wording=said["wording"],
            )
            kept = consents.kept(channel, said["address"].strip())
        except (IntegrationError, ValueError) as error:
            form.add_error("address", _("Адрес не читается: %(error)s") % {"error": error})
            return False
        row = Consent.objects.get(channel=channel, address=kept, withdrawn_at=None)
        if is_new:
            self.log_addition(request, row, _("Согласие записано"))
            self.message_user(request, _("Согласие записано."))
        else:
            self.message_user(request, _("Согласие уже есть."), level=messages.WARNING)
        return True
