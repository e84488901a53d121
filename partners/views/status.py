"""What becomes of an application, and its correction. No sign-in: the link itself is the secret."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from integrations.sealing import sealed
from partners.forms.join import JoinForm, new_number, typed_before
from partners.models import Application
from partners.selectors.progress import progress_of
from partners.services import joining
from partners.views.join import STATUS, page, refusal

View = Callable[[HttpRequest, Application], HttpResponse]


def by_token(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Find the application, speak its language, and keep the secret address out of caches, referrers and search."""

    @wraps(view)
    def with_application(request: HttpRequest, token: str) -> HttpResponse:
        application = Application.objects.select_related("partner").filter(token=token).first()
        if application is None:
            raise Http404
        with override(application.language):
            response = view(request, application)
        return sealed(response)

    return with_application


@require_safe
@by_token
def status(request: HttpRequest, application: Application) -> HttpResponse:
    progress = progress_of(application)
    partner = application.partner
    context = {
        "application": application,
        "progress": progress,
        "may_correct": joining.may_correct(application, progress.decision),
        "partner_url": reverse("partners:page", args=[partner.code])
        if partner and partner.is_listed
        else "",
    }
    return HttpResponse(render_to_string("partners/status.html", context, request))


@require_http_methods(["GET", "HEAD", "POST"])
@by_token
def correct(request: HttpRequest, application: Application) -> HttpResponse:
    """The same form with the old data in it; what is sent takes the application's place."""
    progress = progress_of(application)
    context: dict[str, Any] = {"application": application, "progress": progress}
    kind, language = application.form, application.language
    if request.method != "POST":
        if not joining.may_correct(application, progress.decision):
            return redirect(STATUS, application.token)
        initial = {
            "number": new_number(),
            **typed_before(application.raw, application.data, kind),
        }
        return page(request, JoinForm(kind=kind, language=language, initial=initial), **context)
    form = JoinForm(request.POST, request.FILES, kind=kind, language=language)
    refused = refusal(request, form, **context)
    if refused is not None:
        return refused
    sent = joining.correct(
        application,
        raw=form.raw(),
        number=form.submission(),
        files=form.uploads(),
    )
    return redirect(STATUS, sent.token)
