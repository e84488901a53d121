from __future__ import annotations

from django.urls import path

from integrations.sandbox.yookassa import api, control, pages

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
    path("control/yookassa/payments", control.payments),
    path("control/yookassa/payments/<str:key>", control.payment),
    path("control/yookassa/pay", control.pay),
    path("control/yookassa/options", control.options),
]
