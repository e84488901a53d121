"""The logo of letters at its public address, which mail programs and their proxies keep."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from integrations.mail.brand import read_logo

FOR_EVER = "public, max-age=31536000, immutable"  # another picture has another address


@require_safe
def brand_logo(request: HttpRequest, name: str) -> HttpResponse:
    content = read_logo(name)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = FOR_EVER
    response["X-Content-Type-Options"] = "nosniff"
    return response
