from __future__ import annotations

from django.urls import path

from integrations.sandbox.core.paying import endpoints
from integrations.sandbox.cryptobot import api, pages
from integrations.sandbox.cryptobot.simulator import Cryptobot

urlpatterns = [
    path("cryptobot/api/<str:method>", api.call),
    path("cryptobot/pay/<str:code>", pages.pay),
    path("bank/cryptobot/", pages.bank),
    *endpoints(Cryptobot),
]
