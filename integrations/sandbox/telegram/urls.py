from __future__ import annotations

from django.urls import path

from integrations.sandbox.telegram import api, control, pages, star_pages

urlpatterns = [
    path("telegram/bot<str:token>/<str:method>", api.call),
    path("telegram/file/bot<str:token>/<path:path>", api.file),
    path("chat/", pages.chat),
    path("chat/file/<str:file_id>", pages.file),
    path("control/telegram/chats", control.chats),
    path("control/telegram/send", control.send),
    path("control/telegram/start", control.start),
    path("control/telegram/edit", control.edit),
    path("control/telegram/press", control.press),
    path("control/telegram/block", control.block),
    path("control/telegram/channel", control.channel),
    path("control/telegram/group", control.group),
    path("control/telegram/read", control.read),
    path("control/telegram/messages", control.messages),
    path("control/telegram/changes", control.changes),
    path("control/telegram/update", control.update),
    path("control/telegram/status", control.status),
    path("stars/<str:slug>", star_pages.sheet),
    path("control/telegram/stars/pay", star_pages.pay),
    path("control/telegram/stars/renew", star_pages.renew),
    path("control/telegram/stars/refund", star_pages.refund),
]
