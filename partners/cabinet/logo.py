"""The partner's logo."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from partners.cabinet.documents import LONGEST_BODY
from partners.cabinet.door import Answer, fits, for_partner
from partners.cabinet.session import Visit
from partners.errors import FileRefused
from partners.services import logos, own_documents
from partners.services.documents import too_large

PROFILE = "partners:cabinet-profile"


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    """The picture as the public gets it, here also while the page is hidden."""
    picture = logos.picture(visit.partner)
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type=logos.CONTENT_TYPE)


@csrf_exempt  # as with documents: the length is looked at before the body is read
@require_POST
@for_partner
def upload(request: HttpRequest, visit: Visit) -> Answer:
    if not fits(request, LONGEST_BODY):
        return _refused(visit, too_large())
    return _upload(request, visit)


@csrf_protect
def _upload(request: HttpRequest, visit: Visit) -> Answer:
    file: Any = request.FILES.get("logo")
    try:
        if file is None:
            raise FileRefused(_("файл не выбран"))
        own_documents.set_logo(visit.partner.pk, file=file, remote_addr=visit.remote_addr)
    except FileRefused as error:
        return _refused(visit, str(error))
    visit.say(_("Логотип обновлён."))
    return redirect(PROFILE)


@require_POST
@for_partner
def remove(request: HttpRequest, visit: Visit) -> Answer:
    own_documents.drop_logo(visit.partner.pk, remote_addr=visit.remote_addr)
    visit.say(_("Логотип убран."))
    return redirect(PROFILE)


def _refused(visit: Visit, why: str) -> Answer:
    visit.say(_("Логотип не принят: %(why)s.") % {"why": why}, kind="bad")
    return redirect(PROFILE)
