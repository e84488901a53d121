"""The desk's pages, then every simulator's."""

from __future__ import annotations

from django.urls import include, path

from integrations.sandbox.core.sandbox import PACKAGE, simulator_folders

urlpatterns = [
    path("", include(f"{PACKAGE}.desk.urls")),
    *(path("", include(f"{PACKAGE}.{name}.urls")) for name in simulator_folders()),
]
