from __future__ import annotations

from django.urls import path

from integrations.sandbox.umnico import api, control, pages

urlpatterns = [
    path("site-chat/", pages.site),
    path("umnico/v1.3/account/me", api.account),
    path("umnico/v1.3/managers", api.managers),
    path("umnico/v1.3/leads/<int:lead>", api.lead),
    path("umnico/v1.3/messaging/<int:lead>/sources", api.sources),
    path("umnico/v1.3/messaging/<int:lead>/send", api.send),
    path("umnico/v1.3/messaging/<int:lead>/history/<int:source>", api.history),
    path("umnico/v1.3/webhooks", api.webhooks),
    path("umnico/v1.3/webhooks/<int:number>", api.webhook),
    path("control/umnico/talks", control.talks),
    path("control/umnico/visit", control.visit),
    path("control/umnico/say", control.say),
    path("control/umnico/manager", control.manager),
    path("control/umnico/change", control.change),
    path("control/umnico/event", control.event),
    path("control/umnico/webhook", control.webhook),
    path("control/umnico/options", control.options),
]
