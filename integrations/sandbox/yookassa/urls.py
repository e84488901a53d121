from __future__ import annotations

from django.urls import path

from integrations.sandbox.core.paying import endpoints
from integrations.sandbox.yookassa import api, pages
from integrations.sandbox.yookassa.simulator import Yookassa

urlpatterns = [
    path("yookassa/payments", api.payments),
    path("yookassa/payments/<str:payment_id>", api.payment),
    path("yookassa/payments/<str:payment_id>/capture", api.capture),
    path("yookassa/payments/<str:payment_id>/cancel", api.cancel),
    path("yookassa/refunds", api.refunds),
    path("yookassa/refunds/<str:refund_id>", api.refund),
    path("yookassa/me", api.me),
    path("yookassa/pay/<str:payment_id>", pages.pay),
    path("yookassa/<path:rest>", api.unknown),
    path("bank/yookassa/", pages.bank),
    *endpoints(Yookassa),
]
