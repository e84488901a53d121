from __future__ import annotations

from django.urls import URLPattern, re_path

from integrations.door import ServiceCallback

app_name = "integrations"

urlpatterns: list[URLPattern] = [
    # With or without the last slash: a redirect would lose the body of a POST.
    re_path(
        r"^integrations/callbacks/(?P<slug>[a-z0-9-]{1,40})(?:/(?P<secret>[^/]{1,256}))?/?$",
        ServiceCallback.as_view(),
        name="callback",
    ),
]
