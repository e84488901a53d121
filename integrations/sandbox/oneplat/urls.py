from __future__ import annotations

from django.urls import path

from integrations.sandbox.core.paying import endpoints
from integrations.sandbox.oneplat import api, control, pages
from integrations.sandbox.oneplat.simulator import Oneplat

urlpatterns = [
    path("oneplat/api/merchant/order/create/by-api", api.create),
    path("oneplat/api/merchant/order/sign/create/by-api", api.sign_create),
    path("oneplat/api/merchant/order/info/<str:guid>/by-api", api.info),
    path("oneplat/api/merchant/order/list/by-api", api.listing),
    path("oneplat/api/merchant/payments/methods/by-api", api.methods),
    path("oneplat/api/shop/info/by-api", api.shop_info),
    path("oneplat/api/merchant/shop/info/by-api", api.shop_info),
    path("oneplat/api/<path:rest>", api.unknown),
    path("oneplat/pay/<str:guid>", pages.pay),
    path("oneplat/pay/<str:guid>/method", api.choose),
    path("bank/", pages.bank),
    path("control/oneplat/choose", control.choose),
    *endpoints(Oneplat),
]
