"""Lists in pages: bounded in size and in depth, counted as far as they can be leafed through."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from partners.api.values import Whole

MOST = 1_000  # rows; beyond it a caller asks more precisely, and no page costs more
PER_PAGE, LARGEST_PAGE = 20, 100


class PageWish(serializers.Serializer[Any]):
    page = Whole(min_value=1, max_value=MOST, default=1)
    page_size = Whole(min_value=1, max_value=LARGEST_PAGE, default=PER_PAGE)


class Page(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text=_("Сколько найдено; считаем до 1001."))
    page = serializers.IntegerField()
    pages = serializers.IntegerField(help_text=_("Сколько страниц можно листать."))


def page_of(rows: QuerySet[Any], wish: dict[str, Any]) -> dict[str, Any]:
    """{count, page, pages, results} of an ordered queryset. Raises NotFound past the last page."""
    size, page = wish["page_size"], wish["page"]
    count = rows.order_by().values("pk")[: MOST + 1].count()
    pages = max(1, ceil(min(count, MOST) / size))
    if page > pages:
        raise NotFound(_("Такой страницы нет: страниц всего %(pages)s.") % {"pages": pages})
    start = (page - 1) * size
    return {
        "count": count,
        "page": page,
        "pages": pages,
        "results": list(rows[start : min(start + size, MOST)]),
    }
