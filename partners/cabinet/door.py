"""Every page of the cabinet is made here: who may see it, in which language, kept from caches, referrers and search."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from integrations.sealing import sealed
from partners.cabinet.session import Visit, visit_of
from partners.selectors.leads import new_leads

Answer = HttpResponseBase
P = ParamSpec("P")
OWN_PATH = re.compile(r"/cabinet/(?:[a-z0-9-]+/)*(?:\?[A-Za-z0-9_=&-]*)?")


def own_path(wanted: str) -> str:
    """The wanted page if it is one of the cabinet's; "" for anything else."""
    return wanted if len(wanted) <= 200 and OWN_PATH.fullmatch(wanted) else ""


def for_anybody(
    view: Callable[Concatenate[HttpRequest, P], Answer],
) -> Callable[Concatenate[HttpRequest, P], Answer]:
    """A page before the door."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return sealed(view(request, *args, **kwargs))

    return shown


def for_partner(
    view: Callable[Concatenate[HttpRequest, Visit, P], Answer],
) -> Callable[Concatenate[HttpRequest, P], Answer]:
    """A page behind the door: whoever is not signed in is asked to, and comes back to where he was going."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        visit = visit_of(request)
        if visit is None:
            return sealed(redirect(_sign_in(request)))
        with override(visit.partner.language):
            if request.method == "POST" and visit.is_read_only:
                visit.say(
                    _("По данным ФНС компания не действует. Данные можно смотреть, но не менять."),
                    kind="bad",
                )
                return sealed(redirect("partners:cabinet"))
            return sealed(view(request, visit, *args, **kwargs))

    return shown


def fits(request: HttpRequest, most: int) -> bool:
    """Whether a request says how long it is, and is no longer than `most` bytes: asked before any of it is read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return length.isdigit() and int(length) <= most


def page(
    request: HttpRequest,
    visit: Visit,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the cabinet, with what was said last and where in the cabinet it stands."""
    kind, said = visit.heard()
    facts = {
        "partner": visit.partner,
        "read_only": visit.is_read_only,
        "said": said,
        "said_kind": kind,
        "sections": _sections(request, visit),
        **(context or {}),
    }
    return HttpResponse(render_to_string(template, facts, request), status=status)


SECTIONS = (
    ("partners:cabinet", _lazy("Обзор")),
    ("partners:cabinet-leads", _lazy("Обращения")),
    ("partners:cabinet-profile", _lazy("Профиль")),
    ("partners:cabinet-services", _lazy("Услуги")),
    ("partners:cabinet-documents", _lazy("Документы")),
    ("partners:cabinet-statistics", _lazy("Показы")),
    ("partners:cabinet-plan", _lazy("Тариф")),
    ("partners:cabinet-payments", _lazy("Платежи")),
)


def _sections(request: HttpRequest, visit: Visit) -> list[dict[str, Any]]:
    home = reverse("partners:cabinet")
    menu = []
    for name, title in SECTIONS:
        address = reverse(name)
        here = request.path == home if address == home else request.path.startswith(address)
        menu.append({"url": address, "title": title, "is_here": here, "count": 0})
    menu[1]["count"] = new_leads(visit.partner)
    return menu


def _sign_in(request: HttpRequest) -> str:
    address = reverse("partners:cabinet-sign-in")
    wanted = own_path(request.get_full_path()) if request.method == "GET" else ""
    if wanted and wanted != reverse("partners:cabinet"):
        return f"{address}?{urlencode({'next': wanted})}"
    return address
