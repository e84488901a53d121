from __future__ import annotations

from django.urls import path

from integrations.sandbox.protalk import api, control

urlpatterns = [
    path("protalk/", control.window),
    path("protalk/api/v1.0/ask/<str:token>", api.ask),
    path("protalk/api/v1.0/send_message_async", api.send_message_async),
    path("protalk/api/v1.0/get_last_reply", api.get_last_reply),
    path("protalk/api/v1.0/send_message", api.send_message),
    path("control/protalk/chats", control.chats),
    path("control/protalk/open", control.open_chat),
    path("control/protalk/say", control.say),
    path("control/protalk/lead", control.lead),
    path("control/protalk/again", control.again),
    path("control/protalk/answer", control.answer),
    path("control/protalk/options", control.options),
]
