from __future__ import annotations

from django.urls import path

from integrations.sandbox.fns import api, control, pages

urlpatterns = [
    path("fns/", pages.register),
    path("fns/api/<slug:method>", api.call),
    path("control/fns/companies", control.companies),
    path("control/fns/change", control.change),
    path("control/fns/answer", control.answer),
    path("control/fns/options", control.options),
]
