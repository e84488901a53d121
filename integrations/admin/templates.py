"""«Шаблоны писем»: every letter with made-up facts, wide and narrow, as text, and sent to oneself."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from integrations.errors import IntegrationError
from integrations.mail.errors import AddressRefused, MailOff, MailPaused, MaybeSent
from integrations.mail.samples import Sample, samples
from integrations.mail.sender import get_mailbox

TESTS = "integrations.replay"
LIST, ONE = "integrations_mailmessage_templates", "integrations_mailmessage_template"


class TemplatePages:
    """Pages beside the letters' own."""

    admin_site: ClassVar[Any]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("templates/", wrap(self.templates_view), name=LIST),
            path("templates/<slug:slug>/", wrap(self.template_view), name=ONE),
        ]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return own + urls

    def templates_view(self, request: HttpRequest) -> HttpResponse:
        self._allow(request)
        rows = [(sample, reverse(f"admin:{ONE}", args=[sample.slug])) for sample in samples()]
        return self._page(
            request, "admin/office/templates.html", title=_("Шаблоны писем"), rows=rows
        )

    def template_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        self._allow(request)
        sample = next((one for one in samples() if one.slug == slug), None)
        if sample is None:
            raise Http404
        asked = request.POST.get("language") or request.GET.get("language")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        if request.method == "POST":
            return self._send(request, sample, language)
        return self._page(
            request,
            "admin/office/template.html",
            title=str(sample.title),
            sample=sample,
            letter=sample.compose(language),
            language=language,
            languages=settings.LANGUAGES,
            may_send=request.user.has_perm(TESTS),
            back=reverse(f"admin:{LIST}"),
        )

    def _send(self, request: HttpRequest, sample: Sample, language: str) -> HttpResponse:
        if not request.user.has_perm(TESTS):
            raise PermissionDenied
        address = getattr(request.user, "email", "")
        level, said = messages.SUCCESS, _("Письмо ушло на %(to)s.") % {"to": address}
        if not address:
            level, said = messages.WARNING, _("В вашей учётной записи нет e-mail: впишите его.")
        else:
            try:
                letter = sample.compose(language)
                get_mailbox().send(letter, to=address, key=f"test:{uuid4()}")
            except IntegrationError as error:
                level, said = messages.ERROR, what_happened(error)
        messages.add_message(request, level, said)
        here = reverse(f"admin:{ONE}", args=[sample.slug])
        return HttpResponseRedirect(f"{here}?language={language}")

    def _allow(self, request: HttpRequest) -> None:
        if not request.user.has_perm("integrations.view_mailmessage"):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), **context}
        )


def what_happened(error: IntegrationError) -> str:
    """Why a letter did not go, for the person who pressed the button."""
    if isinstance(error, MailOff):
        return _("Почта не настроена, письмо не ушло: %(why)s.") % {"why": error}
    if isinstance(error, MailPaused):
        return _("Письма сейчас ждут, это не ушло: %(why)s.") % {"why": error}
    if isinstance(error, MaybeSent):
        return _("Ответ сервера потерялся: письмо могло уйти. Проверьте ящик.")
    if isinstance(error, AddressRefused):
        return _("Сервер не принял ваш адрес: %(why)s.") % {"why": error}
    return _("Письмо не ушло: %(why)s.") % {"why": error}
