"""The page with the letters, and one letter's HTML alone, for its frame."""

from __future__ import annotations

from django.http import HttpResponse

from integrations.sandbox.core.http import SandboxRequest, page
from integrations.sandbox.mailbox.mailbox import Mailbox

# A letter is foreign text: no scripts, nothing from outside, no way out of its frame.
LETTER_RULES = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


def mailbox(request: SandboxRequest) -> HttpResponse:
    return page(request, "sandbox/mailbox/mailbox.html")


def letter(request: SandboxRequest, number: int) -> HttpResponse:
    """The HTML part as a mail program would show it."""
    service = request.sandbox.get(Mailbox)
    with service.hub.lock:
        found = next((one for one in service.state.letters if one.id == number), None)
    response = HttpResponse(found.html if found else "", status=200 if found else 404)
    response.headers["Content-Security-Policy"] = LETTER_RULES
    return response
