from __future__ import annotations

from django.urls import URLPattern, path

from partners.cabinet import entering, overview

urlpatterns: list[URLPattern] = [
    path("", overview.show, name="cabinet"),
    path("sign-in/", entering.ask, name="cabinet-sign-in"),
    path("sign-in/sent/", entering.sent, name="cabinet-sent"),
    path("enter/<str:token>/", entering.enter, name="cabinet-enter"),
    path("sign-out/", entering.leave, name="cabinet-sign-out"),
    path("sign-out-everywhere/", entering.leave_everywhere, name="cabinet-sign-out-everywhere"),
]
