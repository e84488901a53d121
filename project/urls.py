from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from project import health
from project.metrics.view import metrics

urlpatterns = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("integrations.urls")),
    path("", include("bot.urls")),
    path("", include("partners.urls")),
    path("", include("payments.urls")),
]
