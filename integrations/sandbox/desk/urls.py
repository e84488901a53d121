from __future__ import annotations

from django.urls import path

from integrations.sandbox.desk import control, pages

urlpatterns = [
    path("", pages.home),
    path("clock/", pages.clock),
    path("journal/", pages.journal),
    path("terms/", pages.terms),
    path("health", pages.health),
    path("static/sandbox/<path:path>", pages.static),
    path("control/faults", control.faults),
    path("control/faults/clear", control.clear_faults),
    path("control/journal", control.journal),
    path("control/clock", control.clock),
    path("control/reset", control.reset),
    path("control/overview", control.overview),
]
