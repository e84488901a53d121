"""Answers behind a link that is a secret, or behind a sign-in: kept by nobody, found by no search engine."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponseBase
from django.utils.cache import add_never_cache_headers

Answer = TypeVar("Answer", bound=HttpResponseBase)


def sealed(response: Answer, *, has_form: bool = True) -> Answer:
    """The same answer with the headers that say so.

    The address goes to no other site. A page with a form tells it to ourselves: Django checks the referrer of a form
    that comes by https.
    """
    add_never_cache_headers(response)
    response.headers["Referrer-Policy"] = "same-origin" if has_form else "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
