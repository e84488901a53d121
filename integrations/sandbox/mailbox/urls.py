from __future__ import annotations

from django.urls import path

from integrations.sandbox.mailbox import control, pages

urlpatterns = [
    path("mail/", pages.mailbox),
    path("mail/<int:number>/", pages.letter),
    path("control/mailbox/letters", control.letters),
    path("control/mailbox/answer", control.answer),
    path("control/mailbox/back", control.back),
    path("control/mailbox/limit", control.limit),
    path("control/mailbox/clear", control.clear),
]
