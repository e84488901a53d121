from __future__ import annotations

from django.urls import path

from integrations.sandbox.telegram import api, control, pages

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
    path("control/telegram/read", control.read),
    path("control/telegram/messages", control.messages),
    path("control/telegram/changes", control.changes),
    path("control/telegram/update", control.update),
    path("control/telegram/status", control.status),
]
