from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from partners.views import offers

app_name = "partners"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("partners.api.urls")),
    path("cabinet/", include("partners.cabinet.urls")),
    path("offers/<slug:token>/", offers.offer, name="offer"),
]
