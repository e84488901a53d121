"""Addresses nothing is sent to, what came back from where, and why letters wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, Table, row_link, shortened
from integrations.mail.addresses import NotAnAddress, shown
from integrations.mail.bounces.report import COMPLAINT, DELAYED, FAILED, UNREADABLE
from integrations.models import Bounce, MailPause, Suppression
from integrations.services import mail_gate, suppression

SENDS = "integrations.replay"
FORGIVES = "integrations.delete_suppression"
ACTIONS = {
    FAILED: (gettext_lazy("не доставлено"), Tone.BAD),
    DELAYED: (gettext_lazy("задерживается"), Tone.WAIT),
    COMPLAINT: (gettext_lazy("жалоба на спам"), Tone.BAD),
    UNREADABLE: (gettext_lazy("отчёт не разобран"), Tone.WARN),
}
REASON_TONES = {
    Suppression.Reason.BOUNCED: Tone.WARN,
    Suppression.Reason.COMPLAINT: Tone.BAD,
    Suppression.Reason.STAFF: Tone.IDLE,
}


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Почему"), max_length=200, widget=UnfoldAdminTextareaWidget
    )


class SuppressionForm(forms.ModelForm):  # type: ignore[type-arg]
    detail = forms.CharField(
        label=gettext_lazy("Почему"), max_length=300, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Suppression
        fields = ("address", "detail")
        widgets = {"address": UnfoldAdminTextInputWidget}

    def clean_address(self) -> str:
        try:
            return suppression.plain(self.cleaned_data["address"])
        except NotAnAddress:
            raise forms.ValidationError(
                _("Это не адрес e-mail. Проверьте его и введите ещё раз.")
            ) from None


def action_badge(row: Bounce) -> SafeString:
    title, tone = ACTIONS.get(row.action, (row.action, Tone.IDLE))
    return badge(str(title), tone)


def searched(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By an address, whole, or by its domain: `example.com`."""
    text = text.strip()
    if not text:
        return queryset
    if "@" not in text:
        return queryset.filter(address__endswith=f"@{text.lower()}")
    try:
        return queryset.filter(address=suppression.plain(text))
    except NotAnAddress:
        return queryset.none()


class AddressAdmin(CardAdmin):
    search_fields = ("id",)
    search_help_text = gettext_lazy("Адрес целиком или домен: example.com")
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return searched(queryset, search_term), False

    @admin.display(description=gettext_lazy("адрес"))
    def reader(self, row: Any) -> str:
        return shown(row.address) or "–"

    @admin.display(description=gettext_lazy("когда"))
    def made(self, row: Any) -> str:
        return moment(row.created_at)


@admin.register(Suppression)
class SuppressionAdmin(AddressAdmin):
    """Nothing is written there: a letter that is due is shown as not sent, with the reason."""

    form = SuppressionForm
    add_form_template = "admin/change_form.html"
    list_display = ("reader", "state", "words", "made")
    list_filter = (("reason", admin.ChoicesFieldListFilter),)
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"forgive": ("forgive", FORGIVES)}

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.has_perm("integrations.add_suppression"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [] if obj else [(None, {"fields": ("address", "detail")})]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if kwargs.get("obj") is None:
            response: HttpResponse = super(CardAdmin, self).render_change_form(
                request, context, *args, **kwargs
            )
            return response
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        suppression.suppress(
            obj.address, reason=Suppression.Reason.STAFF, detail=form.cleaned_data["detail"]
        )
        obj.pk = Suppression.objects.get(address=obj.address).pk

    @admin.display(description=gettext_lazy("почему"))
    def state(self, row: Suppression) -> SafeString:
        return badge(row.get_reason_display(), REASON_TONES[Suppression.Reason(row.reason)])

    @admin.display(description=gettext_lazy("подробности"))
    def words(self, row: Suppression) -> str:
        return shortened(row.detail)

    def build_card(self, request: HttpRequest, row: Suppression) -> Card:
        card = Card(
            title=shown(row.address),
            badges=[self.state(row)],
            facts=[
                Fact(_("Адрес"), row.address, is_code=True),
                Fact(_("Подробности"), row.detail),
                Fact(_("С какого времени"), moment(row.created_at, seconds=True)),
            ],
            tables=[bounce_table(Bounce.objects.filter(address=row.address)[:10])],
        )
        if self.may(request, "forgive"):
            card.actions = [self.button("forgive", row, _("Писать снова"), asks=True)]
        return card

    def forgive(self, request: HttpRequest, row: Suppression) -> HttpResponse:
        form = WhyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            said = _("Адресу снова пишем: %(why)s") % {"why": form.cleaned_data["why"]}
            self.log_change(request, row, said)
            suppression.forgive(row.address)
            self.message_user(request, _("Адресу снова пишем."))
            return HttpResponseRedirect(self.page_of("changelist"))
        return self.ask(
            request,
            row,
            title=_("Писать снова: %(address)s") % {"address": shown(row.address)},
            effects=[
                _("Новые письма уйдут на этот адрес; задержанные отправьте сами."),
                _("Если письма снова вернутся, адрес снова будет исключён."),
            ],
            form=form,
            button=_("Писать снова"),
        )


@admin.register(Bounce)
class BounceAdmin(AddressAdmin):
    """Reports of other servers, each once."""

    list_display = ("reader", "state", "status", "words", "made")
    list_filter = ("action", "is_hard", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("letter",)

    @admin.display(description=gettext_lazy("что случилось"))
    def state(self, row: Bounce) -> SafeString:
        return action_badge(row)

    @admin.display(description=gettext_lazy("что ответил сервер"))
    def words(self, row: Bounce) -> str:
        return shortened(row.diagnostic)

    def build_card(self, request: HttpRequest, row: Bounce) -> Card:
        return Card(
            title=shown(row.address) or _("Отчёт не разобран"),
            badges=[action_badge(row)],
            facts=[
                Fact(_("Адрес"), row.address, is_code=True),
                Fact(_("Код"), row.status, is_code=True),
                Fact(_("Окончательно"), _("да") if row.is_hard else _("нет")),
                Fact(_("Письмо"), row_link(row.letter)),
                Fact(_("О письме"), row.about, is_code=True),
                Fact(_("Отчёт"), row.report_id, is_code=True),
                Fact(_("Получено"), moment(row.created_at, seconds=True)),
            ],
            texts=[(_("Что ответил сервер"), row.diagnostic)],
        )


@admin.register(MailPause)
class MailPauseAdmin(CardAdmin):
    """Why letters wait; none is lost."""

    list_display = ("__str__", "why", "said", "times", "ends")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"go_on": ("go_on", SENDS)}

    @admin.display(description=gettext_lazy("до какого времени"))
    def ends(self, row: MailPause) -> str:
        return moment(row.until)

    def build_card(self, request: HttpRequest, row: MailPause) -> Card:
        actions = []
        if self.may(request, "go_on"):
            actions = [self.button("go_on", row, _("Попробовать сейчас"), is_main=True)]
        return Card(
            actions=actions,
            title=_("Ждут: %(what)s") % {"what": row.get_scope_display()},
            badges=[badge(row.get_why_display(), Tone.BAD)],
            warning=row.said,
            facts=[
                Fact(_("Что делать"), ADVICE[MailPause.Why(row.why)]),
                Fact(_("Раз подряд"), row.times),
                Fact(_("С какого времени"), moment(row.since, seconds=True)),
                Fact(_("До какого времени"), moment(row.until, seconds=True)),
            ],
        )

    def go_on(self, request: HttpRequest, row: MailPause) -> HttpResponse:
        mail_gate.go_on()
        self.log_change(request, row, _("Письма пробуют уйти раньше срока"))
        return self.done(
            request, row, _("Письма пробуют уйти. Если причина осталась, они подождут ещё.")
        )


ADVICE = {
    MailPause.Why.LIMIT: gettext_lazy("Ничего: письма уйдут сами. Предел снимет почтовая служба."),
    MailPause.Why.SPAM: gettext_lazy("Проверьте текст рассылки и записи SPF, DKIM и DMARC."),
    MailPause.Why.SETTINGS: gettext_lazy(
        "Проверьте SMTP_USER, SMTP_PASSWORD и EMAIL_FROM: manage.py doctor скажет, подходят ли они."
    ),
}


def bounce_table(rows: Iterable[Bounce]) -> Table:
    return Table(
        title=_("Возвраты"),
        headers=[_("Когда"), _("Что случилось"), _("Код"), _("Что ответил сервер")],
        rows=[
            [
                row_link(row, moment(row.created_at)),
                action_badge(row),
                row.status,
                shortened(row.diagnostic),
            ]
            for row in rows
        ],
        empty=_("Ничего не возвращалось."),
    )
