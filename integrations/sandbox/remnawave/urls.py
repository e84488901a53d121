from __future__ import annotations

from django.urls import path

from integrations.sandbox.remnawave import api, control, pages

urlpatterns = [
    path("remnawave/api/<path:rest>", api.call),
    path("panel/", pages.panel),
    path("sub/<str:short_uuid>", pages.subscription),
    path("control/remnawave/users", control.users),
    path("control/remnawave/version", control.version),
    path("control/remnawave/outage", control.outage),
    path("control/remnawave/act", control.act),
]
