from __future__ import annotations

from django.urls import path

from integrations.sandbox.flexbe import api, control, pages

urlpatterns = [
    path("flexbe/", pages.site),
    path("flexbe/mod/api/", api.call),
    path("control/flexbe/leads", control.leads),
    path("control/flexbe/submit", control.submit),
    path("control/flexbe/pay", control.pay),
    path("control/flexbe/again", control.again),
    path("control/flexbe/options", control.options),
]
