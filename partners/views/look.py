"""What a page in Tilda's look needs: its files under our own address, and the call that says it changed."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_safe

from integrations.wakeups import wake
from partners.models import TildaAsset
from partners.services.look import refresh

YEAR = 365 * 86400


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """Tilda's "a page was published": GET with pageid, projectid, published, publickey. It wants `ok` in any case.

    Its key is no secret, so a call only makes us look, at most every some seconds.
    """
    known = refresh.noticed(
        project_id=request.GET.get("projectid", ""),
        page_id=request.GET.get("pageid", ""),
        public_key=request.GET.get("publickey", ""),
    )
    if known:
        wake(refresh.REFRESH)
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def asset(request: HttpRequest, page_id: str, name: str) -> FileResponse:
    """A file of an exported page. Its address changes with its bytes, so it may be kept for ever."""
    row = TildaAsset.objects.filter(page__page_id=page_id, name=name).first()
    if row is None:
        raise Http404("no such file")
    response = FileResponse(row.file.open("rb"), content_type=row.content_type)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    # A picture in SVG is opened by a browser like a page: it may run nothing.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
