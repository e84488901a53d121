from __future__ import annotations

from django.urls import path

from integrations.sandbox.cloudpayments import api, control, pages

urlpatterns = [
    path("cloudpayments/d/<str:key>", pages.pay),
    path("cloudpayments/<path:path>", api.call),
    path("bank/cloudpayments/", pages.bank),
    path("control/cloudpayments/orders", control.orders),
    path("control/cloudpayments/orders/<str:key>", control.order),
    path("control/cloudpayments/pay", control.pay),
    path("control/cloudpayments/options", control.options),
]
