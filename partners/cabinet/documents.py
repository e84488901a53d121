"""The partner's own papers: what state they are in, and each of them back as a download."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.models import Document


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


def _documents(request: HttpRequest, visit: Visit, *, status: int = 200, **context: Any) -> Answer:
    documents = Document.objects.filter(partner=visit.partner).order_by("-pk")
    facts = {"documents": documents, **context}
    return page(request, visit, "cabinet/documents.html", facts, status=status)
