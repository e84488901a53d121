from __future__ import annotations

from django.urls import path

from integrations.sandbox.cloudpayments import api, pages
from integrations.sandbox.cloudpayments.simulator import CloudPayments
from integrations.sandbox.core.paying import endpoints

urlpatterns = [
    path("cloudpayments/d/<str:key>", pages.pay),
    path("cloudpayments/<path:path>", api.call),
    path("bank/cloudpayments/", pages.bank),
    *endpoints(CloudPayments),
]
