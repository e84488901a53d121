from __future__ import annotations

from django.urls import URLPattern, re_path

from payments.registry import all_providers
from payments.views import PaymentCallback, public_file

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
    re_path(r"^(?P<name>[a-z0-9_-]+\.txt)$", public_file, name="public-file"),
]
