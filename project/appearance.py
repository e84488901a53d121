"""What Unfold asks for on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from project.dashboard import office_dashboard


def environment(request: HttpRequest) -> list[Any] | None:
    """The badge that keeps anybody from taking invented money for real."""
    return [_("песочница"), "warning"] if settings.SANDBOX else None


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {"dashboard": office_dashboard(request.user), "title": _("Главная")}
