from __future__ import annotations

from django.urls import path

from integrations.sandbox.tilda_api import api, views

urlpatterns = [
    path("tilda_api/v1/<str:method>/", api.call),
    path("tilda_api/static/<str:name>", api.static),
    path("tilda-pages/", views.site),
    path("control/tilda_api/publish", views.publish),
    path("control/tilda_api/limit", views.limit),
]
