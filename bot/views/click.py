"""A counted link: notes that its recipient came by, and leads on to the address that was written down."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from bot.mailings import clicks


@require_safe
def click(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """HEAD counts nothing: that is how link previews look."""
    url = clicks.follow(token, number, counts=request.method == "GET")
    if url is None:
        raise Http404
    response = HttpResponseRedirect(url)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
