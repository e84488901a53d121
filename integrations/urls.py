from __future__ import annotations

from django.urls import URLPattern, path, re_path

from integrations.door import ServiceCallback
from integrations.logo import brand_logo

app_name = "integrations"

urlpatterns: list[URLPattern] = [
    path("brand/<str:name>", brand_logo, name="brand-logo"),
    # With or without the last slash: a redirect would lose the body of a POST.
    re_path(
        r"^integrations/callbacks/(?P<slug>[a-z0-9-]{1,40})(?:/(?P<secret>[^/]{1,256}))?/?$",
        ServiceCallback.as_view(),
        name="callback",
    ),
]
