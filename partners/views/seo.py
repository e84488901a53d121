"""What search engines ask for before anything else: which pages there are, and which are not for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from partners.selectors import sitemap
from partners.views.meta import address

XML = "application/xml"
HOURLY = cache_control(public=True, max_age=3600)
OTHERS = ("/admin/", "/cabinet/", "/status/", "/offers/", "/c/", "/pay/", "/payments/", "/api/")


@require_safe
@HOURLY
def index(request: HttpRequest) -> HttpResponse:
    """/sitemap.xml: the files of the map, one for each block of partners."""
    parts = [
        (
            address(reverse("partners:sitemap-part", args=[block.number])),
            block.changed_at.isoformat(timespec="seconds"),
        )
        for block in sitemap.blocks()
    ]
    pages = address(reverse("partners:sitemap-pages"))
    context = {"parts": [(pages, None), *parts]}
    return render(request, "partners/sitemap_index.xml", context, content_type=XML)


@require_safe
@HOURLY
def pages(request: HttpRequest) -> HttpResponse:
    names = ("partners:catalogue", "partners:join")
    context = {"places": [(address(reverse(name)), None) for name in names]}
    return render(request, "partners/sitemap.xml", context, content_type=XML)


@require_safe
@HOURLY
def part(request: HttpRequest, number: int) -> HttpResponse:
    # The address without its code is the same for all: reverse() for each would be most of the work.
    whole = address(reverse("partners:page", args=[sitemap.ANY_CODE]))
    start, _code, end = whole.partition(sitemap.ANY_CODE)
    places = [
        (f"{start}{code}{end}", changed_at.date().isoformat())
        for code, changed_at in sitemap.block(number)
    ]
    if not places:
        raise Http404
    return render(request, "partners/sitemap.xml", {"places": places}, content_type=XML)


@require_safe
@HOURLY
def robots(request: HttpRequest) -> HttpResponse:
    context = {"others": OTHERS, "sitemap": address(reverse("partners:sitemap"))}
    return render(request, "partners/robots.txt", context, content_type="text/plain; charset=utf-8")
