"""A site with a chat in its corner."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.umnico.account import WAYS
from integrations.sandbox.umnico.state import CHANNELS


def site(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/umnico/chat.html", {"channels": CHANNELS, "ways": WAYS})
