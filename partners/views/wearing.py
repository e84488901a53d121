"""A page of ours in the look of the owner's site in Tilda, where there is one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from integrations.umnico import widget
from partners.models import TildaPage
from partners.services.look.dressing import Words, dress
from partners.services.look.wearing import look_of

PARTS = "partners/look_parts.html"
SPLIT = "<!--/head-->"
# Tilda's blocks carry scripts and styles in the page itself; what they load is ours.
POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def in_look(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    role: TildaPage.Role,
    values: dict[str, str],
    status: int = 200,
) -> HttpResponse:
    """`template` in the look of `role`, or in the built-in one. `values` fill the placeholders of the exported page."""
    exported = look_of(role)
    if exported is None:
        return HttpResponse(render_to_string(template, context, request), status=status)
    parts = render_to_string(template, {**context, "look": PARTS}, request)
    head, _split, content = parts.partition(SPLIT)
    # Both come from our own templates, which escape.
    words = Words(head=head, content=content, values=values)
    response = HttpResponse(dress(exported, words), status=status)
    chat = widget.is_shown_at(request.path_info)
    response.headers["Content-Security-Policy"] = (
        widget.widened(POLICY) if chat else "; ".join(POLICY)
    )
    return response
