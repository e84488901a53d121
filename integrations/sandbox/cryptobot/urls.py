from __future__ import annotations

from django.urls import path

from integrations.sandbox.cryptobot import api, control, pages

urlpatterns = [
    path("cryptobot/api/<str:method>", api.call),
    path("cryptobot/pay/<str:code>", pages.pay),
    path("bank/cryptobot/", pages.wallet),
    path("control/cryptobot/invoices", control.invoices),
    path("control/cryptobot/invoices/<str:key>", control.invoice),
    path("control/cryptobot/pay", control.pay),
    path("control/cryptobot/options", control.options),
]
