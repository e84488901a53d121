"""The partner's own papers: what state they are in, and each of them back as a download."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from partners.cabinet.door import Answer, fits, for_partner, page
from partners.cabinet.session import Visit
from partners.errors import FileRefused
from partners.models import Document
from partners.services import own_documents
from partners.services.documents import too_large
from partners.services.filetypes import LARGEST

LONGEST_BODY = LARGEST + 64 * 1024  # of a form with one file


@require_safe
@for_partner
def listing(request: HttpRequest, visit: Visit) -> Answer:
    return _documents(request, visit)


@require_safe
@for_partner
def download(request: HttpRequest, visit: Visit, number: int) -> Answer:
    """A file goes out as a download of no particular type: no browser opens it as a page of ours."""
    document = Document.objects.filter(
        pk=number, partner=visit.partner, status=Document.Status.STORED
    ).first()
    if document is None or not document.file:
        raise Http404
    try:
        content = document.file.open("rb")
    except OSError:
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=document.name or f"document-{document.pk}",
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff"},
    )


@csrf_exempt  # the middleware would read the whole body to find the token: its length is looked at first
@require_POST
@for_partner
def upload(request: HttpRequest, visit: Visit) -> Answer:
    if not fits(request, LONGEST_BODY):
        return _documents(request, visit, trouble=too_large(), status=413)
    return _upload(request, visit)


@csrf_protect
def _upload(request: HttpRequest, visit: Visit) -> Answer:
    file: Any = request.FILES.get("file")
    kind = request.POST.get("kind", "")
    try:
        if file is None:
            raise FileRefused(_("файл не выбран"))
        own_documents.add(visit.partner.pk, file=file, name=file.name or "", kind=kind)
    except FileRefused as error:
        return _documents(request, visit, trouble=str(error), kind=kind, status=422)
    visit.say(_("Документ получен. Сотрудник проверит его и отметит здесь."))
    return redirect("partners:cabinet-documents")


def _documents(request: HttpRequest, visit: Visit, *, status: int = 200, **context: Any) -> Answer:
    documents = Document.objects.filter(partner=visit.partner).order_by("-pk")
    kinds = [(one.value, one.label) for one in own_documents.KINDS]
    facts = {"documents": documents, "kinds": kinds, "megabytes": LARGEST // 1024**2, **context}
    return page(request, visit, "cabinet/documents.html", facts, status=status)
