from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

app_name = "partners"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cabinet/", include("partners.cabinet.urls")),
]
