"""Public pages have an address for each language: `?lang=en` says it, without it the browser's wish decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
PARAMETER = "lang"


def spoken(view: View[Rest]) -> View[Rest]:
    """Render in the language of the address; the answer names it."""

    @wraps(view)
    def in_its_language(
        request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        language = asked_for(request) or get_language() or settings.LANGUAGE_CODE
        with override(language):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return in_its_language


def asked_for(request: HttpRequest) -> str:
    """The language that the address names; empty where it names none of ours."""
    language = request.GET.get(PARAMETER, "")
    return language if language in dict(settings.LANGUAGES) else ""
