from __future__ import annotations

from django.urls import URLPattern, path, re_path

from payments.registry import all_providers
from payments.views import pages
from payments.views.callbacks import PaymentCallback, public_file

app_name = "payments"

receive = PaymentCallback.as_view()

urlpatterns: list[URLPattern] = [
    # With or without the last slash: a redirect would lose the body of a POST.
    re_path(
        r"^payments/callbacks/(?P<slug>[a-z0-9]+)(?:/(?P<kind>[a-z_]+))?/?$",
        receive,
        name="callback",
    ),
    *(
        re_path(rf"^{alias}/?$", receive, {"slug": provider.slug})
        for provider in all_providers()
        for alias in provider.callback_aliases
    ),
    path("pay/<str:token>/", pages.show, name="pay"),
    path("pay/<str:token>/state", pages.state, name="pay-state"),
    path("pay/<str:token>/choose", pages.choose, name="pay-choose"),
    path("pay/<str:token>/check", pages.check, name="pay-check"),
    path("pay/<str:token>/cancel", pages.cancel, name="pay-cancel"),
    path("pay/<str:token>/qr.svg", pages.qr, name="pay-qr"),
    re_path(r"^(?P<name>[a-z0-9_-]+\.txt)$", public_file, name="public-file"),
]
