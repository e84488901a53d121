"""The registry's own form. Works without JavaScript; what was typed stays when something is wrong with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from integrations.addresses import client_address
from partners.forms.join import JoinForm, new_number
from partners.models import Application
from partners.services import joining

STATUS = "partners:status"


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """An empty form, or what became of a filled one: its status page, or the form with what to mend."""
    kind, language = Application.Form.REGISTRATION, (get_language() or "ru")[:2]
    if request.method != "POST":
        form = JoinForm(kind=kind, language=language, initial={"number": new_number()})
        return page(request, form)
    form = JoinForm(request.POST, request.FILES, kind=kind, language=language)
    refused = refusal(request, form)
    if refused is not None:
        return refused
    application = joining.send(
        form=kind,
        raw=form.raw(),
        language=language,
        number=form.submission(),
        files=form.uploads(),
    )
    return redirect(STATUS, application.token)


def refusal(request: HttpRequest, form: JoinForm, **context: Any) -> HttpResponse | None:
    """The form again, where it cannot be sent as it is; None where it can."""
    if form.is_trapped:
        # Some browsers fill everything in by themselves: their people are not sent away.
        form.release()
        said = _("Похоже, форму заполнила программа. Если это вы, нажмите «Отправить» ещё раз.")
        return page(request, form, said=said, status=409, **context)
    if not form.is_valid():
        said = _("Заявка не отправлена: исправьте поля, отмеченные ниже.")
        if request.FILES:
            said += " " + _("Файлы выберите снова.")
        return page(request, form, said=said, status=422, **context)
    wait = joining.seconds_to_wait(client_address(request.META, settings.TRUSTED_PROXIES))
    if wait:
        minutes = -(-wait // 60)
        said = _("С вашего адреса отправили слишком много заявок. Повторите через %(minutes)s мин.")
        return page(request, form, said=said % {"minutes": minutes}, status=429, **context)
    return None


def page(
    request: HttpRequest, form: JoinForm, *, said: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    shown = {"form": form, "said": said, **context}
    response = HttpResponse(render_to_string("partners/join.html", shown, request), status=status)
    # The page holds a number of its own and the token against forgery.
    add_never_cache_headers(response)
    return response
