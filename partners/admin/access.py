"""Keys of the API, shown once when they are made, and the partners' doors."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from integrations.admin.badges import NOTHING, Tone, badge, moment
from integrations.admin.cards import Card, CardAdmin, Fact, row_link
from integrations.clock import now
from partners.admin.forms import ConfirmForm, TokenForm
from partners.errors import NotPossible
from partners.models import ApiToken, SignInLink
from partners.services import tokens

ISSUES, REVOKES = "partners.add_apitoken", "partners.change_apitoken"


def token_badge(token: ApiToken) -> SafeString:
    if token.revoked_at is not None:
        return badge(_("отозван"), Tone.IDLE)
    if token.expires_at is not None and token.expires_at <= now():
        return badge(_("истёк"), Tone.IDLE)
    return badge(_("действует"), Tone.OK)


@admin.register(ApiToken)
class ApiTokenAdmin(CardAdmin):
    change_list_template = "admin/office/change_list.html"
    list_display = ("name", "begins", "rights", "state", "until", "used", "created_by")
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix")
    sortable_by = ()
    card_actions: ClassVar[dict[str, tuple[str, str]]] = {"revoke": ("revoke", REVOKES)}

    def get_urls(self) -> list[URLPattern]:
        issue = self.admin_site.admin_view(self.issue)
        return [path("issue/", issue, name="partners_apitoken_issue"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if request.user.has_perm(ISSUES):
            context["tools"] = [(_("Выдать ключ"), self.page_of("issue"))]
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @admin.display(description=gettext_lazy("начало"))
    def begins(self, row: ApiToken) -> str:
        return f"{row.prefix}…"

    @admin.display(description=gettext_lazy("что разрешено"))
    def rights(self, row: ApiToken) -> str:
        titles = dict(ApiToken.Scope.choices)
        return ", ".join(str(titles.get(scope, scope)) for scope in row.scopes)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: ApiToken) -> SafeString:
        return token_badge(row)

    @admin.display(description=gettext_lazy("действует до"))
    def until(self, row: ApiToken) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("использован"))
    def used(self, row: ApiToken) -> str:
        return moment(row.last_used_at)

    def build_card(self, request: HttpRequest, row: ApiToken) -> Card:
        card = Card(
            title=row.name,
            badges=[token_badge(row)],
            facts=[
                Fact(_("Начало ключа"), self.begins(row), is_code=True),
                Fact(_("Что разрешено"), self.rights(row)),
                Fact(_("Выдал"), row.created_by),
                Fact(_("Выдан"), moment(row.created_at)),
                Fact(_("Действует до"), moment(row.expires_at)),
                Fact(_("Использован"), moment(row.last_used_at)),
                Fact(_("Отозван"), moment(row.revoked_at)),
            ],
        )
        if row.revoked_at is None and self.may(request, "revoke"):
            card.actions = [self.button("revoke", row, _("Отозвать"), asks=True)]
        return card

    @method_decorator([never_cache, sensitive_post_parameters()])
    def issue(self, request: HttpRequest) -> HttpResponse:
        """The form, then the only page that ever shows the key."""
        if not request.user.has_perm(ISSUES):
            raise PermissionDenied
        form = TokenForm(request.POST if request.method == "POST" else None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Выдать ключ API"),
            "back": self.page_of("changelist"),
        }
        if request.method == "POST" and form.is_valid():
            try:
                token, text = tokens.issue(
                    name=form.cleaned_data["name"],
                    scopes=form.cleaned_data["scopes"],
                    staff=cast(User, request.user),
                    expires_at=form.expires_at,
                )
            except NotPossible as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, token, _("Выдан ключ API"))
                context |= {"token": token, "text": text, "card": self.page_of("change", token.pk)}
                return TemplateResponse(request, "admin/office/token.html", context)
        context |= {
            "effects": [
                _("Ключ покажется один раз: сохраните его сразу."),
                _("У нас остаётся только отпечаток, восстановить ключ нельзя."),
                _("Отозвать его можно в любой момент."),
            ],
            "form": form,
            "button": _("Выдать ключ"),
        }
        return TemplateResponse(request, "admin/office/ask.html", context)

    def revoke(self, request: HttpRequest, row: ApiToken) -> HttpResponse:
        if request.method == "POST":
            if row.revoked_at is not None:
                return self.done(request, row, _("Ключ уже отозван."), level=messages.INFO)
            tokens.revoke(row)
            self.log_change(request, row, _("Ключ отозван"))
            return self.done(request, row, _("Ключ отозван: он больше ничего не открывает."))
        return self.ask(
            request,
            row,
            title=_("Отозвать ключ «%(name)s»") % {"name": row.name},
            effects=[_("Программы с этим ключом сразу перестанут работать. Вернуть его нельзя.")],
            form=ConfirmForm(),
            button=_("Отозвать"),
        )


@admin.register(SignInLink)
class SignInLinkAdmin(CardAdmin):
    list_display = ("partner", "asked", "until", "state", "remote_addr")
    list_select_related = ("partner",)
    search_fields = ("partner__code", "partner__inn", "remote_addr__exact")
    search_help_text = gettext_lazy("Код или ИНН партнёра, адрес просившего")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("partner").defer("nonce")

    @admin.display(description=gettext_lazy("запрошен"))
    def asked(self, row: SignInLink) -> str:
        return moment(row.created_at, seconds=True)

    @admin.display(description=gettext_lazy("действует до"))
    def until(self, row: SignInLink) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("состояние"))
    def state(self, row: SignInLink) -> SafeString:
        if row.used_at is not None:
            return badge(_("использован"), Tone.OK)
        if row.expires_at <= now():
            return badge(_("истёк"), Tone.IDLE)
        return badge(_("ждёт"), Tone.WAIT)

    def build_card(self, request: HttpRequest, row: SignInLink) -> Card:
        return Card(
            title=_("Вход партнёра № %(number)s") % {"number": row.pk},
            badges=[self.state(row)],
            facts=[
                Fact(_("Партнёр"), row_link(row.partner)),
                Fact(_("Кто просил"), row.remote_addr or NOTHING, is_code=True),
                Fact(_("Запрошен"), moment(row.created_at, seconds=True)),
                Fact(_("Действует до"), moment(row.expires_at, seconds=True)),
                Fact(_("Использован"), moment(row.used_at, seconds=True)),
            ],
        )
