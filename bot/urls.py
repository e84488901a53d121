from __future__ import annotations

from django.urls import path

from bot.views import click, unsubscribe

app_name = "bot"

urlpatterns = [
    path("l/<slug:token>/<int:number>/", click.click, name="click"),
    path("unsubscribe/sample/", unsubscribe.sample, name="unsubscribe-sample"),
    path("unsubscribe/<slug:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
