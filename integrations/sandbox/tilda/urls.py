from __future__ import annotations

from django.urls import path

from integrations.sandbox.tilda import control, pages

urlpatterns = [
    path("site/", pages.site),
    path("tilda/files/<int:number>/<str:name>", pages.file),
    path("control/tilda/submissions", control.submissions),
    path("control/tilda/submit", control.submit),
    path("control/tilda/again", control.again),
    path("control/tilda/test", control.test),
    path("control/tilda/options", control.options),
]
