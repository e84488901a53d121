"""A counted link: notes that its recipient came by, and leads on to the address that was written down."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from bot.mailings import clicks
from integrations.sealing import sealed


@require_safe
def click(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """HEAD counts nothing: that is how link previews look."""
    url = clicks.follow(token, number, counts=request.method == "GET")
    if url is None:
        raise Http404
    return sealed(HttpResponseRedirect(url), has_form=False)
