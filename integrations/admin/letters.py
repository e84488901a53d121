"""Letters: what was written to whom, whether it went, and sending it once more."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.admin.badges import Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, case_link, shortened
from integrations.admin.suppressions import bounce_table
from integrations.admin.templates import TemplatePages
from integrations.mail.addresses import shown
from integrations.models import MailMessage
from integrations.services import post

Status = MailMessage.Status
STATUS_TONES = {
    Status.WAITING: Tone.WAIT,
    Status.SENDING: Tone.WAIT,
    Status.SENT: Tone.OK,
    Status.UNCLEAR: Tone.WARN,
    Status.REFUSED: Tone.BAD,
    Status.SUPPRESSED: Tone.IDLE,
    Status.BOUNCED: Tone.BACK,
}
SENDS = "integrations.replay"


class AgainForm(forms.Form):
    """`key` is drawn with the form: sent twice, the same form sends once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def letter_badge(row: MailMessage) -> SafeString:
    return badge(row.get_status_display(), STATUS_TONES[Status(row.status)])


class LetterQueue(admin.SimpleListFilter):
    """What a person should look at."""

    title = gettext_lazy("очередь")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("trouble", _("не приняты, вернулись или неизвестно, ушли ли"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(TROUBLE) if self.value() == "trouble" else queryset


class KindFilter(admin.SimpleListFilter):
    """By template; the names are those of the files, so that no list of letters is read for them."""

    title = gettext_lazy("шаблон")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, kind) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@lru_cache
def kinds() -> list[str]:
    folder = settings.BASE_DIR / "templates" / "email"
    return sorted(file.name.removesuffix(SUBJECT) for file in folder.glob(f"*{SUBJECT}"))


SUBJECT = ".subject.txt"
TROUBLE = Q(status__in=[Status.REFUSED, Status.UNCLEAR, Status.BOUNCED])


@admin.register(MailMessage)
class MailMessageAdmin(TemplatePages, CardAdmin):
    change_form_template = "admin/office/mail.html"
    list_display = ("subject", "reader", "state", "case_page", "made", "trouble")
    list_filter = (
        LetterQueue,
        KindFilter,
        ("status", admin.ChoicesFieldListFilter),
        ("created_at", admin.DateFieldListFilter),
    )
    search_fields = ("id",)
    search_help_text = gettext_lazy("Адрес получателя, дело (application:512) или шаблон")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"again": ("again", SENDS)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailMessage]:
        rows: QuerySet[MailMessage] = super().get_queryset(request)
        is_list = getattr(request.resolver_match, "url_name", "").endswith("_changelist")
        return rows.defer("text", "html", "context") if is_list else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MailMessage], search_term: str
    ) -> tuple[QuerySet[MailMessage], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if ":" in text:
            return queryset.filter(case=text), False
        return queryset.filter(Q(to__iexact=text) | Q(kind=text)), False

    @admin.display(description=gettext_lazy("кому"))
    def reader(self, row: MailMessage) -> str:
        return shown(row.to)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: MailMessage) -> SafeString:
        return letter_badge(row)

    @admin.display(description=gettext_lazy("дело"))
    def case_page(self, row: MailMessage) -> Any:
        return case_link(row.case)

    @admin.display(description=gettext_lazy("ошибка"))
    def trouble(self, row: MailMessage) -> str:
        return shortened(row.error)

    @admin.display(description=gettext_lazy("написано"))
    def made(self, row: MailMessage) -> str:
        return moment(row.created_at)

    def build_card(self, request: HttpRequest, row: MailMessage) -> Card:
        card = Card(
            title=row.subject,
            badges=[letter_badge(row)],
            warning=row.error,
            facts=[
                Fact(_("Кому"), shown(row.to), is_code=True),
                Fact(_("Шаблон"), row.kind, is_code=True),
                Fact(_("Язык"), row.language),
                Fact(_("Дело"), case_link(row.case)),
                Fact(_("Ключ"), row.key, is_code=True),
                Fact("Message-ID", row.message_id, is_code=True),
                Fact(_("Написано"), moment(row.created_at, seconds=True)),
                Fact(_("Отправлено"), moment(row.sent_at, seconds=True)),
            ],
            texts=[(_("Текст"), row.text)],
            extra={"html": row.html},
        )
        if returned := list(row.bounces.all()[:10]):
            card.tables = [bounce_table(returned)]
        if row.status != Status.SENDING and self.may(request, "again"):
            card.actions = [self.button("again", row, _("Отправить ещё раз"), asks=True)]
        return card

    def again(self, request: HttpRequest, row: MailMessage) -> HttpResponse:
        form = AgainForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            if row.status == Status.SENDING:
                said = _("Письмо как раз передаётся серверу: подождите.")
                return self.done(request, row, said, level=messages.WARNING)
            post.send_again(row.pk, wish=f"again:{form.cleaned_data['key']}")
            self.log_change(request, row, _("Письмо отправлено ещё раз"))
            return self.done(request, row, _("Письмо отправляется ещё раз."))
        effects = [_("Письмо уйдёт на %(to)s в том же виде.") % {"to": shown(row.to)}]
        if row.status in (Status.SENT, Status.UNCLEAR):
            effects.append(_("Получатель может увидеть его дважды."))
        return self.ask(
            request,
            row,
            title=_("Отправить ещё раз: %(subject)s") % {"subject": row.subject},
            effects=effects,
            form=form,
            button=_("Отправить ещё раз"),
        )
