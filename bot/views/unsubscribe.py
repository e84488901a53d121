"""Where one unsubscribes: GET only shows a page, since mail scanners open links; POST does it.

A mail program's own button (RFC 8058) posts `List-Unsubscribe=One-Click` without a cookie and follows no redirect.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bot.mailings import unsubscribing
from bot.models import Mailing, Recipient
from integrations.addresses import client_address
from integrations.sealing import sealed
from integrations.services.consents import Withdrawal

ONE_CLICK = "List-Unsubscribe"  # the field a mail program posts, always with the value One-Click


@csrf_exempt  # the secret in the address is what counts; a mail program has no cookie to show
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    recipient = unsubscribing.find(token)
    if recipient is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get(ONE_CLICK) == "One-Click":
            unsubscribing.unsubscribe(recipient, by=Withdrawal.ONE_CLICK)
            return HttpResponse("unsubscribed", content_type="text/plain")
        if request.POST.get("wish") == "again":
            address = client_address(request.META, settings.TRUSTED_PROXIES)
            unsubscribing.subscribe_again(recipient, remote_addr=address)
        else:
            unsubscribing.unsubscribe(recipient, by=Withdrawal.LINK)
    return _page(request, recipient)


@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """Where the link of a test letter leads: the page, without anybody to unsubscribe."""
    return _page(request, None)


def _page(request: HttpRequest, recipient: Recipient | None) -> HttpResponse:
    context = {
        "is_sample": recipient is None,
        "is_mail": recipient is None or recipient.mailing.channel == Mailing.Channel.MAIL,
        "address": recipient.address if recipient else "name@example.test",
        "is_subscribed": recipient is None or unsubscribing.is_subscribed(recipient),
        "is_fresh": request.method == "POST",
    }
    with override(recipient.language if recipient else "ru"):
        context["again"] = unsubscribing.wish_again()
        response = HttpResponse(render_to_string("bot/unsubscribe.html", context, request))
    return sealed(response, has_form=False)
